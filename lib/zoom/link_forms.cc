#include "zoom/link_forms.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/text.h"
#include "zoom/url.h"

namespace joinpass::zoom {
namespace {

using Kind = LinkForm::Kind;

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kRoomConnector = "zoomcrc.com";

constexpr std::array<std::string_view, 5> kHosts = {"zoom.us", "zoom.com", "zoom.com.cn",
                                                    "zoom-x.de", "zoomgov.com"};

// A form: its segments, "*" for the one that is asked for; `kRest`: more may follow.
constexpr std::string_view kRest = "...";
struct Form {
  Kind kind;
  std::array<std::string_view, 3> segments;
};

constexpr Form kForms[] = {
    {Kind::kNumbered, {"j", "*"}},
    {Kind::kNumbered, {"w", "*"}},
    {Kind::kNumbered, {"s", "*"}},
    {Kind::kNumbered, {"wc", "*", "join"}},
    {Kind::kNumbered, {"wc", "*", "start"}},
    {Kind::kNumbered, {"wc", "join", "*"}},
    {Kind::kNumbered, {"wc", "start", "*"}},
    {Kind::kNumbered, {"launch", "jc", "*"}},
    {Kind::kConfno, {"join"}},
    {Kind::kConfno, {"start"}},
    {Kind::kPersonal, {"my", "*"}},
    {Kind::kNotJoined, {"meeting", "register", kRest}},
    {Kind::kNotJoined, {"webinar", "register", kRest}},
    {Kind::kNotJoined, {"rec", kRest}},
    {Kind::kNotJoined, {"recording", kRest}},
    {Kind::kNotJoined, {"u", kRest}},
    {Kind::kNotJoined, {"skype", kRest}},
    {Kind::kNotJoined, {"clips", kRest}},
    {Kind::kNotJoined, {"ejl", kRest}},    // an event's join link: of one registrant, no number
    {Kind::kNotJoined, {"ev", kRest}},     // an event's page
    {Kind::kNotJoined, {"addon", kRest}},  // an invitation, as mails and calendars show it
    {Kind::kNotJoined, {"launch", "edl", kRest}},
    {Kind::kNotJoined, {"wc", "home", kRest}},
};

// Hosts of Zoom's that have no other pages.
constexpr std::array<std::string_view, 2> kNeverJoined = {"events.", "applications."};

// Slashes may be doubled, as they are where two parts of a link were joined.
std::string_view TakeSegment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

LinkForm Match(const Form& form, std::string_view path) {
  LinkForm matched{.kind = form.kind};
  for (const std::string_view wanted : form.segments) {
    if (wanted.empty()) break;
    if (wanted == kRest) return matched;
    const std::string_view segment = TakeSegment(path);
    if (wanted == "*") {
      matched.text = segment;
    } else if (segment != wanted) {
      return {};
    }
  }
  return path.find_first_not_of('/') == std::string_view::npos ? matched : LinkForm{};
}

bool IsNeverJoined(std::string_view host) {
  return std::any_of(kNeverJoined.begin(), kNeverJoined.end(), [host](std::string_view label) {
    return absl::StartsWithIgnoreCase(base::ToAbsl(host), base::ToAbsl(label));
  });
}

}  // namespace

LinkForm ReadPage(std::string_view host, std::string_view path) {
  for (const Form& form : kForms) {
    const LinkForm matched = Match(form, path);
    if (matched.kind != Kind::kUnknown) return matched;
  }
  return {.kind = IsNeverJoined(host) ? Kind::kNotJoined : Kind::kUnknown};
}

bool IsMeetingHost(std::string_view host) {
  return std::any_of(kHosts.begin(), kHosts.end(),
                     [host](std::string_view domain) { return IsAtOrBelow(host, domain); });
}

bool IsPersonalName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                  c == '_';
         });
}

bool IsDialString(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view host = text.substr(at + 1);
  return IsAtOrBelow(host.substr(0, host.find_first_of(":;?")), kRoomConnector);
}

DialString SplitDialString(std::string_view text) {
  text = text.substr(0, text.rfind('@'));
  for (const std::string_view scheme : {"sip:", "sips:", "h323:"}) {
    if (!absl::StartsWithIgnoreCase(base::ToAbsl(text), base::ToAbsl(scheme))) continue;
    text.remove_prefix(scheme.size());
    break;
  }
  DialString split{.number = text.substr(0, text.find('.'))};
  text.remove_prefix(std::min(split.number.size() + 1, text.size()));
  split.passcode = text.substr(0, text.find('.'));
  return split;
}

std::optional<std::string_view> FindInQuery(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.starts_with("amp;")) pair.remove_prefix(4);
    if (pair.starts_with(key) && pair.substr(key.size()).starts_with('=')) {
      return pair.substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

}  // namespace joinpass::zoom
