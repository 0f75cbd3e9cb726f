#include "zoom/refusal.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/text.h"
#include "zoom/json.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kMostScopes = 16;
constexpr std::size_t kLongestScope = 128;

int ToCode(std::optional<std::int64_t> number) {
  return number && *number <= std::numeric_limits<int>::max() ? static_cast<int>(*number) : 0;
}

Refusal ReadBroken(std::string_view body) {
  Refusal refusal;
  std::string_view code = ValueBehind(body, "code");
  if (code.empty()) code = ValueBehind(body, "errorCode");
  if (code.starts_with('"')) code.remove_prefix(1);
  code = code.substr(0, code.find_first_not_of("0123456789"));
  if (!absl::SimpleAtoi(base::ToAbsl(code), &refusal.code)) refusal.code = 0;
  std::string_view message = ValueBehind(body, "message");
  if (message.empty()) message = ValueBehind(body, "errorMessage");
  if (message.starts_with('"')) {
    message.remove_prefix(1);
    refusal.message = base::ToBuffer(message.substr(0, message.rfind('"')));
  }
  refusal.readable = refusal.code != 0 || !refusal.message.empty();
  return refusal;
}

bool IsScopeCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == ':' || c == '_' || c == '.' ||
         c == '-';
}

}  // namespace

Refusal ReadRefusal(const message::Response& response) {
  std::array<JsonField, 6> fields = {{{.key = "code"},
                                      {.key = "message"},
                                      {.key = "error"},
                                      {.key = "reason"},
                                      {.key = "errorCode"},
                                      {.key = "errorMessage"}}};
  auto& [code, message, error, reason, error_code, error_message] = fields;
  const std::string_view body = base::View(response.body);
  switch (ReadJson(body, fields)) {
    case JsonResult::kForeign:
      return {};
    case JsonResult::kBroken:
      return ReadBroken(body);
    case JsonResult::kRead:
      break;
  }
  return {.readable = true,
          .code = ToCode(code.Number() ? code.Number() : error_code.Number()),
          .message = std::move(message.text.empty() ? error_message.text : message.text),
          .error = std::move(error.text),
          .reason = std::move(reason.text)};
}

std::vector<std::string> ScopesNamedIn(std::string_view message) {
  const std::size_t open = message.find('[');
  if (open == std::string_view::npos) return {};
  message = message.substr(open + 1, message.find(']', open) - open - 1);
  std::vector<std::string> scopes;
  while (!message.empty() && scopes.size() < kMostScopes) {
    const auto begin = std::find_if(message.begin(), message.end(), IsScopeCharacter);
    const auto end = std::find_if_not(begin, message.end(), IsScopeCharacter);
    if (begin != end && static_cast<std::size_t>(end - begin) <= kLongestScope) {
      scopes.emplace_back(begin, end);
    }
    message.remove_prefix(static_cast<std::size_t>(end - message.begin()));
  }
  return scopes;
}

}  // namespace joinpass::zoom
