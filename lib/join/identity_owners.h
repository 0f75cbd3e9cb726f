// Who the users of a join request are.

#ifndef JOINPASS_LIB_JOIN_IDENTITY_OWNERS_H_
#define JOINPASS_LIB_JOIN_IDENTITY_OWNERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "join/plan.h"
#include "joinpass/directory.h"
#include "joinpass/join.h"
#include "store/records.h"

namespace joinpass::join {

// Those whom `request` names, in its order, or the host if it names nobody. A
// user with consents to several apps stands once for each. Names that nobody
// has are passed over, unless nobody is left. Blocks on the store.
//
// Errors: credential_unknown; the resolution's own where the host is needed
absl::StatusOr<std::vector<Owner>> FindIdentityOwners(store::Records& records,
                                                      const JoinRequest& request,
                                                      const absl::StatusOr<Resolution>& resolution);

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_IDENTITY_OWNERS_H_
