#include "zoom/api_fields.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

// Source: Zoom's API reference of `GET /meetings/{meetingId}`, read 2026-03.
constexpr std::int64_t kInstantType = 1;
constexpr std::int64_t kPersonalRoomType = 4;
constexpr std::size_t kLongestEmail = 320;
constexpr std::size_t kLongestName = 64;
constexpr std::string_view kPersonalLink = "/my/";

std::string LowerName(std::string_view name) {
  return IsToken(name, kLongestName) ? absl::AsciiStrToLower(base::ToAbsl(name)) : "";
}

}  // namespace

std::string EmailIn(std::string_view text) {
  return text.size() <= kLongestEmail ? absl::AsciiStrToLower(base::ToAbsl(text)) : "";
}

std::string VanityNameInUrl(std::string_view url) {
  const std::size_t at = url.find(kPersonalLink);
  if (at == std::string_view::npos) return {};
  const std::string_view behind = url.substr(at + kPersonalLink.size());
  return LowerName(behind.substr(0, behind.find_first_of("/?#")));
}

std::optional<std::string> VanityNameIn(std::string_view text) {
  if (text.empty()) return "";
  const bool is_url = text.find('/') != std::string_view::npos;
  std::string name = is_url ? VanityNameInUrl(text) : LowerName(text);
  return name.empty() ? std::nullopt : std::make_optional(std::move(name));
}

HostedMeeting::Kind MeetingKindOfType(std::int64_t type) {
  if (type == kInstantType) return HostedMeeting::Kind::kInstant;
  if (type == kPersonalRoomType) return HostedMeeting::Kind::kPersonalRoom;
  return HostedMeeting::Kind::kScheduled;
}

}  // namespace joinpass::zoom
