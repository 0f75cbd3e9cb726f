// Redirects: may this one be followed, and by which request?

#ifndef JOINPASS_LIB_HTTP_REDIRECT_H_
#define JOINPASS_LIB_HTTP_REDIRECT_H_

#include <functional>

#include "absl/status/statusor.h"
#include "message/http.h"

namespace joinpass::http {

// Redirects that one request follows at most.
inline constexpr int kMaxRedirects = 3;

// 301, 302, 303, 307 or 308.
bool IsRedirect(int status);

// The request that follows `answer`, which redirects `request` after `followed`
// redirects before it: the same one at another place, `Authorization` and all.
// That place is where it was, or one that `may` allows, or there is no such request.
// Only a GET that may be sent twice is redirected.
//
// Errors:
//   redirect_refused  the origin is not allowed, the request is no such GET, or
//                     there were kMaxRedirects before
//   answer_invalid    there is no `Location`, or it is no URL
absl::StatusOr<message::Request> FollowRedirect(
    const message::Request& request, const message::Response& answer,
    const std::function<bool(const message::Origin&)>& may, int followed);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_REDIRECT_H_
