#include "join/identity_owners.h"

#include <string>

#include "absl/strings/match.h"
#include "base/status.h"

namespace joinpass::join {
namespace {

absl::StatusOr<std::vector<store::CredentialRecord>> CredentialsOf(store::Records& records,
                                                                   const std::string& user) {
  if (!absl::StartsWith(user, "cred_")) return records.FindCredentialsOfUser(user);
  auto credential = records.GetCredential(user);
  if (credential.ok()) return std::vector<store::CredentialRecord>{*std::move(credential)};
  if (ReasonOf(credential.status()) != Reason::kCredentialUnknown) return credential.status();
  return std::vector<store::CredentialRecord>();
}

absl::StatusOr<std::vector<Owner>> Named(store::Records& records,
                                         const std::vector<std::string>& users) {
  std::vector<Owner> owners;
  for (const std::string& user : users) {
    JOINPASS_ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(records, user));
    for (const store::CredentialRecord& credential : credentials) {
      owners.push_back({credential.id, credential.user_id, credential.account_id});
    }
  }
  if (owners.empty()) {
    return base::MakeError(Reason::kCredentialUnknown,
                           "join: none of identity_users has a consent");
  }
  return owners;
}

}  // namespace

absl::StatusOr<std::vector<Owner>> FindIdentityOwners(
    store::Records& records, const JoinRequest& request,
    const absl::StatusOr<Resolution>& resolution) {
  if (!request.identity_users.empty()) return Named(records, request.identity_users);
  if (!resolution.ok()) return resolution.status();
  return HostsOf(*resolution);
}

}  // namespace joinpass::join
