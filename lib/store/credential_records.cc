// Records of credentials, and the durable writes of a refresh.

#include <utility>

#include "base/status.h"
#include "store/millis.h"
#include "store/opened_rows.h"
#include "store/records_store.h"

namespace joinpass::store {
namespace {

// How often a write begins anew because another one came between its reading
// and its writing. Each time somebody got something done.
constexpr int kMostTries = 16;

absl::Status UnknownCredential() {
  return base::MakeError(Reason::kCredentialUnknown, "credential: no such one");
}

absl::Status TooManyWriters() {
  return base::MakeError(Reason::kStoreUnavailable, "credential: others keep on changing it");
}

// The inside of the seal decides; a search key beside it may have been changed.
absl::Status CheckUser(const CredentialRecord& credential, const std::string& user_id) {
  if (credential.user_id == user_id) return absl::OkStatus();
  return base::MakeError(Reason::kStoreCorrupt,
                         "credential: a row does not belong to what it holds");
}

Tokens Merge(const Tokens& stored, const Tokens& answer) {
  Tokens merged = answer;
  if (merged.refresh_token.empty()) merged.refresh_token = stored.refresh_token;
  if (merged.scopes.empty()) merged.scopes = stored.scopes;
  if (merged.api_origin.empty()) merged.api_origin = stored.api_origin;
  return merged;
}

bool IsDone(Outcome outcome) { return outcome == Outcome::kDone; }

}  // namespace

absl::StatusOr<CredentialRecord> Records::PutConsented(CredentialRecord credential) {
  const std::string new_id = credential.id;
  credential.connected_at = CutToMillis(credential.connected_at);
  credential.tokens.access_expires_at = CutToMillis(credential.tokens.access_expires_at);
  credential.pending.reset();
  credential.health = Health::kHealthy;
  credential.health_since = credential.connected_at;
  credential.cause.clear();

  const LookupKeys user_keys = sealer_.UserKeys(credential.app_id, credential.user_id);
  for (int i = 0; i < kMostTries; ++i) {
    JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> stored,
                              store_.FindCredentialOfUser(user_keys));
    credential.id = stored ? stored->id : new_id;
    credential.generation = stored ? stored->generation + 1 : 1;
    const CredentialRow row = sealer_.SealCredential(credential);
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                              stored ? store_.ReplaceCredential(row, stored->generation)
                                     : store_.InsertCredential(row, user_keys));
    if (IsDone(outcome)) return credential;
    if (outcome == Outcome::kUnknown) {
      return base::MakeError(Reason::kAppUnknown, "credential: its app is not there");
    }
  }
  return TooManyWriters();
}

absl::StatusOr<CredentialRecord> Records::GetCredential(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row, store_.FindCredential(id));
  if (!row) return UnknownCredential();
  return sealer_.OpenCredential(*row);
}

absl::StatusOr<CredentialRecord> Records::FindCredential(const std::string& app_id,
                                                         const std::string& user_id) {
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row,
                            store_.FindCredentialOfUser(sealer_.UserKeys(app_id, user_id)));
  if (!row) return UnknownCredential();
  JOINPASS_ASSIGN_OR_RETURN(CredentialRecord credential, sealer_.OpenCredential(*row));
  JOINPASS_RETURN_IF_ERROR(CheckUser(credential, user_id));
  return credential;
}

absl::StatusOr<std::vector<CredentialRecord>> Records::FindCredentialsOfUser(
    const std::string& user_id) {
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<CredentialRow> rows,
                            store_.FindCredentialsOfAnyUser(sealer_.AnyUserKeys(user_id)));
  return OpenRows(rows, [&, this](const CredentialRow& row) -> absl::StatusOr<CredentialRecord> {
    JOINPASS_ASSIGN_OR_RETURN(CredentialRecord credential, sealer_.OpenCredential(row));
    JOINPASS_RETURN_IF_ERROR(CheckUser(credential, user_id));
    return credential;
  });
}

absl::StatusOr<std::vector<CredentialRecord>> Records::ListCredentials(const std::string& app_id) {
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<CredentialRow> rows, store_.ListCredentials(app_id));
  return OpenRows(rows, [this](const CredentialRow& row) { return sealer_.OpenCredential(row); });
}

absl::StatusOr<bool> Records::OpenPending(const std::string& id, const Secret& spent,
                                          const std::optional<PendingRefresh>& seen,
                                          absl::Time now) {
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                            store_.OpenPending(id, sealer_.RefreshKeys(id, spent), seen, now));
  return IsDone(outcome);
}

absl::StatusOr<bool> Records::UndoPending(const std::string& id, const Secret& spent) {
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                            store_.UndoPending(id, sealer_.RefreshKeys(id, spent)));
  return IsDone(outcome);
}

absl::StatusOr<bool> Records::CommitTokens(const std::string& id, const Secret& spent,
                                           const Tokens& tokens, absl::Time now) {
  const LookupKeys spent_keys = sealer_.RefreshKeys(id, spent);
  for (int i = 0; i < kMostTries; ++i) {
    JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row, store_.FindCredential(id));
    if (!row) return false;
    // Opened first: of a key that is not here nobody can say whether `spent` is stored.
    JOINPASS_ASSIGN_OR_RETURN(const Tokens stored, sealer_.OpenTokens(id, row->tokens));
    if (!(stored.refresh_token == spent)) return false;
    JOINPASS_ASSIGN_OR_RETURN(
        const Outcome outcome,
        store_.ReplaceTokens(id, spent_keys, row->generation,
                             sealer_.SealTokens(id, Merge(stored, tokens)), now));
    if (IsDone(outcome)) return true;
  }
  return TooManyWriters();
}

absl::StatusOr<bool> Records::SetHealth(const std::string& id, const Secret& spent, Health health,
                                        const std::string& cause, absl::Time now) {
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                            store_.SetHealth(id, sealer_.RefreshKeys(id, spent), health, now,
                                             sealer_.SealCause(id, cause)));
  return IsDone(outcome);
}

}  // namespace joinpass::store
