// Tokens from a URL of the customer's.

#ifndef JOINPASS_LIB_OAUTH_CALLBACK_H_
#define JOINPASS_LIB_OAUTH_CALLBACK_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/reason.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "service/context.h"

namespace joinpass::oauth {

// OK for https with a host, at most 2048 bytes of printable ASCII, without user,
// password or fragment. Pure. The message of an error never shows the URL.
//
// Errors: invalid_argument
absl::Status CheckCallbackUrl(const Secret& url);

// GETs the token: no redirect, at most 5 s of `deadline`, a socket of its own. A
// URL from the network is dialled at public addresses only, checked each time.
// The token is the body without white space around it: printable ASCII. At most 16 KiB
// are read. Errors never show URL or body.
//
// Errors:
//   token_not_offered        404
//   callback_failed          any other status, a redirect, the network, the time; `cause`
//                            is the name of what befell it, `http_status` the status
//   callback_answer_invalid  200 with a body that is no token
//   address_not_allowed
base::Task<absl::StatusOr<Secret>> FetchToken(const service::Context& context, Secret url,
                                              UrlSource source, SteadyTime deadline);

// Why a delegated credential is paused, by the error of asking its callback for an access
// token. Nothing: the callback is not why. Pure.
std::optional<Cause> PauseFor(const absl::Status& error);

// When to ask for another token: when `token` ends, and an hour from `now` at the latest.
// One that is no readable JWT, or does not say who issued it, is taken as it is. Another
// issuer's must not even be shown to Zoom: it opens something else. Pure.
//
// Errors: callback_answer_invalid (cause `wrong_client`: it was issued to another
// client id than `client_id`, or not by Zoom; `expires_too_soon`: less than 120 s are left)
absl::StatusOr<absl::Time> WhenToAskAgain(const Secret& token, std::string_view client_id,
                                          absl::Time now);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_CALLBACK_H_
