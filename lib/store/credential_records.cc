// Records of credentials.

#include <utility>

#include "base/status.h"
#include "store/millis.h"
#include "store/opened_rows.h"
#include "store/records.h"
#include "store/retries.h"
#include "store/with_keys.h"

namespace joinpass::store {
namespace {

absl::Status UnknownCredential() {
  return base::MakeError(Reason::kCredentialUnknown, "credential: no such one");
}

absl::Status Misplaced() {
  return base::MakeError(Reason::kStoreCorrupt,
                         "credential: a row does not belong to what it holds");
}

// The inside of the seal decides; a search key beside it may have been changed. An id
// that is an account's and no user's (or the other way) is only found by chance.
absl::Status CheckPrincipal(const CredentialRecord& credential, const Principal& principal) {
  if (credential.principal() == principal) return absl::OkStatus();
  return credential.principal().id == principal.id ? UnknownCredential() : Misplaced();
}

// As one is just after a consent, whatever it was before.
void MakeFresh(CredentialRecord& credential) {
  credential.connected_at = CutToMillis(credential.connected_at);
  credential.refreshed_at = credential.connected_at;
  credential.tokens.access_expires_at = CutToMillis(credential.tokens.access_expires_at);
  credential.pending.reset();
  credential.health = Health::kHealthy;
  credential.health_since = credential.connected_at;
  credential.cause = Cause::kNone;
}

}  // namespace

bool Records::ConcernsOneRow(const absl::Status& error) {
  const Reason reason = ReasonOf(error);
  return reason == Reason::kStoreCorrupt || reason == Reason::kKeyMissing;
}

absl::Status Records::NoteDamage(const absl::Status& error, absl::Status& damage) {
  if (!error.ok() && !ConcernsOneRow(error)) return error;
  damage.Update(error);
  return absl::OkStatus();
}

absl::StatusOr<Records::Consented> Records::PutConsented(CredentialRecord credential) {
  const std::string new_id = credential.id;
  MakeFresh(credential);
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<Consented> {
    const LookupKeys keys = sealer.PrincipalKeys(credential.app_id, credential.principal());
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> stored,
                                store_.credentials().FindOfPrincipal(keys));
      // Only who has tokens from Zoom has a refresh key.
      if (stored && credential.IsDelegated() && !stored->tokens.refresh_key.empty()) {
        return base::MakeError(Reason::kInvalidArgument,
                               "delegate: the user has a managed credential; disconnect it first");
      }
      credential.id = stored ? stored->id : new_id;
      credential.generation = stored ? stored->generation + 1 : 1;
      const CredentialRow row = sealer.SealCredential(credential);
      const EventRow event =
          sealer.SealEvent(credential.id,
                           EventRecord{.kind = stored ? CredentialEventKind::kReconnected
                                                      : CredentialEventKind::kConnected},
                           credential.connected_at);
      JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                                stored
                                    ? store_.credentials().Replace(row, stored->generation,
                                                                   stored->health, event, nullptr)
                                    : store_.credentials().Insert(row, keys, event));
      if (outcome == Outcome::kDone) {
        Consented consented = {.record = std::move(credential)};
        if (stored) consented.before = stored->health;
        return consented;
      }
      if (outcome == Outcome::kUnknown) {
        return base::MakeError(Reason::kAppUnknown, "credential: its app is not there");
      }
    }
    return TooManyWriters();
  });
}

absl::StatusOr<CredentialRecord> Records::PutExchanged(CredentialRecord credential) {
  MakeFresh(credential);
  credential.generation = 1;
  credential.user_id.clear();
  credential.account_id.clear();
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<CredentialRecord> {
    JOINPASS_ASSIGN_OR_RETURN(
        const Outcome outcome,
        store_.credentials().Insert(
            sealer.SealCredential(credential), {},
            sealer.SealEvent(credential.id, EventRecord{.kind = CredentialEventKind::kConnected},
                             credential.connected_at)));
    // It is there: an earlier try was stored, though the disk said it was not.
    if (outcome == Outcome::kDone || outcome == Outcome::kTaken) return credential;
    return base::MakeError(Reason::kAppUnknown, "credential: its app is not there");
  });
}

