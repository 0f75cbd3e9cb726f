#include "zoom/harmless_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kMost = 1024;  // looked at; four times what is shown
constexpr std::size_t kShortestToken = 24;
constexpr std::size_t kShortestQuoted = 8;
constexpr std::string_view kLeftOut = "[...]";

bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-._~+/=%").find(c) != std::string_view::npos;
}

// Lower-case words joined by underscores are a scope's name, and no token.
bool IsName(char c) { return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '_'; }

// `'x1yZ9abc'`: a short word in quotes that is no name is quoted from a request.
bool QuotesToken(std::string_view word) {
  constexpr std::string_view kQuotes = "\"'`";
  const std::size_t open = word.find_first_of(kQuotes);
  if (open == std::string_view::npos) return false;
  word.remove_prefix(open + 1);
  word = word.substr(0, word.find_first_of(kQuotes));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return word.size() >= kShortestQuoted &&
         std::all_of(word.begin(), word.end(), IsTokenCharacter) &&
         std::any_of(word.begin(), word.end(), is_digit) &&
         !std::all_of(word.begin(), word.end(), is_digit);
}

bool IsLetterOrDigit(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool HasLetterOrDigit(std::string_view word) {
  return std::any_of(word.begin(), word.end(), IsLetterOrDigit);
}

// The word "code", with whatever signs are around it.
bool IsCode(std::string_view word) {
  while (!word.empty() && !IsLetterOrDigit(word.back())) word.remove_suffix(1);
  while (!word.empty() && !IsLetterOrDigit(word.front())) word.remove_prefix(1);
  return absl::EqualsIgnoreCase(base::ToAbsl(word), "code");
}

// `code:JFiSLN` in one word.
bool HoldsCode(std::string_view word) {
  const std::size_t colon = word.find(':');
  return colon != std::string_view::npos && IsCode(word.substr(0, colon)) &&
         HasLetterOrDigit(word.substr(colon));
}

bool HoldsToken(std::string_view word) {
  if (word.find("://") != std::string_view::npos || HoldsCode(word) ||
      word.find('=') != std::string_view::npos) {
    return true;
  }
  while (!word.empty()) {
    const auto end = std::find_if_not(word.begin(), word.end(), IsTokenCharacter);
    std::string_view run = word.substr(0, static_cast<std::size_t>(end - word.begin()));
    word.remove_prefix(std::min(run.size() + 1, word.size()));
    if (run.ends_with('.')) run.remove_suffix(1);
    if (run.size() >= kShortestToken && !std::all_of(run.begin(), run.end(), IsName)) return true;
  }
  return false;
}

}  // namespace

std::string HarmlessText(std::string_view text) {
  // A word cut in two could be a token cut too short to be known as one.
  if (text.size() > kMost) text = text.substr(0, text.substr(0, kMost).find_last_of(" \t\r\n"));
  if (text.size() > kMost) return {};
  std::string shown;
  bool after_code = false;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    const bool left_out =
        (after_code && HasLetterOrDigit(word)) || HoldsToken(word) || QuotesToken(word);
    absl::StrAppend(&shown, shown.empty() ? "" : " ", base::ToAbsl(left_out ? kLeftOut : word));
    // "Invalid authorization code: JFiSLN": whatever its length.
    after_code = IsCode(word) || (after_code && !HasLetterOrDigit(word));
  }
  return base::BoundServerText(shown);
}

}  // namespace joinpass::zoom
