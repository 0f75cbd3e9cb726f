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
  std::string_view cause = {};
};

constexpr Rule kRules[] = {
    {"invalid_grant", 0, "redirect uri", Reason::kReauthorizationRequired, "redirect_uri_mismatch"},
    {"invalid_grant", 0, "", Reason::kReauthorizationRequired, "revoked_or_expired"},
    // How Zoom said it until 2020.
    {"invalid_request", 0, "authorization code", Reason::kReauthorizationRequired,
     "revoked_or_expired"},
    {"invalid_client", 0, "", Reason::kAppCredentialsInvalid},
    {"server_error", 0, "", Reason::kZoomUnavailable},
    {"temporarily_unavailable", 0, "", Reason::kZoomUnavailable},
    {"", 4702, "", Reason::kAppCredentialsInvalid},
    {"", 4704, "", Reason::kAppCredentialsInvalid},
    {"", 4709, "", Reason::kReauthorizationRequired, "redirect_uri_mismatch"},
    {"", 4711, "", Reason::kReauthorizationRequired, "revoked_or_expired"},
    {"", 4732, "", Reason::kZoomUnavailable},
    {"", 4733, "", Reason::kReauthorizationRequired, "revoked_or_expired"},
    {"", 4734, "", Reason::kReauthorizationRequired, "revoked_or_expired"},
    {"", 4735, "", Reason::kReauthorizationRequired, "revoked_or_expired"},
    {"", 4737, "", Reason::kReauthorizationRequired, "revoked_or_expired"},
    {"", 4741, "", Reason::kReauthorizationRequired, "revoked_or_expired"},
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

Rule FittingRule(const Refusal& refusal) {
  for (const Rule& rule : kRules) {
    if ((rule.error.empty() || rule.error == base::View(refusal.error)) &&
        (rule.code == 0 || rule.code == refusal.code) &&
        Contains(base::View(refusal.reason), rule.reason)) {
      return rule;
    }
  }
  return {"", 0, "", Reason::kRequestRefused};
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
  const base::Buffer& text = refusal.reason.empty() ? refusal.message : refusal.reason;
  info.server_text = HarmlessText(base::View(text));
  return base::MakeError(info, "token endpoint: refused");
}

}  // namespace

absl::StatusOr<TokenAnswer> ReadTokenAnswer(const message::Response& response, absl::Time sent_at) {
  if (response.status != 200) return ClassifyTokenError(response);
  // The tokens may be the only ones that are good now: no label of theirs loses them.
  constexpr auto kLeftOut = JsonField::TooLong::kLeftOut;
  std::array<JsonField, 5> fields = {{{.key = "access_token"},
                                      {.key = "refresh_token"},
                                      {.key = "expires_in", .too_long = kLeftOut},
                                      {.key = "scope", .too_long = kLeftOut},
                                      {.key = "api_url", .too_long = kLeftOut}}};
  const auto& [access, refresh, expires_in, scope, api_url] = fields;
  const JsonResult read = ReadJson(base::View(response.body), fields);
  if (read == JsonResult::kForeign) {
    return base::MakeError(InfoOf(response, Reason::kZoomUnavailable),
                           "token endpoint: the answer is no JSON");
  }
  const bool refresh_good = refresh.Text().empty() || IsToken(refresh.Text());
  if (read != JsonResult::kRead || !IsToken(access.Text()) || !refresh_good) {
    return base::MakeError(InfoOf(response, Reason::kAnswerInvalid),
                           "token endpoint: the answer has no usable token");
  }
  std::int64_t seconds = expires_in.Number().value_or(0);
  if (seconds < 1 || seconds > kLongestLifetime) seconds = kUsualLifetime;
  return TokenAnswer{
      .access_token = Secret(access.Text()),
      .refresh_token = Secret(refresh.Text()),
      .expires_at = sent_at + absl::Seconds(seconds),
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
