// A pass, and what came of it, as they are logged: decisions only.

#ifndef JOINPASS_LIB_JOIN_LOGGED_PASS_H_
#define JOINPASS_LIB_JOIN_LOGGED_PASS_H_

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "join/plan.h"
#include "joinpass/join.h"
#include "joinpass/next_step.h"
#include "joinpass/pass_log.h"

namespace joinpass::join {

// Without ids and the number of the attempt.
LoggedPass LogOf(const JoinRequest& request, const Findings& known, const Plan& plan,
                 const absl::StatusOr<JoinPass>& pass, const base::Moment& now);

// Whether a report says more than that the SDK goes on by itself.
bool IsTelling(const SdkOutcome& outcome, const NextStep& next);

void AddOutcome(LoggedOutcome outcome, LoggedPass& pass);

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_LOGGED_PASS_H_
