#include "joinpass/secret.h"

#include <doctest/doctest.h>

#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "base/wipe.h"

namespace joinpass {
namespace {

TEST_SUITE("Secret") {
  TEST_CASE("gives back what it was given") {
    CHECK(Secret("hunter2").Reveal() == "hunter2");
    CHECK(Secret().empty());
    CHECK(Secret("").empty());
    const std::string with_zero("a\0b", 3);
    CHECK(Secret(with_zero).Reveal() == with_zero);
  }

  TEST_CASE("wipes the string it takes over, short or long") {
    for (const std::size_t size : {5u, 200u}) {
      std::string source(size, 'x');
      const char* bytes = source.data();
      const Secret secret = Secret::Take(std::move(source));
      CHECK(secret.size() == size);
      CHECK(source.empty());
      CHECK(std::memchr(bytes, 'x', size) == nullptr);
    }
  }

  TEST_CASE("is empty after a move, and survives assignment to itself") {
    Secret a("one");
    const Secret b = std::move(a);
    CHECK(a.empty());
    Secret c = b;
    Secret& same = c;
    c = same;
    CHECK(c == b);
    c = Secret("two");
    CHECK_FALSE(c == b);
    CHECK_FALSE(Secret("one") == Secret("onf"));
    CHECK_FALSE(Secret("one") == Secret("on"));
  }
}

TEST_SUITE("Wipe") {
  TEST_CASE("overwrites bytes, and the whole of a string with what it holds in reserve") {
    std::string text(40, 'x');
    const char* bytes = text.data();
    text.resize(3);
    base::Wipe(text);
    CHECK(text.empty());
    CHECK(std::memchr(bytes, 'x', 40) == nullptr);
  }
}

}  // namespace
}  // namespace joinpass
