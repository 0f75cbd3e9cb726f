#include "zoom/link_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>

#include "absl/strings/ascii.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kFewestDigits = 9;
constexpr std::size_t kMostDigits = 11;

using Marks = std::span<const std::string_view>;

// U+00A0, U+2007, U+2009, U+202F, U+200B, U+FEFF: mails and chats put them there.
constexpr std::array<std::string_view, 10> kSpaces = {" ",
                                                      "\t",
                                                      "\r",
                                                      "\n",
                                                      "\xc2\xa0",
                                                      "\xe2\x80\x87",
                                                      "\xe2\x80\x89",
                                                      "\xe2\x80\xaf",
                                                      "\xe2\x80\x8b",
                                                      "\xef\xbb\xbf"};
// U+2010 to U+2014, U+2212.
constexpr std::array<std::string_view, 7> kHyphens = {
    "-",           "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x80\x94",
    "\xe2\x88\x92"};
// U+2018, U+201C; U+2019, U+201D.
constexpr std::array<std::string_view, 7> kOpening = {
    "<", "(", "[", "\"", "'", "\xe2\x80\x98", "\xe2\x80\x9c"};
constexpr std::array<std::string_view, 13> kClosing = {
    ">", ")", "]", "\"", "'", ".", ",", ";", ":", "!", "?", "\xe2\x80\x99", "\xe2\x80\x9d"};

// How many bytes at the begin (end) of `text` are one of `marks`; 0: none.
std::size_t MarkAtBegin(std::string_view text, Marks marks) {
  for (const std::string_view mark : marks) {
    if (text.starts_with(mark)) return mark.size();
  }
  return 0;
}
std::size_t MarkAtEnd(std::string_view text, Marks marks) {
  for (const std::string_view mark : marks) {
    if (text.ends_with(mark)) return mark.size();
  }
  return 0;
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// The bytes of the UTF-8 character at the begin of `text`; 0: it is none.
std::size_t CharacterSize(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (byte(i) >> 6 != 2) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) > 0x9f;
  const bool beyond = first == 0xf4 && byte(1) > 0x8f;
  return overlong || surrogate || beyond ? 0 : size;
}

}  // namespace

bool IsCleanText(std::string_view text) {
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\r' && c != '\n')) return false;
    const std::size_t size = CharacterSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string_view TrimLink(std::string_view text) {
  bool in_angles = false;
  for (;;) {
    std::size_t size = MarkAtBegin(text, kSpaces);
    if (size == 0) size = MarkAtBegin(text, kOpening);
    if (size == 0) break;
    in_angles = in_angles || text.front() == '<';
    text.remove_prefix(size);
  }
  if (in_angles) text = text.substr(0, text.find('|'));
  for (;;) {
    std::size_t size = MarkAtEnd(text, kSpaces);
    if (size == 0) size = MarkAtEnd(text, kClosing);
    if (size == 0) break;
    text.remove_suffix(size);
  }
  return text;
}

bool HasSpace(std::string_view text) {
  return std::any_of(kSpaces.begin(), kSpaces.end(), [text](std::string_view space) {
    return text.find(space) != std::string_view::npos;
  });
}

std::optional<std::uint64_t> ReadNumber(std::string_view digits) {
  if (digits.size() < kFewestDigits || digits.size() > kMostDigits || digits.front() == '0' ||
      !std::all_of(digits.begin(), digits.end(), IsDigit)) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return number;
}

bool IsSpacedNumber(std::string_view text) {
  if (text.empty() || !IsDigit(text.front()) || !IsDigit(text.back())) return false;
  while (!text.empty()) {
    std::size_t size = IsDigit(text.front()) ? 1 : MarkAtBegin(text, kSpaces);
    if (size == 0) size = MarkAtBegin(text, kHyphens);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::optional<std::uint64_t> ReadSpacedNumber(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), IsDigit);
  return ReadNumber(digits);
}

}  // namespace joinpass::zoom
