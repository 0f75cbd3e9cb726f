#include "zoom/link_text.h"

#include <algorithm>
#include <array>

namespace joinpass::zoom {
namespace {

constexpr std::size_t kFewestDigits = 9;
constexpr std::size_t kMostDigits = 11;
constexpr std::size_t kLongestCharacter = 4;

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kSpaces[] = {
    {U'\t', U'\n'},   {U'\r', U'\r'},   {U' ', U' '},     {0xa0, 0xa0},
    {0x1680, 0x1680}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x2064},
    {0x2066, 0x2069}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
};
constexpr Range kHyphens[] = {
    {U'-', U'-'},     {0xad, 0xad},     {0x2010, 0x2015}, {0x2212, 0x2212},
    {0xfe58, 0xfe58}, {0xfe63, 0xfe63}, {0xff0d, 0xff0d},
};
constexpr char32_t kFullWidthZero = 0xff10;

// With the typographic and the full-width ones.
constexpr std::u32string_view kOpening =
    U"<([{\"'`*\u2018\u201c\u00ab\u3008\u300a\u300c\u3010\uff08\uff1c";
constexpr std::u32string_view kClosing =
    U">)]}\"'`*.,;:!?\u2019\u201d\u00bb\u3001\u3002\u3009\u300b\u300d\u3011\uff01\uff09\uff0c\uff0e"
    U"\uff1a\uff1b\uff1e\uff1f";

template <std::size_t N>
bool IsIn(const Range (&ranges)[N], char32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges), [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

Character LastCharacter(std::string_view text) {
  for (std::size_t size = 1; size <= std::min(text.size(), kLongestCharacter); ++size) {
    const Character last = FirstCharacter(text.substr(text.size() - size));
    if (last.size == size) return last;
  }
  return {};
}

// 0 to 9, or -1.
int DigitOf(char32_t code) {
  if (code >= U'0' && code <= U'9') return static_cast<int>(code - U'0');
  return code >= kFullWidthZero && code <= kFullWidthZero + 9
             ? static_cast<int>(code - kFullWidthZero)
             : -1;
}

}  // namespace

// Source: Unicode 15.0, table 3-7: neither overlong forms nor surrogates.
Character FirstCharacter(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  char32_t code = first & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (byte(i) >> 6 != 2) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kLeast[size] || surrogate || code > 0x10ffff ? Character{} : Character{code, size};
}

bool IsSpace(char32_t code) { return IsIn(kSpaces, code); }
bool IsHyphen(char32_t code) { return IsIn(kHyphens, code); }

bool IsCleanText(std::string_view text) {
  while (!text.empty()) {
    const Character c = FirstCharacter(text);
    if (c.size == 0 || c.code == 0x7f || (c.code < U' ' && !IsSpace(c.code))) return false;
    text.remove_prefix(c.size);
  }
  return true;
}

std::string_view TrimLink(std::string_view text) {
  bool in_angles = false;
  for (;;) {
    const Character c = FirstCharacter(text);
    const bool opens = kOpening.find(c.code) != std::u32string_view::npos;
    if (c.size == 0 || (!opens && !IsSpace(c.code))) break;
    in_angles = in_angles || c.code == U'<';
    text.remove_prefix(c.size);
  }
  if (in_angles) text = text.substr(0, text.find('|'));
  for (;;) {
    const Character c = LastCharacter(text);
    const bool closes = kClosing.find(c.code) != std::u32string_view::npos;
    if (c.size == 0 || (!closes && !IsSpace(c.code))) break;
    text.remove_suffix(c.size);
  }
  return text;
}

bool HasSpace(std::string_view text) {
  while (!text.empty()) {
    const Character c = FirstCharacter(text);
    if (IsSpace(c.code)) return true;
    text.remove_prefix(std::max<std::size_t>(c.size, 1));
  }
  return false;
}

std::size_t NumberSize(std::string_view text) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = FirstCharacter(text.substr(at));
    const bool digit = DigitOf(c.code) >= 0;
    if (c.size == 0 || (!digit && (size == 0 || (!IsSpace(c.code) && !IsHyphen(c.code))))) break;
    at += c.size;
    if (digit) size = at;
  }
  return size;
}

std::optional<std::uint64_t> ReadNumber(std::string_view text) {
  if (text.empty() || NumberSize(text) != text.size()) return std::nullopt;
  std::uint64_t number = 0;
  std::size_t digits = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = FirstCharacter(text.substr(at));
    at += c.size;
    const int digit = DigitOf(c.code);
    if (digit < 0) continue;
    if (digits++ == kMostDigits || (digits == 1 && digit == 0)) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(digit);
  }
  return digits < kFewestDigits ? std::nullopt : std::optional(number);
}

}  // namespace joinpass::zoom
