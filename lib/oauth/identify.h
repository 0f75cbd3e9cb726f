// Identify: whose consent it is.

#ifndef JOINPASS_LIB_OAUTH_IDENTIFY_H_
#define JOINPASS_LIB_OAUTH_IDENTIFY_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/time.h"
#include "oauth/access_tokens.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"
#include "store/records.h"

namespace joinpass::oauth {

// Tells the listeners that a consent was kept, and has what is in memory of its
// credential read again.
void Welcome(const service::Context& context, AccessTokens& tokens,
             const store::Records::Consented& kept);

// The error of a consent by somebody who is not expected.
absl::Status ConsentedUnexpectedly(std::string_view what_came_of_it);

// Asks Zoom once whose the unnamed credential is (who.h), and gives it its name. It may
// get another id by that: see Records::NameCredential(). One with a name is given as it
// is. Why it failed is logged.
//
// By another than is expected: where that one has no credential, the consent is taken
// away, as by Disconnect(); else it is his. consenter_unexpected either way.
//
// Errors: credential_unknown; consenter_unexpected; scope_missing (and the token does not say); answer_invalid;
// those of AccessTokens::Get(), of the network and of Zoom
base::Task<absl::StatusOr<store::Records::Consented>> Identify(const service::Context& context,
                                                               AuthorizedCalls& calls,
                                                               std::string credential_id,
                                                               SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_IDENTIFY_H_
