#include "zoom/link_forms.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "zoom/url.h"

namespace joinpass::zoom {
namespace {

using Kind = LinkForm::Kind;

constexpr std::size_t kLongestName = 64;

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
    {Kind::kNotJoined, {"u", kRest}},
    {Kind::kNotJoined, {"skype", kRest}},
    {Kind::kNotJoined, {"clips", kRest}},
};

std::string_view TakeSegment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
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
  return path.empty() || path == "/" ? matched : LinkForm{};
}

}  // namespace

LinkForm ReadPath(std::string_view path) {
  for (const Form& form : kForms) {
    const LinkForm matched = Match(form, path);
    if (matched.kind != Kind::kUnknown) return matched;
  }
  return {};
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
