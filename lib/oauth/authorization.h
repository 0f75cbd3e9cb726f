// A consent's response is taken once; whoever brings it again is told what came of it.

#ifndef JOINPASS_LIB_OAUTH_AUTHORIZATION_H_
#define JOINPASS_LIB_OAUTH_AUTHORIZATION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "joinpass/time.h"
#include "service/context.h"
#include "store/record_types.h"
#include "store/records.h"

namespace joinpass::oauth {

// Takes the request that this state belongs to, if it is `bound_to` this browser's. Nothing:
// somebody has brought its response before. One that is bound to another browser
// stays as it is. Blocks on the store; not for the loop's thread.
//
// Errors: consent_state_invalid
absl::StatusOr<std::optional<store::AuthorizationRequest>> TakeAuthorization(
    store::Records& records, const std::string& state, const std::string& bound_to, absl::Time now);

// What came of one, for whoever brings its response again. `credential`: it is kept.
store::ConnectOutcome OutcomeOf(const absl::StatusOr<store::CredentialRecord>& credential);

// Whether whoever took it has ended with that, or cannot be at it any more.
bool IsOver(const store::AuthorizationRequest& taken, absl::Time now);

// Waits until whoever took it is done, in this process or another one, and gives the same:
// the credential as it is now, or an error of the same reason.
//
// Errors: deadline_exceeded (it goes on); consent_state_invalid (whoever took it ended
// before he was done, or the credential is gone); cancelled (the engine closes)
base::Task<absl::StatusOr<store::CredentialRecord>> AwaitOutcome(const service::Context& context,
                                                                 std::string state,
                                                                 SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_AUTHORIZATION_H_
