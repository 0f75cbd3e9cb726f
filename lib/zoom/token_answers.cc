#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>

#include "base/status.h"
#include "zoom/errors.h"
#include "zoom/harmless_text.h"
#include "zoom/json.h"
#include "zoom/refusal.h"
#include "zoom/scopes.h"
#include "zoom/token_calls.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

constexpr std::int64_t kUsualLifetime = 60 * 60;
constexpr std::int64_t kLongestLifetime = 24 * 60 * 60;
constexpr std::size_t kLongestApiUrl = 300;

// The first rule that fits names the refusal; `reason` is part of Zoom's sentence.
struct Rule {
  std::string_view error;  // empty: any
  int code;                // 0: any
  std::string_view reason;
  Reason means;
  Cause cause = Cause::kNone;
};

constexpr Rule kRules[] = {
    {"", 0, "redirect uri", Reason::kAppCredentialsInvalid, Cause::kRedirectUriMismatch},
    {"", 0, "redirect_uri", Reason::kAppCredentialsInvalid, Cause::kRedirectUriMismatch},
    {"", 0, "invalid redirect", Reason::kAppCredentialsInvalid, Cause::kRedirectUriMismatch},
    {"", 4709, "", Reason::kAppCredentialsInvalid, Cause::kRedirectUriMismatch},
    {"", 0, "app has been disabled", Reason::kAppCredentialsInvalid, Cause::kAppDisabled},
    {"", 0, "app has been removed", Reason::kAppCredentialsInvalid, Cause::kAppDisabled},
    {"", 0, "app has been deleted", Reason::kAppCredentialsInvalid, Cause::kAppDisabled},
    {"", 0, "app is disabled", Reason::kAppCredentialsInvalid, Cause::kAppDisabled},
    {"", 0, "disabled by admin", Reason::kAppCredentialsInvalid, Cause::kAppDisabled},
    {"", 4717, "", Reason::kAppCredentialsInvalid, Cause::kAppDisabled},
    {"", 4738, "", Reason::kAppCredentialsInvalid, Cause::kAppDisabled},
    {"invalid_grant", 0, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    // How Zoom said it until 2020.
    {"invalid_request", 0, "authorization code", Reason::kReauthorizationRequired,
     Cause::kRevokedOrExpired},
    {"invalid_request", 0, "invalid token", Reason::kReauthorizationRequired,
     Cause::kRevokedOrExpired},
    {"invalid_client", 0, "", Reason::kAppCredentialsInvalid},
    {"unauthorized_client", 0, "", Reason::kAppCredentialsInvalid, Cause::kClientUnauthorized},
    {"server_error", 0, "", Reason::kZoomUnavailable},
    {"temporarily_unavailable", 0, "", Reason::kZoomUnavailable},
    {"", 4702, "", Reason::kAppCredentialsInvalid},
    {"", 4704, "", Reason::kAppCredentialsInvalid},
    {"", 4706, "", Reason::kAppCredentialsInvalid},
    {"", 4711, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    {"", 4732, "", Reason::kZoomUnavailable},
    {"", 4733, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    {"", 4734, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    {"", 4735, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    {"", 4737, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    // Of a token, not of an app, where their text does not say otherwise: 4740 is an old
    // token of an earlier version, 4741 one that a later consent has replaced.
    {"", 4740, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    {"", 4741, "", Reason::kReauthorizationRequired, Cause::kRevokedOrExpired},
    {"", 0, "", Reason::kRequestRefused},
};

// What an OAuth server says, and a proxy before it does not. Source: RFC 6749
// sections 4.1.2.1 and 5.2, RFC 7009 section 2.2.1; Zoom's own wording.
constexpr std::string_view kErrors[] = {"invalid_grant",          "invalid_client",
                                        "invalid_request",        "unauthorized_client",
                                        "unsupported_grant_type", "unsupported grant type",
                                        "unsupported grant",      "unsupported_response_type",
                                        "unsupported_token_type", "invalid_scope",
                                        "access_denied",          "server_error",
                                        "temporarily_unavailable"};

// Zoom's numbers of OAuth errors.
constexpr int kFirstOAuthCode = 4700;
constexpr int kLastOAuthCode = 4799;

bool IsNamed(const Refusal& refusal) {
  const bool known = std::find(std::begin(kErrors), std::end(kErrors), base::View(refusal.error)) !=
                     std::end(kErrors);
  return known || (refusal.code >= kFirstOAuthCode && refusal.code <= kLastOAuthCode);
}

// What Zoom says, in whichever field.
std::string_view TextOf(const Refusal& refusal) {
  return base::View(refusal.reason.empty() ? refusal.message : refusal.reason);
}

Rule FittingRule(const Refusal& refusal) {
  return *std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& rule) {
    return (rule.error.empty() || rule.error == base::View(refusal.error)) &&
           (rule.code == 0 || rule.code == refusal.code) && Contains(TextOf(refusal), rule.reason);
  });
}

absl::Status ClassifyTokenError(const message::Response& response) {
  const int http = response.status;
  if (http == 429) return ClassifyError(response, "token endpoint");
  const Refusal refusal = ReadRefusal(response);
  // Without a name it may be anybody's: nobody knows whether Zoom saw the request.
  const bool named = http >= 400 && http < 500 && http != 408 && IsNamed(refusal);
  const Rule rule = named ? FittingRule(refusal) : Rule{"", 0, "", Reason::kZoomUnavailable};
  ErrorInfo info = InfoOf(response, rule.means);
  info.cause = rule.cause;
  info.zoom_code = refusal.code;
  info.server_text = HarmlessText(TextOf(refusal));
  return base::MakeError(info, "token endpoint: refused");
}

// A token that stands whole in what is no JSON, or not any more.
Secret TokenIn(std::string_view body, std::string_view key) {
  std::string_view value = ValueBehind(body, key);
  if (!value.starts_with('"')) return {};
  value.remove_prefix(1);
  const std::size_t end = value.find_first_of("\"\\");
  if (end == std::string_view::npos || value[end] != '"' || !IsToken(value.substr(0, end))) {
    return {};
  }
  return Secret(value.substr(0, end));
}

// The only live refresh token may be in an answer that was cut off, or damaged where
// nobody needs it: what is whole is taken.
absl::StatusOr<TokenAnswer> Salvage(const message::Response& response, absl::Time sent_at,
                                    JsonResult read) {
  TokenAnswer answer;
  answer.refresh_token = TokenIn(base::View(response.body), "refresh_token");
  answer.access_token = TokenIn(base::View(response.body), "access_token");
  if (!answer.refresh_token.empty()) {
    if (!answer.access_token.empty()) answer.expires_at = sent_at + absl::Seconds(kUsualLifetime);
    return answer;
  }
  if (read == JsonResult::kForeign) {
    return base::MakeError(InfoOf(response, Reason::kZoomUnavailable),
                           "token endpoint: the answer is no JSON");
  }
  return base::MakeError(InfoOf(response, Reason::kAnswerInvalid),
                         "token endpoint: the answer has no usable token");
}

}  // namespace

absl::StatusOr<TokenAnswer> ReadTokenAnswer(const message::Response& response, absl::Time sent_at) {
  if (response.status != 200) return ClassifyTokenError(response);
  // The tokens may be the only ones that are good now: no label of theirs loses them.
  constexpr auto kLeftOut = JsonField::TooLong::kLeftOut;
  std::array<JsonField, 5> fields = {{{.key = "access_token", .too_long = kLeftOut},
                                      {.key = "refresh_token"},
                                      {.key = "expires_in", .too_long = kLeftOut},
                                      {.key = "scope", .too_long = kLeftOut, .takes_list = true},
                                      {.key = "api_url", .too_long = kLeftOut}}};
  const auto& [access, refresh, expires_in, scope, api_url] = fields;
  const JsonResult read = ReadJson(base::View(response.body), fields);
  const bool has_refresh = IsToken(refresh.Text());
  const bool has_access = IsToken(access.Text());
  const bool usable = has_refresh || (has_access && refresh.Text().empty());
  if (read != JsonResult::kRead || !usable) return Salvage(response, sent_at, read);
  std::int64_t seconds = expires_in.Number().value_or(0);
  if (seconds < 1 || seconds > kLongestLifetime) seconds = kUsualLifetime;
  return TokenAnswer{
      .access_token = Secret(has_access ? access.Text() : ""),
      .refresh_token = Secret(refresh.Text()),
      .expires_at = has_access ? sent_at + absl::Seconds(seconds) : absl::InfinitePast(),
      .scopes = ReadScopes(scope.Text()),
      .api_url = std::string(IsToken(api_url.Text(), kLongestApiUrl) ? api_url.Text() : "")};
}

absl::Status ReadRevokeAnswer(const message::Response& response) {
  if (response.status != 200) return ClassifyTokenError(response);
  std::array<JsonField, 1> fields = {{{.key = "status"}}};
  const JsonResult read = ReadJson(base::View(response.body), fields);
  if (read == JsonResult::kRead && fields[0].Text() == "success") return absl::OkStatus();
  const Reason reason =
      read == JsonResult::kForeign ? Reason::kZoomUnavailable : Reason::kAnswerInvalid;
  return base::MakeError(InfoOf(response, reason),
                         "revoke endpoint: the answer does not say that the token is revoked");
}

}  // namespace joinpass::zoom
