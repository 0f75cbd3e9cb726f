#include "zoom/origins.h"

#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "zoom/url.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kLongest = 300;
constexpr std::array<std::string_view, 2> kDomains = {"zoom.us", "zoomgov.com"};

bool IsPort(std::string_view port) {
  int number = 0;
  // One spelling only, since origins are compared as text.
  return !port.starts_with('0') && absl::SimpleAtoi(base::ToAbsl(port), &number) && number <= 65535;
}

std::optional<Url> SplitOrigin(std::string_view origin) {
  if (origin.size() > kLongest) return std::nullopt;
  std::optional<Url> url = SplitUrl(origin);
  if (!url || url->scheme != "https" || url->has_user || url->has_tail || !url->path.empty()) {
    return std::nullopt;
  }
  const bool good_port = url->has_colon ? IsPort(url->port) : true;
  const bool good_host = url->host.starts_with('[') || IsAtOrBelow(url->host, url->host);
  return good_port && good_host && !url->host.empty() ? url : std::nullopt;
}

// Zoom's domain that `origin` belongs to; empty: none.
std::string_view DomainOf(std::string_view origin) {
  const std::optional<Url> url = SplitOrigin(origin);
  if (!url || (url->has_colon && url->port != "443")) return {};
  for (const std::string_view domain : kDomains) {
    if (IsAtOrBelow(url->host, domain)) return domain;
  }
  return {};
}

}  // namespace

absl::Status CheckOrigin(std::string_view origin) {
  if (SplitOrigin(origin)) return absl::OkStatus();
  return base::MakeError(Reason::kInvalidArgument,
                         "origin: must be https://host or https://host:port and nothing behind");
}

std::vector<std::string> RedirectOrigins(const Origins& origins) {
  const std::string_view oauth = DomainOf(origins.oauth);
  const std::string_view api = DomainOf(origins.api);
  std::vector<std::string> entries;
  if (oauth.empty() || api.empty()) {
    entries.push_back(origins.oauth);
    if (origins.api != origins.oauth) entries.push_back(origins.api);
    return entries;
  }
  for (const std::string_view domain : kDomains) {
    if (domain != oauth && domain != api) continue;
    entries.push_back(absl::StrCat("https://", base::ToAbsl(domain)));
    entries.push_back(absl::StrCat("https://api.", base::ToAbsl(domain)));
    entries.push_back(absl::StrCat("api-*.", base::ToAbsl(domain)));
  }
  return entries;
}

std::string ApiOriginFor(const Origins& origins, std::string_view api_url) {
  if (api_url.ends_with('/')) api_url.remove_suffix(1);
  const std::string_view domain = DomainOf(origins.api);
  if (!domain.empty()) {
    return DomainOf(api_url) == domain ? absl::AsciiStrToLower(base::ToAbsl(api_url)) : origins.api;
  }
  return api_url == origins.oauth ? origins.oauth : origins.api;
}

}  // namespace joinpass::zoom
