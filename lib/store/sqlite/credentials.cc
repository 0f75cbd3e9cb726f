#include "store/sqlite/credentials.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/sqlite/events.h"
#include "store/sqlite/key_check.h"

#define JOINPASS_SQL_CREDENTIAL                                                      \
  "id, app_id, subject_key, any_user_key, sealed_user, refresh_key, sealed_tokens, " \
  "generation, pending_since, pending_last, pending_sends, health, health_since, "   \
  "sealed_cause, connected_at, refreshed_at, named"

namespace joinpass::store::sqlite {
namespace {

std::optional<PendingRefresh> ReadPending(const Statement& row) {
  const std::int64_t sends = row.NumberAt(10);
  if (row.IsNullAt(8) || row.IsNullAt(9) || sends <= 0) return std::nullopt;
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return PendingRefresh{.first_send = row.TimeAt(8),
                        .last_send = row.TimeAt(9),
                        .sends = static_cast<int>(std::min(sends, kMost))};
}

CredentialRow ReadCredential(const Statement& row) {
  return {.id = row.TextAt(0),
          .app_id = row.TextAt(1),
          .named = row.NumberAt(16) != 0,
          .principal_key = row.BytesAt(2),
          .any_user_key = row.BytesAt(3),
          .sealed_user = row.BytesAt(4),
          .tokens = {.refresh_key = row.BytesAt(5), .sealed = row.BytesAt(6)},
          .generation = row.NumberAt(7),
          .pending = ReadPending(row),
          .health = HealthStoredAs(row.NumberAt(11)),
          .health_since = row.TimeAt(12),
          .sealed_cause = row.BytesAt(13),
          .connected_at = row.TimeAt(14),
          .refreshed_at = row.TimeAt(15)};
}

// All columns but the id and the app, in the order of the two statements below.
void BindRest(Statement& statement, const CredentialRow& row) {
  statement.Bytes(row.principal_key).Bytes(row.any_user_key).Bytes(row.sealed_user);
  statement.Bytes(row.tokens.refresh_key).Bytes(row.tokens.sealed).Number(row.generation);
  if (row.pending) {
    statement.Time(row.pending->first_send).Time(row.pending->last_send);
    statement.Number(row.pending->sends);
  } else {
    statement.Null().Null().Number(0);
  }
  statement.Number(StoredHealth(row.health)).Time(row.health_since);
  statement.Bytes(row.sealed_cause).Time(row.connected_at).Time(row.refreshed_at);
  statement.Number(row.named ? 1 : 0);
}

absl::StatusOr<bool> IsTaken(Connection& db, const std::string& id,
                             const LookupKeys& same_principal) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      db.Use("SELECT 1 FROM credential WHERE id=? OR subject_key IN " JOINPASS_SQL_KEYS));
  find.Text(id).Keys(same_principal);
  return find.Step();
}

// An unnamed one, if its tokens are those of `seen`, and its events. Within a transaction.
absl::StatusOr<bool> RemoveAsSeen(Connection& db, const CredentialRow& seen) {
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement remove,
        db.Use("DELETE FROM credential WHERE id=? AND named=0 AND sealed_tokens=? AND health=?"));
    remove.Text(seen.id).Bytes(seen.tokens.sealed).Number(StoredHealth(seen.health));
    JOINPASS_RETURN_IF_ERROR(remove.Run());
  }
  if (db.changes() == 0) return false;
  JOINPASS_ASSIGN_OR_RETURN(Statement events, db.Use("DELETE FROM event WHERE credential_id=?"));
  JOINPASS_RETURN_IF_ERROR(events.Text(seen.id).Run());
  return true;
}

absl::StatusOr<std::vector<std::string>> ReadIds(Statement& list) {
  return ReadRows(list, [](const Statement& row) { return row.TextAt(0); });
}

}  // namespace

