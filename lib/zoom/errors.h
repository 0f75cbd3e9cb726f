// What a refusal of the REST API means.

#ifndef JOINPASS_LIB_ZOOM_ERRORS_H_
#define JOINPASS_LIB_ZOOM_ERRORS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "joinpass/reason.h"
#include "message/http.h"

namespace joinpass::zoom {

// Names the refusal by HTTP status, code and message together; `what` ("users/me")
// begins the message. Never OK. Reads bodies that are broken JSON, as some of
// Zoom's services send.
//
//   reauthorization_required  HTTP 401, code 124: cause `access_token_expired` or
//                             `access_token_invalid`: refresh once and try again
//   scope_missing             104, 4700, 4711, on HTTP 401 too; any of `missing_scopes` would do
//   meeting_unknown           3001, 300 on 404, "Invalid meeting ID"; not the host
//                             (cause `not_host`)
//   user_unknown              1001, 1010; 1120 (cause `user_pending`)
//   meeting_is_webinar        3000 about a webinar
//   local_recording_disabled  3000 about local recording
//   hosting_not_allowed       3161
//   permission_denied         HTTP 403, 200, any other 4xx
//   rate_limited              HTTP 429
//   request_refused           2300, other 300 (a page token that is too old has cause
//                             `page_token_expired`), the wrong kind of token
//   redirect_refused          3xx
//   zoom_unavailable          5xx, or no JSON: a 401 with HTML is a proxy's or a
//                             CDN's, and says nothing about the token
//   answer_invalid            any other status
// Source: zoom.us API reference and error pages, read 2026-02; seen answers.
absl::Status ClassifyError(const message::Response& response, std::string_view what);

// When a `Retry-After` lets us come back: an ISO date (Zoom's form) or HTTP's as it
// is, seconds (up to one day) counted from when the answer came. None: absent or
// unreadable. A date may be any: who obeys it, bounds it.
std::optional<absl::Time> RetryAt(const message::Response& response);

// An ErrorInfo with what every answer has: HTTP status, tracking id, `request_left`
// (an answer shows that the request left); of rate_limited and zoom_unavailable
// `retry_at`, where RetryAt() has one.
ErrorInfo InfoOf(const message::Response& response, Reason reason);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_ERRORS_H_
