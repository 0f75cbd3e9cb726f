// Keeping a credential whose tokens are the customer's.

#ifndef JOINPASS_LIB_OAUTH_DELEGATE_H_
#define JOINPASS_LIB_OAUTH_DELEGATE_H_

#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/time.h"
#include "service/context.h"
#include "store/records.h"

namespace joinpass::oauth {

// On the loop. Errors as for Credentials::Delegate().
base::Task<absl::StatusOr<store::Records::Consented>> Delegate(const service::Context& context,
                                                               DelegateRequest request,
                                                               SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_DELEGATE_H_