absl::StatusOr<Outcome> SqliteCredentials::Insert(const CredentialRow& row,
                                                  const LookupKeys& same_principal,
                                                  const EventRow& event) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Transaction transaction,
      BeginSealed(db, marker_,
                  {row.sealed_user, row.tokens.sealed, row.sealed_cause, event.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const bool taken, IsTaken(db, row.id, same_principal));
  if (taken) return Outcome::kTaken;
  Outcome outcome = Outcome::kUnknown;
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                              db.Use("INSERT INTO credential(" JOINPASS_SQL_CREDENTIAL
                                     ") SELECT ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,? "
                                     "WHERE EXISTS(SELECT 1 FROM app WHERE id=?)"));
    insert.Text(row.id).Text(row.app_id);
    BindRest(insert, row);
    insert.Text(row.app_id);
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, insert, Outcome::kUnknown));
  }
  return CommitWithEvent(transaction, db, outcome, row.id, event);
}

absl::StatusOr<Outcome> SqliteCredentials::Replace(const CredentialRow& row,
                                                   std::int64_t seen_generation, Health seen_health,
                                                   const EventRow& event,
                                                   const CredentialRow* unnamed) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Transaction transaction,
      BeginSealed(db, marker_,
                  {row.sealed_user, row.tokens.sealed, row.sealed_cause, event.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<Health> health, ReadHealth(db, row.id));
  if (health != seen_health) return Outcome::kMoved;
  if (unnamed != nullptr) {
    JOINPASS_ASSIGN_OR_RETURN(const bool removed, RemoveAsSeen(db, *unnamed));
    if (!removed) return Outcome::kMoved;
  }
  Outcome outcome = Outcome::kMoved;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement replace,
        db.Use("UPDATE credential SET subject_key=?, any_user_key=?, sealed_user=?, refresh_key=?, "
               "sealed_tokens=?, generation=?, pending_since=?, pending_last=?, pending_sends=?, "
               "health=?, health_since=?, sealed_cause=?, connected_at=?, refreshed_at=?, named=? "
               "WHERE id=? AND generation=?"));
    BindRest(replace, row);
    replace.Text(row.id).Number(seen_generation);
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, replace, Outcome::kMoved));
  }
  return CommitWithEvent(transaction, db, outcome, row.id, event);
}

absl::StatusOr<Outcome> SqliteCredentials::Name(const CredentialRow& row,
                                                const LookupKeys& same_principal) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {row.sealed_user}));
  JOINPASS_ASSIGN_OR_RETURN(const bool taken, IsTaken(db, "", same_principal));
  if (taken) return Outcome::kTaken;
  Outcome outcome = Outcome::kMoved;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement name,
        db.Use("UPDATE credential SET named=1, subject_key=?, any_user_key=?, sealed_user=? "
               "WHERE id=? AND named=0 AND health<>?"));
    name.Bytes(row.principal_key).Bytes(row.any_user_key).Bytes(row.sealed_user).Text(row.id);
    name.Number(StoredHealth(Health::kDisconnecting));
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, name, Outcome::kMoved));
  }
  if (outcome == Outcome::kDone) JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return outcome;
}

absl::StatusOr<Outcome> SqliteCredentials::RemoveUnnamed(const CredentialRow& seen) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const bool removed, RemoveAsSeen(db, seen));
  if (!removed) return Outcome::kMoved;
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

std::optional<std::uint64_t> SqliteCredentials::Version() {
  base::MutexLock lock(file_.reads.mutex);
  return file_.reads.connection->PeekChangeCounter();
}

std::optional<std::uint64_t> SqliteCredentials::CommittedVersion() {
  base::MutexLock lock(file_.reads.mutex);
  Connection& db = *file_.reads.connection;
  auto transaction = Transaction::BeginReading(db);
  if (!transaction.ok()) return std::nullopt;
  // The first read takes the lock, beside which nobody is about to write.
  if (!db.RunPrepared("SELECT 1 FROM meta").ok()) return std::nullopt;
  return db.PeekChangeCounter();
}

absl::StatusOr<std::optional<CredentialRow>> SqliteCredentials::Find(const std::string& id) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      file_.reads.connection->Use("SELECT " JOINPASS_SQL_CREDENTIAL " FROM credential WHERE id=?"));
  find.Text(id);
  return ReadRow(find, ReadCredential);
}

