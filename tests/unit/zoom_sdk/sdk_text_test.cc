// The texts of the adapter: from UTF-8 to what the SDK reads.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "joinpass/zoom_sdk.h"

namespace joinpass {
namespace {

template <typename Unit>
using Text = zoom_sdk_internal::Text<Unit, zoom_sdk_internal::Wiper>;

// A name with one, two, three and four bytes a character.
constexpr std::string_view kName = "B\xC3\xB6t \xE2\x82\xAC \xF0\x9F\x8E\xA5";

TEST_SUITE("A text for the SDK") {
  TEST_CASE("is the same bytes where zchar_t is char") {
    Text<char> text;
    REQUIRE(text.Assign(kName));
    CHECK(std::string_view(text.units()) == kName);
    CHECK(text.size() == kName.size());
  }

  TEST_CASE("is UTF-16 where zchar_t has 16 bits, with surrogates for what lies beyond") {
    Text<char16_t> text;
    REQUIRE(text.Assign(kName));
    CHECK((std::u16string_view(text.units()) == u"B\u00F6t \u20AC \U0001F3A5"));
    CHECK(text.size() == 8);
  }

  TEST_CASE("is UTF-32 where zchar_t has 32 bits") {
    Text<char32_t> text;
    REQUIRE(text.Assign(kName));
    CHECK((std::u32string_view(text.units()) == U"B\u00F6t \u20AC \U0001F3A5"));
  }

  TEST_CASE("is wchar_t, whatever its size") {
    Text<wchar_t> text;
    REQUIRE(text.Assign(kName));
    CHECK((std::wstring_view(text.units()) == L"B\u00F6t \u20AC \U0001F3A5"));
  }

  TEST_CASE("is no pointer at all if it is empty") {
    Text<char> text;
    REQUIRE(text.Assign("x"));
    REQUIRE(text.Assign(""));
    CHECK(text.units() == nullptr);
  }

  TEST_CASE("takes the first and last code point of each length") {
    for (const std::string_view good :
         {"\x01", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
      Text<char32_t> text;
      CHECK(text.Assign(good));
      CHECK(text.size() == 1);
    }
  }

  TEST_CASE("refuses what is not UTF-8, and a NUL") {
    using std::string_view_literals::operator""sv;
    for (const std::string_view bad :
         {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC3"sv, "\xC3("sv, "\xE0\x9F\xBF"sv,
          "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xE2\x82"sv, "\xF0\x8F\xBF\xBF"sv, "\xF0\x9F\x8E"sv,
          "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFF"sv, "a\0b"sv}) {
      CAPTURE(bad);
      Text<char> same;
      CHECK_FALSE(same.Assign(bad));
      CHECK(same.units() == nullptr);
      Text<char16_t> wide;
      CHECK_FALSE(wide.Assign(bad));
      CHECK_FALSE(wide.Assign(std::string("good until ") + std::string(bad)));
    }
  }
}

}  // namespace
}  // namespace joinpass
