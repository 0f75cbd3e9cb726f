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

// The accounts' credentials that serve `user`, as far as the directory knows him.
absl::StatusOr<std::vector<Owner>> ServedByAccount(store::Records& records,
                                                   const std::string& user) {
  std::vector<Owner> owners;
  JOINPASS_ASSIGN_OR_RETURN(const auto apps, records.ListApps());
  for (const store::AppRecord& app : apps) {
    if (app.settings.kind != AppKind::kAccountManaged) continue;
    JOINPASS_ASSIGN_OR_RETURN(const auto host, records.FindHost(app.id, user));
    if (!host) continue;
    const auto credential = records.FindCredential(app.id, host->account_id);
    if (credential.ok()) {
      owners.push_back({credential->id, user, host->account_id});
    } else if (ReasonOf(credential.status()) != Reason::kCredentialUnknown) {
      return credential.status();
    }
  }
  return owners;
}

absl::StatusOr<std::vector<Owner>> Named(store::Records& records,
                                         const std::vector<std::string>& users) {
  std::vector<Owner> owners;
  for (const std::string& user : users) {
    JOINPASS_ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(records, user));
    for (const store::CredentialRecord& credential : credentials) {
      if (credential.user_id.empty()) continue;  // an account's, of nobody in it
      owners.push_back({credential.id, credential.user_id, credential.account_id});
    }
    if (absl::StartsWith(user, "cred_")) continue;
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<Owner> served, ServedByAccount(records, user));
    owners.insert(owners.end(), served.begin(), served.end());
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
