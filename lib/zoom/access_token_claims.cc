#include "zoom/access_token_claims.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/wipe.h"
#include "crypto/base64.h"
#include "message/origin.h"
#include "zoom/json.h"
#include "zoom/origins.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kLongestToken = 16 * 1024;
constexpr std::size_t kLongestClaim = 256;
constexpr std::string_view kOfClient = "zm:cid:";

using Issuer = AccessTokenClaims::Issuer;

// The payload: what stands between the two dots.
std::optional<base::Buffer> PayloadOf(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return crypto::DecodeBase64(token.substr(first + 1, second - first - 1));
}

std::string Bounded(const JsonField& field) {
  return std::string(field.Text().size() <= kLongestClaim ? field.Text() : "");
}

Issuer IssuerOf(const JsonField& issuer) {
  if (issuer.kind == JsonField::Kind::kAbsent) return Issuer::kUnsaid;
  std::string_view text = issuer.Text();
  if (text.starts_with(kOfClient)) {
    const bool names_one = text.size() > kOfClient.size() && text.size() <= kLongestClaim;
    return names_one ? Issuer::kZoom : Issuer::kOther;
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  const absl::StatusOr<message::Origin> origin = message::ReadOrigin(text);
  return origin.ok() && IsZooms(*origin) ? Issuer::kZoom : Issuer::kOther;
}

}  // namespace

std::optional<AccessTokenClaims> ReadAccessTokenClaims(const Secret& token) {
  if (token.Reveal().size() > kLongestToken) return std::nullopt;
  const std::optional<base::Buffer> payload = PayloadOf(token.Reveal());
  if (!payload) return std::nullopt;
  std::array<JsonField, 5> fields = {
      {{.key = "iss"}, {.key = "client_id"}, {.key = "uid"}, {.key = "aid"}, {.key = "exp"}}};
  const auto& [issuer, client, user, account, expires] = fields;
  if (ReadJson(base::View(*payload), fields, nullptr) != JsonResult::kRead) return std::nullopt;
  AccessTokenClaims claims;
  claims.issuer = IssuerOf(issuer);
  const std::string issued_by = Bounded(issuer);
  const bool names_client = issued_by.starts_with(kOfClient);
  claims.client_id = names_client ? issued_by.substr(kOfClient.size()) : Bounded(client);
  claims.user_id = Bounded(user);
  claims.account_id = Bounded(account);
  const std::optional<std::int64_t> at = expires.Number();
  const bool is_past = expires.kind == JsonField::Kind::kInteger && expires.integer < 0;
  if (at || is_past) claims.expires_at = absl::FromUnixSeconds(at.value_or(0));
  return claims;
}

}  // namespace joinpass::zoom
