#include "crypto/base64.h"

#include <doctest/doctest.h>

#include <string>

namespace joinpass::crypto {
namespace {

std::string Encoded(std::string_view text) {
  base::Buffer to = base::ToBuffer(">");
  AppendBase64(text, to);
  return std::string(base::View(to)).substr(1);
}

std::string Decoded(std::string_view text) {
  const std::optional<base::Buffer> decoded = DecodeBase64(text);
  return decoded ? std::string(base::View(*decoded)) : "none";
}

TEST_SUITE("Base64") {
  TEST_CASE("is that of RFC 4648, section 10") {
    struct Row {
      const char* text;
      const char* encoded;
    };
    for (const Row& row : {Row{"", ""}, Row{"f", "Zg=="}, Row{"fo", "Zm8="}, Row{"foo", "Zm9v"},
                           Row{"foob", "Zm9vYg=="}, Row{"fooba", "Zm9vYmE="},
                           Row{"foobar", "Zm9vYmFy"}, Row{"\xfb\xff", "+/8="}}) {
      CHECK(Encoded(row.text) == row.encoded);
      CHECK(Decoded(row.encoded) == row.text);
    }
    CHECK(Encoded(std::string("\0", 1)) == "AA==");
    CHECK(Decoded("AA==") == std::string("\0", 1));
  }

  TEST_CASE("reads both alphabets, with padding or without") {
    CHECK(Decoded("-_8") == "\xfb\xff");
    CHECK(Decoded("Zg") == "f");
    CHECK(Decoded("Zm8") == "fo");
  }

  TEST_CASE("refuses what is none") {
    for (const char* text : {"A", "Zm9vY", "Z g=", "Zg==x", "Zm9\n", "Zm9v!", "Zm=v", "\xff\xff"}) {
      CHECK(Decoded(text) == "none");
    }
  }
}

}  // namespace
}  // namespace joinpass::crypto
