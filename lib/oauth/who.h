// Who: whose consent an access token stands for.

#ifndef JOINPASS_LIB_OAUTH_WHO_H_
#define JOINPASS_LIB_OAUTH_WHO_H_

#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/apps.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "store/record_types.h"
#include "zoom/api_answers.h"

namespace joinpass::oauth {

// Asks Zoom. Where no scope allows that, the token itself says it, since Zoom took it;
// and of an account, if the token is no JWT, the list of its users, by the owner. What
// is given names the principal of an app of `kind`.
//
// Errors: scope_missing (and the token does not say); answer_invalid; those of
// AuthorizedCalls::Call()
base::Task<absl::StatusOr<store::Consenter>> AskWho(AuthorizedCalls& calls, Caller caller,
                                                    AppKind kind, SteadyTime deadline);

// Whether `found`, who Zoom says the token is of, is the user (or of the account) of a
// delegated credential: a callback may give somebody else's. That is noted either way.
// OK for a managed one.
//
// Errors: callback_answer_invalid (wrong_user)
base::Task<absl::Status> CheckIsHis(AuthorizedCalls& calls, store::CredentialRecord credential,
                                    zoom::User found);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_WHO_H_
