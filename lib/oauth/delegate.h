// Keeping a credential whose tokens are the customer's.

#ifndef JOINPASS_LIB_OAUTH_DELEGATE_H_
#define JOINPASS_LIB_OAUTH_DELEGATE_H_

#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"
#include "store/records.h"

namespace joinpass::oauth {

// Both on the loop. Errors as for Credentials::TestDelegate() and Delegate(). What is
// found has an id that nobody knows.
base::Task<absl::StatusOr<store::CredentialRecord>> FindDelegated(const service::Context& context,
                                                                  AuthorizedCalls& calls,
                                                                  DelegateRequest request,
                                                                  SteadyTime deadline);
base::Task<absl::StatusOr<store::Records::Consented>> Delegate(const service::Context& context,
                                                               AuthorizedCalls& calls,
                                                               DelegateRequest request,
                                                               SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_DELEGATE_H_
