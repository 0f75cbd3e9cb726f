// Taking a credential away.

#ifndef JOINPASS_LIB_OAUTH_DISCONNECT_H_
#define JOINPASS_LIB_OAUTH_DISCONNECT_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/time.h"
#include "oauth/access_tokens.h"
#include "service/context.h"

namespace joinpass::oauth {

// First it is durable that the credential goes, and from then on nobody uses or
// refreshes it, and no late answer is stored. Then Zoom is asked to revoke it, and
// whatever comes of that, it is removed with what the directory knew through it.
// The same again goes on where it was cut short. On the loop. Errors as for
// Credentials::Disconnect().
base::Task<absl::StatusOr<Disconnected>> Disconnect(const service::Context& context,
                                                    AccessTokens& tokens, std::string credential_id,
                                                    SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_DISCONNECT_H_
