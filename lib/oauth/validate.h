// Whether a credential works, by asking Zoom.

#ifndef JOINPASS_LIB_OAUTH_VALIDATE_H_
#define JOINPASS_LIB_OAUTH_VALIDATE_H_

#include <string>

#include "absl/status/status.h"
#include "base/task.h"
#include "joinpass/time.h"
#include "oauth/access_tokens.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"

namespace joinpass::oauth {

// Has Zoom take the access token for the cheapest call that the scopes allow;
// where there is no token that may work, a refresh is the question. The answer is
// in the log, and a verdict, or its end, in the store. On the loop.
//
// OK: Zoom takes the token. Errors: credential_unknown, and why it does not, or
// why it could not be asked
base::Task<absl::Status> Validate(const service::Context& context, AccessTokens& tokens,
                                  AuthorizedCalls& calls, std::string credential_id,
                                  SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_VALIDATE_H_