absl::StatusOr<std::optional<CredentialRow>> SqliteCredentials::FindOfPrincipal(
    const LookupKeys& principal_keys) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      file_.reads.connection->Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                  " FROM credential WHERE subject_key IN " JOINPASS_SQL_KEYS));
  find.Keys(principal_keys);
  return ReadRow(find, ReadCredential);
}

absl::StatusOr<std::vector<CredentialRow>> SqliteCredentials::FindOfAnyUser(
    const LookupKeys& any_user_keys) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      file_.reads.connection->Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                  " FROM credential WHERE any_user_key IN " JOINPASS_SQL_KEYS
                                  " ORDER BY seq LIMIT ?"));
  find.Keys(any_user_keys).Number(kMostMatches);
  return ReadRows(find, ReadCredential);
}

absl::StatusOr<std::vector<CredentialRow>> SqliteCredentials::List(const std::string& app_id) {
  base::MutexLock lock(file_.reads.mutex);
  Connection& db = *file_.reads.connection;
  if (app_id.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(Statement all, db.Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                                    " FROM credential ORDER BY seq LIMIT ?"));
    all.Number(kMostRows);
    return ReadRows(all, ReadCredential);
  }
  JOINPASS_ASSIGN_OR_RETURN(Statement some,
                            db.Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                   " FROM credential WHERE app_id=? ORDER BY seq LIMIT ?"));
  some.Text(app_id).Number(kMostRows);
  return ReadRows(some, ReadCredential);
}

absl::StatusOr<std::vector<CredentialRow>> SqliteCredentials::ListUnnamed() {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list,
      file_.reads.connection->Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                  " FROM credential WHERE named=0 ORDER BY seq LIMIT ?"));
  list.Number(kMostRows);
  return ReadRows(list, ReadCredential);
}

absl::StatusOr<std::vector<std::string>> SqliteCredentials::ListUnsettled() {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list, file_.reads.connection->Use(
                          "SELECT id FROM credential WHERE pending_sends>0 OR named=0 OR health=? "
                          "ORDER BY seq LIMIT ?"));
  list.Number(StoredHealth(Health::kDisconnecting)).Number(kMostRows);
  return ReadIds(list);
}

absl::StatusOr<std::vector<std::string>> SqliteCredentials::ListRefreshedOutside(absl::Time from,
                                                                                 absl::Time to) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list,
      file_.reads.connection->Use(
          "SELECT id FROM credential WHERE (refreshed_at<? OR refreshed_at>?) AND health=? "
          "AND refresh_key<>x'' ORDER BY refreshed_at, seq LIMIT ?"));
  list.Time(from).Time(to).Number(StoredHealth(Health::kHealthy)).Number(kMostRows);
  return ReadIds(list);
}

absl::StatusOr<Outcome> SqliteCredentials::BeginDisconnect(const std::string& id, absl::Time now,
                                                           const EventRow& event) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {event.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<Health> health, ReadHealth(db, id));
  if (!health) return Outcome::kUnknown;
  if (*health == Health::kDisconnecting) return Outcome::kSame;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement begin,
        db.Use("UPDATE credential SET health=?, health_since=?, sealed_cause=x'' WHERE id=?"));
    begin.Number(StoredHealth(Health::kDisconnecting)).Time(now).Text(id);
    JOINPASS_RETURN_IF_ERROR(begin.Run());
  }
  return CommitWithEvent(transaction, db, Outcome::kDone, id, event);
}

absl::StatusOr<Outcome> SqliteCredentials::Remove(const std::string& id) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<Health> health, ReadHealth(db, id));
  if (!health) return Outcome::kUnknown;
  if (*health != Health::kDisconnecting) return Outcome::kMoved;
  for (const char* sql :
       {"DELETE FROM event WHERE credential_id=?", "DELETE FROM credential WHERE id=?"}) {
    JOINPASS_ASSIGN_OR_RETURN(Statement remove, db.Use(sql));
    JOINPASS_RETURN_IF_ERROR(remove.Text(id).Run());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

}  // namespace joinpass::store::sqlite
