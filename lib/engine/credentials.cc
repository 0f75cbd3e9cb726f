#include "engine/credentials.h"

#include <map>
#include <utility>

#include "base/status.h"
#include "oauth/consent.h"
#include "zoom/scopes.h"

namespace joinpass::engine {
namespace {

using MaybeRecord = absl::StatusOr<store::CredentialRecord>;

base::Task<MaybeRecord> Finish(const oauth::Context& context, oauth::TokenSource& tokens,
                               Secret redirected_to, std::string bound_to, SteadyTime deadline) {
  MaybeRecord record = co_await oauth::FinishConsent(context, std::move(redirected_to),
                                                     std::move(bound_to), deadline);
  // Zoom voids the tokens of an earlier consent of the same user.
  if (record.ok()) tokens.Forget(record->id);
  co_return record;
}

Credential ShownAs(const store::CredentialRecord& record, AppKind kind) {
  Credential credential;
  credential.id = record.id;
  credential.app_id = record.app_id;
  credential.user_id = record.user_id;
  credential.account_id = record.account_id;
  credential.email = record.email;
  credential.scopes = record.tokens.scopes;
  credential.missing = zoom::MissingScopes(record.tokens.scopes, kind);
  credential.health = record.health;
  credential.health_since = record.health_since;
  credential.cause = record.cause;
  credential.connected_at = record.connected_at;
  credential.access_expires_at = record.tokens.access_expires_at;
  return credential;
}

}  // namespace

absl::StatusOr<ConnectStart> StoredCredentials::BeginConnect(const ConnectRequest& request) {
  return oauth::BeginConsent(context_, request);
}

absl::StatusOr<Credential> StoredCredentials::FinishConnect(std::string_view redirected_to,
                                                            std::string_view bound_to,
                                                            absl::Duration timeout) {
  const SteadyTime deadline = context_.clock.SteadyNow() + timeout;
  const auto record = runner_.Run<MaybeRecord>(
      [this, redirect = Secret(redirected_to), bound = std::string(bound_to), deadline] {
        return Finish(context_, tokens_, redirect, bound, deadline);
      });
  if (!record) return EngineClosed();
  JOINPASS_RETURN_IF_ERROR(record->status());
  return Shown(**record);
}

absl::StatusOr<std::vector<Credential>> StoredCredentials::List(const std::string& app_id) {
  JOINPASS_ASSIGN_OR_RETURN(const auto records, context_.records.ListCredentials(app_id));
  JOINPASS_ASSIGN_OR_RETURN(const auto apps, context_.records.ListApps());
  std::map<std::string, AppKind> kinds;
  for (const store::AppRecord& app : apps) kinds.emplace(app.id, app.settings.kind);
  std::vector<Credential> credentials;
  for (const store::CredentialRecord& record : records) {
    credentials.push_back(ShownAs(record, kinds[record.app_id]));
  }
  return credentials;
}

absl::StatusOr<Credential> StoredCredentials::Get(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const auto record, context_.records.GetCredential(id));
  return Shown(record);
}

absl::StatusOr<Credential> StoredCredentials::Shown(const store::CredentialRecord& record) {
  JOINPASS_ASSIGN_OR_RETURN(const auto app, context_.records.GetApp(record.app_id));
  return ShownAs(record, app.settings.kind);
}

}  // namespace joinpass::engine