absl::StatusOr<Records::Consented> Records::NameCredential(const std::string& id,
                                                           const Consenter& consenter,
                                                           Naming naming) {
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<Consented> {
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row,
                                store_.credentials().Find(id));
      if (!row) return UnknownCredential();
      JOINPASS_ASSIGN_OR_RETURN(CredentialRecord credential, sealer.OpenCredential(*row));
      if (credential.IsNamed()) return Consented{.record = std::move(credential)};
      credential.user_id = consenter.user_id;
      credential.account_id = consenter.account_id;
      credential.email = consenter.email;
      credential.expected = {};
      const LookupKeys keys = sealer.PrincipalKeys(credential.app_id, credential.principal());
      JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> stored,
                                store_.credentials().FindOfPrincipal(keys));
      const bool lives = stored && stored->health != Health::kDisconnecting;
      if (naming == Naming::kIntoLiving && !lives) return UnknownCredential();
      JOINPASS_ASSIGN_OR_RETURN(std::optional<Consented> named,
                                stored ? Merge(sealer, *row, *stored, credential)
                                       : NameInPlace(sealer, keys, credential));
      if (named) return *std::move(named);
    }
    return TooManyWriters();
  });
}

absl::StatusOr<std::optional<Records::Consented>> Records::NameInPlace(
    const RowSealer& sealer, const LookupKeys& keys, const CredentialRecord& credential) {
  if (credential.health == Health::kDisconnecting) return UnknownCredential();
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                            store_.credentials().Name(sealer.SealCredential(credential), keys));
  if (outcome != Outcome::kDone) return std::nullopt;
  return Consented{.record = credential};
}

// The tokens go where the principal is known, in one transaction with their leaving.
absl::StatusOr<std::optional<Records::Consented>> Records::Merge(const RowSealer& sealer,
                                                                 const CredentialRow& unnamed,
                                                                 const CredentialRow& stored,
                                                                 CredentialRecord credential) {
  if (credential.health == Health::kDisconnecting) return UnknownCredential();
  credential.id = stored.id;
  credential.generation = stored.generation + 1;
  if (stored.connected_at > credential.connected_at) {
    // A later consent has voided these.
    JOINPASS_ASSIGN_OR_RETURN(CredentialRecord later, sealer.OpenCredential(stored));
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.credentials().RemoveUnnamed(unnamed));
    if (outcome != Outcome::kDone) return std::nullopt;
    return Consented{.record = std::move(later), .before = stored.health};
  }
  const EventRow event =
      sealer.SealEvent(credential.id, EventRecord{.kind = CredentialEventKind::kReconnected},
                       credential.connected_at);
  JOINPASS_ASSIGN_OR_RETURN(
      const Outcome outcome,
      store_.credentials().Replace(sealer.SealCredential(credential), stored.generation,
                                   stored.health, event, &unnamed));
  if (outcome != Outcome::kDone) return std::nullopt;
  return Consented{.record = std::move(credential), .before = stored.health};
}

absl::StatusOr<bool> Records::RemoveUnnamed(const CredentialRecord& credential) {
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row,
                            store_.credentials().Find(credential.id));
  if (!row || row->health != credential.health || row->generation != credential.generation) {
    return false;
  }
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.credentials().RemoveUnnamed(*row));
  return outcome == Outcome::kDone;
}

absl::StatusOr<CredentialRecord> Records::GetCredential(const std::string& id) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<CredentialRecord> {
    JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row,
                              store_.credentials().Find(id));
    if (!row) return UnknownCredential();
    return sealer.OpenCredential(*row);
  });
}

absl::StatusOr<CredentialRecord> Records::FindCredential(const std::string& app_id,
                                                         const Principal& principal) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<CredentialRecord> {
    JOINPASS_ASSIGN_OR_RETURN(
        const std::optional<CredentialRow> row,
        store_.credentials().FindOfPrincipal(sealer.PrincipalKeys(app_id, principal)));
    if (!row) return UnknownCredential();
    JOINPASS_ASSIGN_OR_RETURN(CredentialRecord credential, sealer.OpenCredential(*row));
    JOINPASS_RETURN_IF_ERROR(CheckPrincipal(credential, principal));
    return credential;
  });
}

