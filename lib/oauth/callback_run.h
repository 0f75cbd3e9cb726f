// CallbackRun: how a delegated credential gets another access token.

#ifndef JOINPASS_LIB_OAUTH_CALLBACK_RUN_H_
#define JOINPASS_LIB_OAUTH_CALLBACK_RUN_H_

#include <string>

#include "absl/status/status.h"
#include "base/task.h"
#include "oauth/held_token.h"
#include "service/context.h"

namespace joinpass::oauth {

// Asks the callback, puts what it gives into `held`, and has it in the credential's log
// and health: one that gives no token that works pauses the credential, and nothing
// more, until it gives one. No token is stored. `held`, which outlives it, is known.
//
// Errors: those of FetchToken() and WhenToAskAgain(); callback_answer_invalid: Zoom
// has refused this token before
base::Task<absl::Status> RunCallback(const service::Context& context, HeldToken& held,
                                     std::string credential_id);

// Of a token that the callback gave, and that Zoom refuses.
absl::Status RefusedByZoom();

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_CALLBACK_RUN_H_
