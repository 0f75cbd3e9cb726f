#include "join/identity_owners.h"

#include <string>

#include "base/ids.h"
#include "base/status.h"

namespace joinpass::join {
namespace {

// What was found, and the first error of what could not be read beside it.
struct Found {
  std::vector<Owner> owners = {};
  absl::Status damage = {};

  // Notes what hides no other; gives back any other error.
  absl::Status Note(const absl::Status& error) {
    if (ReasonOf(error) == Reason::kCredentialUnknown) return absl::OkStatus();
    if (!store::Records::ConcernsOneRow(error)) return error;
    damage.Update(error);
    return absl::OkStatus();
  }

  void Add(const store::CredentialRecord& credential) {
    if (credential.user_id.empty()) return;  // an account's, of nobody in it
    owners.push_back({credential.id, credential.user_id, credential.account_id});
  }
};

absl::Status AddOwn(store::Records& records, const std::string& user, Found& found) {
  if (base::IsCredentialId(user)) {
    const auto credential = records.GetCredential(user);
    if (!credential.ok()) return found.Note(credential.status());
    found.Add(*credential);
    return absl::OkStatus();
  }
  const auto credentials = records.FindCredentialsOfUser(user);
  if (!credentials.ok()) return found.Note(credentials.status());
  for (const store::CredentialRecord& credential : *credentials) found.Add(credential);
  return absl::OkStatus();
}

// The accounts' credentials that serve `user`, as far as the directory knows him.
absl::Status AddServing(store::Records& records, const std::string& user, Found& found) {
  const auto apps = records.ListApps();
  if (!apps.ok()) return found.Note(apps.status());
  for (const store::AppRecord& app : *apps) {
    if (app.settings.kind != AppKind::kAccountManaged) continue;
    const auto host = records.FindHost(app.id, user);
    if (!host.ok()) {
      JOINPASS_RETURN_IF_ERROR(found.Note(host.status()));
      continue;
    }
    if (!*host) continue;
    const std::string& account = (*host)->account_id.value;
    const auto credential = records.FindCredential(app.id, store::Principal::Account(account));
    if (!credential.ok()) {
      JOINPASS_RETURN_IF_ERROR(found.Note(credential.status()));
      continue;
    }
    found.owners.push_back({credential->id, user, account});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Owner>> Named(store::Records& records,
                                         const std::vector<std::string>& users) {
  Found found;
  for (const std::string& user : users) {
    JOINPASS_RETURN_IF_ERROR(AddOwn(records, user, found));
    if (base::IsCredentialId(user)) continue;
    JOINPASS_RETURN_IF_ERROR(AddServing(records, user, found));
  }
  if (!found.owners.empty()) return found.owners;
  JOINPASS_RETURN_IF_ERROR(found.damage);
  return base::MakeError(Reason::kCredentialUnknown, "join: none of identity_users has a consent");
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