absl::StatusOr<std::vector<CredentialRecord>> Records::FindCredentialsOfUser(
    const std::string& user_id) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<CredentialRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<CredentialRow> rows,
                              store_.credentials().FindOfAnyUser(sealer.AnyUserKeys(user_id)));
    return OpenRows(rows, [&](const CredentialRow& row) -> absl::StatusOr<CredentialRecord> {
      JOINPASS_ASSIGN_OR_RETURN(CredentialRecord credential, sealer.OpenCredential(row));
      if (credential.user_id != user_id) return Misplaced();
      return credential;
    });
  });
}

absl::StatusOr<std::vector<CredentialRecord>> Records::ListCredentials(const std::string& app_id) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<CredentialRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<CredentialRow> rows,
                              store_.credentials().List(app_id));
    return OpenRows(rows, [&](const CredentialRow& row) { return sealer.OpenCredential(row); });
  });
}

absl::StatusOr<std::vector<CredentialRecord>> Records::ListUnnamed() {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<CredentialRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<CredentialRow> rows,
                              store_.credentials().ListUnnamed());
    return OpenRows(rows, [&](const CredentialRow& row) { return sealer.OpenCredential(row); });
  });
}

absl::StatusOr<std::vector<std::string>> Records::ListUnsettled() {
  return store_.credentials().ListUnsettled();
}

absl::StatusOr<std::vector<std::string>> Records::ListRefreshedOutside(absl::Time from,
                                                                       absl::Time to) {
  return store_.credentials().ListRefreshedOutside(from, to);
}

absl::Status Records::AddEvent(const std::string& id, const EventRecord& event, absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                              store_.credentials().AddEvent(id, sealer.SealEvent(id, event, now)));
    return outcome == Outcome::kDone ? absl::OkStatus() : UnknownCredential();
  });
}

absl::StatusOr<std::vector<EventRecord>> Records::ListEvents(const std::string& id) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<EventRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<EventRow> rows,
                              store_.credentials().ListEvents(id));
    if (rows.empty()) {
      JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row,
                                store_.credentials().Find(id));
      if (!row) return UnknownCredential();
    }
    return OpenRows(rows, [&](const EventRow& row) { return sealer.OpenEvent(id, row); });
  });
}

absl::StatusOr<bool> Records::BeginDisconnect(const std::string& id, absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<bool> {
    const EventRow event =
        sealer.SealEvent(id, EventRecord{.kind = CredentialEventKind::kDisconnecting}, now);
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                              store_.credentials().BeginDisconnect(id, now, event));
    if (outcome == Outcome::kUnknown) return UnknownCredential();
    return outcome == Outcome::kDone;
  });
}

std::optional<std::uint64_t> Records::CredentialsVersion() {
  return store_.credentials().Version();
}

std::optional<std::uint64_t> Records::CommittedCredentialsVersion() {
  return store_.credentials().CommittedVersion();
}

absl::Status Records::CheckKnowsAll(const RowSealer& sealer) {
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyId adopted, store_.rotation().AdoptedKey());
  if (adopted == 0 || sealer.Knows(adopted)) return absl::OkStatus();
  return LacksKey(adopted);
}

absl::StatusOr<bool> Records::RemoveCredential(const CredentialRecord& credential) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<bool> {
    JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row,
                              store_.credentials().Find(credential.id));
    if (!row) return true;
    if (row->health != Health::kDisconnecting) return false;
    JOINPASS_RETURN_IF_ERROR(CheckKnowsAll(sealer));
    // The directory first: what is cut short here is found again by the row.
    JOINPASS_RETURN_IF_ERROR(RemoveHostsOf(sealer, credential.app_id, credential.principal()));
    // What was written meanwhile under a newer key is still there.
    JOINPASS_RETURN_IF_ERROR(CheckKnowsAll(sealer));
    JOINPASS_RETURN_IF_ERROR(store_.directory().RemoveSync(credential.id));
    JOINPASS_RETURN_IF_ERROR(store_.passes().RemoveOf(credential.id));
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.credentials().Remove(credential.id));
    return outcome != Outcome::kMoved;
  });
}

absl::StatusOr<bool> Records::RemoveDamaged(const std::string& id) {
  JOINPASS_RETURN_IF_ERROR(store_.directory().RemoveSync(id));
  JOINPASS_RETURN_IF_ERROR(store_.passes().RemoveOf(id));
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.credentials().Remove(id));
  // Nobody knew that it was on its way out.
  JOINPASS_RETURN_IF_ERROR(store_.passes().RemoveOf(id));
  return outcome != Outcome::kMoved;
}

}  // namespace joinpass::store
