// The OAuth endpoints: what to send, and what the answers mean.

#ifndef JOINPASS_LIB_ZOOM_TOKEN_CALLS_H_
#define JOINPASS_LIB_ZOOM_TOKEN_CALLS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/secret.h"
#include "message/http.h"
#include "zoom/origins.h"

namespace joinpass::zoom {

struct ClientKeys {
  std::string client_id = {};
  Secret client_secret = {};
};

// The page on which the user consents. `code_challenge` is the S256 one.
std::string AuthorizeUrl(const Origins& origins, std::string_view client_id,
                         std::string_view redirect_uri, std::string_view state,
                         std::string_view code_challenge);

// All four authorize as the client (Basic), carry their parameters in the body,
// and take a redirect for an answer. The two that use something up say so
// (`send_once`), and take an answer as far as it comes.
message::Request ExchangeCode(const Origins& origins, const ClientKeys& keys, const Secret& code,
                              std::string_view redirect_uri, const Secret& code_verifier);
message::Request RefreshToken(const Origins& origins, const ClientKeys& keys,
                              const Secret& refresh_token);
// Asks whether the keys are good, and spends nothing.
message::Request ProbeClient(const Origins& origins, const ClientKeys& keys);
// Kills the access and the refresh token of the grant of `token`.
message::Request RevokeToken(const Origins& origins, const ClientKeys& keys, const Secret& token);

struct TokenAnswer {
  Secret access_token = {};                      // empty: only the refresh token came whole
  Secret refresh_token = {};                     // empty: keep the old one
  absl::Time expires_at = absl::InfinitePast();  // of the access token; wall clock
  std::vector<std::string> scopes = {};          // empty: Zoom did not say
  std::string api_url = {};                      // may be empty; see ApiOriginFor()
};

// Reads the answer to ExchangeCode, RefreshToken or ProbeClient. `sent_at` is
// when the request left: Zoom counts from some later moment, so this errs on the
// early side. A lifetime that is absent or absurd (not 1 s to 1 day) is taken as
// Zoom's one hour: a rotated refresh token is worth more than a tidy answer. So an
// answer that is cut off, or damaged elsewhere, is one if its refresh token is whole.
// Scopes may be separated by spaces or commas, or be a list.
//
// Errors:
//   reauthorization_required  the code or refresh token is used up. `cause`:
//                             revoked_or_expired
//   app_credentials_invalid   of the app, not the user: wrong client id or secret, or
//                             `cause`: redirect_uri_mismatch, app_disabled,
//                             client_unauthorized
//   rate_limited              see ClassifyError() for `retry_at`
//   zoom_unavailable          5xx, a redirect, HTML, no JSON, a refusal without a
//                             name: nobody knows whether the token was spent
//   answer_invalid            HTTP 200 without a usable token: likewise
//   request_refused           any other refusal by name, an unsupported grant
// `request_left` is true with all of them, by its definition.
absl::StatusOr<TokenAnswer> ReadTokenAnswer(const message::Response& response, absl::Time sent_at);

// OK if Zoom says that the token is revoked. Errors: as ReadTokenAnswer().
absl::Status ReadRevokeAnswer(const message::Response& response);

// What the browser brought back.
struct AuthorizationResponse {
  std::string state = {};  // never empty; at most 1 KiB, printable
  Secret code = {};        // empty if `error` is not
  std::string error = {};  // Zoom's word, "access_denied"; bounded and printable
};

// Reads the URL, or only its query, to which Zoom sent the browser back. At most
// 8 KiB. A refusal is an answer too, since its state is to be used up: do so, then
// give back CheckAuthorization().
//
// Errors:
//   invalid_argument  too long; no state; neither or both of code and error; one
//                     of them twice
absl::StatusOr<AuthorizationResponse> ReadAuthorizationResponse(std::string_view redirected_to);

// OK, or what Zoom said:
//   consent_declined         the user said no
//   app_credentials_invalid  the app may not ask: cause client_unauthorized
//   zoom_unavailable         Zoom has trouble of its own
absl::Status CheckAuthorization(const AuthorizationResponse& answer);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_TOKEN_CALLS_H_
