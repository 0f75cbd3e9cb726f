// Consent: from "send the user there" to a credential that is kept.

#ifndef JOINPASS_LIB_OAUTH_CONSENT_H_
#define JOINPASS_LIB_OAUTH_CONSENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/context.h"
#include "store/records_store.h"

namespace joinpass::oauth {

// Begins a consent. Blocks on the store; not for the loop's thread. Errors as
// for Credentials::BeginConnect().
absl::StatusOr<ConnectStart> BeginConsent(const Context& context, const ConnectRequest& request);

// Finishes one, on the loop. Errors as for Credentials::FinishConnect().
base::Task<absl::StatusOr<store::Records::Consented>> FinishConsent(const Context& context,
                                                                    Secret redirected_to,
                                                                    std::string bound_to,
                                                                    SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_CONSENT_H_
