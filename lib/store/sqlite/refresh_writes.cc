// SqliteCredentials' writes of a refresh: each happens only while the stored refresh
// token is the one that is spent, and the credential is not on its way out.

#include "base/status.h"
#include "store/sqlite/credentials.h"
#include "store/sqlite/events.h"
#include "store/sqlite/key_check.h"

// Counts one send less, and keeps both times; closes `pending` at none.
#define JOINPASS_SQL_UNDO                                            \
  "pending_sends=max(pending_sends-1, 0), "                          \
  "pending_since=CASE WHEN pending_sends>1 THEN pending_since END, " \
  "pending_last=CASE WHEN pending_sends>1 THEN pending_last END"
#define JOINPASS_SQL_SPENT "id=? AND health<>? AND refresh_key IN " JOINPASS_SQL_KEYS

namespace joinpass::store::sqlite {
namespace {

void BindSpent(Statement& statement, const std::string& id, const LookupKeys& spent) {
  statement.Text(id).Number(StoredHealth(Health::kDisconnecting)).Keys(spent);
}

absl::StatusOr<bool> HasHealth(Connection& db, const std::string& id, const LookupKeys& spent,
                               Health health) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find, db.Use("SELECT 1 FROM credential WHERE " JOINPASS_SQL_SPENT " AND health=?"));
  BindSpent(find, id, spent);
  find.Number(StoredHealth(health));
  return find.Step();
}

}  // namespace

absl::StatusOr<Outcome> SqliteCredentials::OpenPending(const std::string& id,
                                                       const LookupKeys& spent,
                                                       const std::optional<PendingRefresh>& seen,
                                                       absl::Time now) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement open,
      db.Use("UPDATE credential SET pending_sends=pending_sends+1, "
             "pending_since=CASE pending_sends WHEN 0 THEN ? ELSE pending_since END, "
             "pending_last=? WHERE " JOINPASS_SQL_SPENT
             " AND pending_sends=? AND pending_last IS ?"));
  open.Time(now).Time(now);
  BindSpent(open, id, spent);
  if (seen) {
    open.Number(seen->sends).Time(seen->last_send);
  } else {
    open.Number(0).Null();
  }
  return RunChange(db, open, Outcome::kMoved);
}

absl::StatusOr<Outcome> SqliteCredentials::UndoPending(const std::string& id,
                                                       const LookupKeys& spent,
                                                       const EventRow& event) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {event.sealed}));
  Outcome outcome = Outcome::kMoved;
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement undo, db.Use("UPDATE credential SET " JOINPASS_SQL_UNDO
                                                     " WHERE " JOINPASS_SQL_SPENT));
    BindSpent(undo, id, spent);
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, undo, Outcome::kMoved));
  }
  return CommitWithEvent(transaction, db, outcome, id, event);
}

absl::StatusOr<Outcome> SqliteCredentials::SetHealth(const std::string& id, const LookupKeys& spent,
                                                     Health health, absl::Time since,
                                                     const std::string& sealed_cause,
                                                     const EventRow& event) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction,
                            BeginSealed(db, marker_, {sealed_cause, event.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const bool same, HasHealth(db, id, spent, health));
  Outcome outcome = Outcome::kMoved;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement set,
        db.Use("UPDATE credential SET " JOINPASS_SQL_UNDO ", health=?, "
               "health_since=CASE WHEN ? THEN health_since ELSE ? END, "
               "sealed_cause=CASE WHEN ? THEN sealed_cause ELSE ? END WHERE " JOINPASS_SQL_SPENT));
    set.Number(StoredHealth(health)).Number(same ? 1 : 0).Time(since);
    set.Number(same ? 1 : 0).Bytes(sealed_cause);
    BindSpent(set, id, spent);
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, set, Outcome::kMoved));
  }
  if (!same || outcome != Outcome::kDone) {
    return CommitWithEvent(transaction, db, outcome, id, event);
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kSame;
}

absl::StatusOr<std::optional<Health>> SqliteCredentials::NoteAsking(const std::string& id,
                                                                    std::int64_t seen_generation,
                                                                    Health health, absl::Time since,
                                                                    const std::string& sealed_cause,
                                                                    const EventRow& event) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction,
                            BeginSealed(db, marker_, {sealed_cause, event.sealed}));
  const absl::StatusOr<std::optional<Health>> before = ReadHealth(db, id);
  if (!before.ok()) return before.status();
  Outcome outcome = Outcome::kMoved;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement set,
        db.Use("UPDATE credential SET health_since=CASE health WHEN ?1 THEN health_since ELSE ?2 "
               "END, health=?1, sealed_cause=?3 WHERE id=?4 AND generation=?5 AND health<>?6"));
    set.Number(StoredHealth(health)).Time(since).Bytes(sealed_cause);
    set.Text(id).Number(seen_generation).Number(StoredHealth(Health::kDisconnecting));
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, set, Outcome::kMoved));
  }
  JOINPASS_ASSIGN_OR_RETURN(outcome, CommitWithEvent(transaction, db, outcome, id, event));
  if (outcome != Outcome::kDone) return std::optional<Health>();
  return before;
}

absl::StatusOr<Outcome> SqliteCredentials::ReplaceTokens(
    const std::string& id, const LookupKeys& spent, std::int64_t seen_generation,
    Health seen_health, const TokensRow& tokens, absl::Time now, const EventRow& event) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction,
                            BeginSealed(db, marker_, {tokens.sealed, event.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<Health> health, ReadHealth(db, id));
  if (health != seen_health) return Outcome::kMoved;
  Outcome outcome = Outcome::kMoved;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement replace,
        db.Use("UPDATE credential SET refresh_key=?, sealed_tokens=?, generation=generation+1, "
               "pending_since=NULL, pending_last=NULL, pending_sends=0, health=?, "
               "health_since=CASE health WHEN ? THEN health_since ELSE ? END, sealed_cause=x'', "
               "refreshed_at=? WHERE " JOINPASS_SQL_SPENT " AND generation=?"));
    replace.Bytes(tokens.refresh_key).Bytes(tokens.sealed);
    replace.Number(StoredHealth(Health::kHealthy)).Number(StoredHealth(Health::kHealthy)).Time(now);
    replace.Time(now);
    BindSpent(replace, id, spent);
    replace.Number(seen_generation);
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, replace, Outcome::kMoved));
  }
  return CommitWithEvent(transaction, db, outcome, id, event);
}

}  // namespace joinpass::store::sqlite
