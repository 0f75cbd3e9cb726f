#include "zoom/encode.h"

#include <doctest/doctest.h>

#include <string>

namespace joinpass::zoom {
namespace {

std::string Decoded(std::string_view text, Plus plus = Plus::kIsPlus) {
  return std::string(base::View(PercentDecoded(text, plus)));
}

TEST_SUITE("Percent-encoding") {
  TEST_CASE("leaves the unreserved characters alone, and no other") {
    CHECK(PercentEncoded("AZaz09-._~") == "AZaz09-._~");
    CHECK(PercentEncoded(" +&=/?#%@:") == "%20%2B%26%3D%2F%3F%23%25%40%3A");
    CHECK(PercentEncoded("\xc3\xa9") == "%C3%A9");
    CHECK(PercentEncoded(std::string("\0\xff", 2)) == "%00%FF");
    CHECK(PercentEncoded("").empty());
  }

  TEST_CASE("is undone one layer at a time") {
    CHECK(Decoded("%41%6a%6A") == "Ajj");
    CHECK(Decoded("%2541") == "%41");
    CHECK(Decoded("a+b") == "a+b");
    CHECK(Decoded("a+b", Plus::kIsSpace) == "a b");
    CHECK(Decoded("%2B", Plus::kIsSpace) == "+");
  }

  TEST_CASE("keeps a percent sign that encodes nothing") {
    CHECK(Decoded("%") == "%");
    CHECK(Decoded("%4") == "%4");
    CHECK(Decoded("%4g") == "%4g");
    CHECK(Decoded("%g4%41") == "%g4A");
    CHECK(Decoded("100%") == "100%");
    CHECK(Decoded(std::string_view("%414").substr(0, 2)) == "%4");
  }
}

}  // namespace
}  // namespace joinpass::zoom
