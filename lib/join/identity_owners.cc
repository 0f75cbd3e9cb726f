#include "join/identity_owners.h"

#include <utility>

#include "base/status.h"
#include "directory/named_users.h"

namespace joinpass::join {

absl::StatusOr<std::vector<Owner>> FindIdentityOwners(
    store::Records& records, const JoinRequest& request,
    const absl::StatusOr<Resolution>& resolution) {
  std::vector<Owner> owners;
  if (request.identity_users.empty()) {
    if (!resolution.ok()) return resolution.status();
    owners = HostsOf(*resolution);
  } else {
    JOINPASS_ASSIGN_OR_RETURN(const auto users,
                              directory::FindNamedUsers(records, request.identity_users));
    for (const directory::NamedUser& user : users) {
      owners.push_back({.credential_id = user.credential.id,
                        .user_id = user.user_id,
                        .account_id = user.credential.account_id,
                        .of_account = user.credential.app_kind == AppKind::kAccountManaged});
    }
  }
  // An account's consent that speaks of nobody in it gives nobody's identity.
  std::erase_if(owners, [](const Owner& owner) { return owner.user_id.empty(); });
  if (!owners.empty()) return owners;
  return base::MakeError(
      request.identity_users.empty() ? Reason::kHostNotConnected : Reason::kCredentialUnknown,
      "join: nobody is known whose identity it could be");
}

}  // namespace joinpass::join
