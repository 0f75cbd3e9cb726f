#include "zoom/origins.h"

#include <array>

#include "base/status.h"
#include "zoom/url.h"

namespace joinpass::zoom {
namespace {

constexpr std::array<std::string_view, 2> kDomains = {"zoom.us", "zoomgov.com"};

// Zoom's domain that `origin` is at or below; empty: none.
std::string_view DomainOf(const message::Origin& origin) {
  if (origin.scheme != message::Scheme::kHttps || origin.port != 443) return {};
  for (const std::string_view domain : kDomains) {
    if (IsAtOrBelow(origin.host, domain)) return domain;
  }
  return {};
}

// The domain itself, "api", or "api-*" in one label of at least a letter more.
bool IsOfTheApi(std::string_view host, std::string_view domain) {
  host.remove_suffix(domain.size());
  if (host.empty() || host == "api.") return true;
  return host.starts_with("api-") && host.size() > 5 && host.find('.') == host.size() - 1;
}

}  // namespace

absl::StatusOr<message::Origin> ReadHttpsOrigin(std::string_view text) {
  JOINPASS_ASSIGN_OR_RETURN(message::Origin origin, message::ReadOrigin(text));
  if (origin.scheme == message::Scheme::kHttps) return origin;
  return base::MakeError(Reason::kInvalidArgument, "origin: the scheme is not https");
}

bool IsZooms(const message::Origin& origin) { return !DomainOf(origin).empty(); }

bool MayRedirectTo(const Origins& origins, const message::Origin& origin) {
  const std::string_view oauth = DomainOf(origins.oauth);
  const std::string_view api = DomainOf(origins.api);
  if (oauth.empty() || api.empty()) return origin == origins.oauth || origin == origins.api;
  const std::string_view domain = DomainOf(origin);
  return !domain.empty() && (domain == oauth || domain == api) && IsOfTheApi(origin.host, domain);
}

message::Origin ApiOriginFor(const Origins& origins, std::string_view api_url) {
  if (api_url.ends_with('/')) api_url.remove_suffix(1);
  const absl::StatusOr<message::Origin> named = message::ReadOrigin(api_url);
  if (!named.ok()) return origins.api;
  const std::string_view domain = DomainOf(origins.api);
  const bool good = domain.empty() ? *named == origins.oauth : DomainOf(*named) == domain;
  return good ? *named : origins.api;
}

}  // namespace joinpass::zoom
