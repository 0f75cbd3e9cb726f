#include "directory/named_users.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/ids.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass::directory {
namespace {

// What was found, and the first error of what could not be read beside it.
struct Found {
  std::vector<NamedUser> users = {};
  absl::Status damage = {};

  // Notes what hides no other; gives back any other error.
  absl::Status Note(const absl::Status& error) {
    if (ReasonOf(error) == Reason::kCredentialUnknown) return absl::OkStatus();
    return store::Records::NoteDamage(error, damage);
  }

  void Add(store::CredentialRecord credential) {
    std::string user_id = credential.user_id;
    users.push_back({std::move(credential), std::move(user_id)});
  }
};

absl::Status AddCredential(store::Records& records, const std::string& id, Found& found) {
  auto credential = records.GetCredential(id);
  if (!credential.ok()) return found.Note(credential.status());
  found.Add(*std::move(credential));
  return absl::OkStatus();
}

// The consents that he gave himself.
absl::Status AddOwn(store::Records& records, const std::string& user_id, Found& found) {
  auto credentials = records.FindCredentialsOfUser(user_id);
  if (!credentials.ok()) return found.Note(credentials.status());
  for (store::CredentialRecord& credential : *credentials) found.Add(std::move(credential));
  return absl::OkStatus();
}

// The accounts' consents that serve him, as far as the directory knows him.
absl::Status AddServing(store::Records& records, const std::string& user_id, Found& found) {
  const auto apps = records.ListApps();
  if (!apps.ok()) return found.Note(apps.status());
  for (const store::AppRecord& app : *apps) {
    if (app.settings.kind != AppKind::kAccountManaged) continue;
    const auto host = records.FindHost(app.id, user_id);
    if (!host.ok()) {
      JOINPASS_RETURN_IF_ERROR(found.Note(host.status()));
      continue;
    }
    if (!*host) continue;
    const std::string& account = (*host)->account_id.value;
    auto credential = records.FindCredential(app.id, store::Principal::Account(account));
    if (credential.ok()) {
      found.users.push_back({*std::move(credential), user_id});
    } else {
      JOINPASS_RETURN_IF_ERROR(found.Note(credential.status()));
    }
  }
  return absl::OkStatus();
}

// Those whom a sync has found have it by their hosts' rows; of a consent that was not
// synced since the credential says it. An address may have gone from one to another.
absl::Status AddOfEmail(store::Records& records, const std::string& email, Found& found) {
  const auto hosts = records.FindHostsByEmail(absl::AsciiStrToLower(email));
  if (!hosts.ok()) JOINPASS_RETURN_IF_ERROR(found.Note(hosts.status()));
  if (hosts.ok()) {
    for (const store::HostRecord& host : *hosts) {
      const auto app = records.GetApp(host.app_id);
      if (!app.ok()) {
        JOINPASS_RETURN_IF_ERROR(found.Note(app.status()));
        continue;
      }
      auto credential = records.FindCredential(
          app->id, store::Principal::Of(app->settings.kind, host.user_id, host.account_id.value));
      if (credential.ok()) {
        found.users.push_back({*std::move(credential), host.user_id});
      } else {
        JOINPASS_RETURN_IF_ERROR(found.Note(credential.status()));
      }
    }
  }
  auto credentials = records.ListCredentials("");
  if (!credentials.ok()) return found.Note(credentials.status());
  for (store::CredentialRecord& credential : *credentials) {
    if (!absl::EqualsIgnoreCase(credential.email, email)) continue;
    const bool is_there =
        std::any_of(found.users.begin(), found.users.end(), [&](const NamedUser& user) {
          return user.credential.id == credential.id && user.user_id == credential.user_id;
        });
    if (!is_there) found.Add(std::move(credential));
  }
  return absl::OkStatus();
}

absl::Status Add(store::Records& records, const std::string& name, Found& found) {
  if (name.empty() || name.size() > kLongestName) return absl::OkStatus();
  if (base::IsCredentialId(name)) return AddCredential(records, name, found);
  if (absl::StrContains(name, '@')) return AddOfEmail(records, name, found);
  JOINPASS_RETURN_IF_ERROR(AddOwn(records, name, found));
  return AddServing(records, name, found);
}

}  // namespace

absl::StatusOr<std::vector<NamedUser>> FindNamedUsers(store::Records& records,
                                                      const std::vector<std::string>& names) {
  Found found;
  for (const std::string& name : names) JOINPASS_RETURN_IF_ERROR(Add(records, name, found));
  if (!found.users.empty()) return std::move(found.users);
  JOINPASS_RETURN_IF_ERROR(found.damage);
  return base::MakeError(Reason::kCredentialUnknown, "directory: nobody named has a consent");
}

}  // namespace joinpass::directory
