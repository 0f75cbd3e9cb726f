// SqliteStore's credentials.

#include <algorithm>
#include <limits>

#include "base/status.h"
#include "store/sqlite/sqlite_rows.h"

#define JOINPASS_SQL_CREDENTIAL                                                    \
  "id, app_id, user_key, any_user_key, sealed_user, refresh_key, sealed_tokens, "  \
  "generation, pending_since, pending_last, pending_sends, health, health_since, " \
  "sealed_cause, connected_at"

namespace joinpass::store::sqlite {
namespace {

// As they stand in the file; never change them.
constexpr std::int64_t kStoredHealthy = 0;
constexpr std::int64_t kStoredReauthorizationRequired = 1;

std::int64_t ToStored(Health health) {
  return health == Health::kHealthy ? kStoredHealthy : kStoredReauthorizationRequired;
}

Health FromStored(std::int64_t health) {
  return health == kStoredHealthy ? Health::kHealthy : Health::kReauthorizationRequired;
}

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
          .user_key = row.BytesAt(2),
          .any_user_key = row.BytesAt(3),
          .sealed_user = row.BytesAt(4),
          .tokens = {.refresh_key = row.BytesAt(5), .sealed = row.BytesAt(6)},
          .generation = row.NumberAt(7),
          .pending = ReadPending(row),
          .health = FromStored(row.NumberAt(11)),
          .health_since = row.TimeAt(12),
          .sealed_cause = row.BytesAt(13),
          .connected_at = row.TimeAt(14)};
}

// All columns but the id and the app, in the order of the two statements below.
void BindRest(Statement& statement, const CredentialRow& row) {
  statement.Bytes(row.user_key).Bytes(row.any_user_key).Bytes(row.sealed_user);
  statement.Bytes(row.tokens.refresh_key).Bytes(row.tokens.sealed).Number(row.generation);
  if (row.pending) {
    statement.Time(row.pending->first_send).Time(row.pending->last_send);
    statement.Number(row.pending->sends);
  } else {
    statement.Null().Null().Number(0);
  }
  statement.Number(ToStored(row.health)).Time(row.health_since);
  statement.Bytes(row.sealed_cause).Time(row.connected_at);
}

absl::StatusOr<bool> IsTaken(Connection& db, const std::string& id, const LookupKeys& same_user) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      db.Use("SELECT 1 FROM credential WHERE id=? OR user_key IN " JOINPASS_SQL_KEYS));
  find.Text(id).Keys(same_user);
  return find.Step();
}

}  // namespace

absl::StatusOr<Outcome> SqliteStore::InsertCredential(const CredentialRow& row,
                                                      const LookupKeys& same_user) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const bool taken, IsTaken(db, row.id, same_user));
  if (taken) return Outcome::kTaken;
  Outcome outcome = Outcome::kUnknown;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement insert,
        db.Use("INSERT INTO credential(" JOINPASS_SQL_CREDENTIAL ") "
               "SELECT ?,?,?,?,?,?,?,?,?,?,?,?,?,?,? WHERE EXISTS(SELECT 1 FROM app WHERE id=?)"));
    insert.Text(row.id).Text(row.app_id);
    BindRest(insert, row);
    insert.Text(row.app_id);
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, insert, Outcome::kUnknown));
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return outcome;
}

absl::StatusOr<Outcome> SqliteStore::ReplaceCredential(const CredentialRow& row,
                                                       std::int64_t seen_generation) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement replace,
      db.Use("UPDATE credential SET user_key=?, any_user_key=?, sealed_user=?, refresh_key=?, "
             "sealed_tokens=?, generation=?, pending_since=?, pending_last=?, "
             "pending_sends=?, health=?, health_since=?, sealed_cause=?, connected_at=? WHERE id=? "
             "AND generation=?"));
  BindRest(replace, row);
  replace.Text(row.id).Number(seen_generation);
  return RunChange(db, replace, Outcome::kMoved);
}

absl::StatusOr<std::optional<CredentialRow>> SqliteStore::FindCredential(const std::string& id) {
  base::MutexLock lock(credentials_.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find,
                            credentials_.connection->Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                                         " FROM credential WHERE id=?"));
  find.Text(id);
  return ReadRow(find, ReadCredential);
}

absl::StatusOr<std::optional<CredentialRow>> SqliteStore::FindCredentialOfUser(
    const LookupKeys& user_keys) {
  base::MutexLock lock(credentials_.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      credentials_.connection->Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                   " FROM credential WHERE user_key IN " JOINPASS_SQL_KEYS));
  find.Keys(user_keys);
  return ReadRow(find, ReadCredential);
}

absl::StatusOr<std::vector<CredentialRow>> SqliteStore::FindCredentialsOfAnyUser(
    const LookupKeys& any_user_keys) {
  base::MutexLock lock(credentials_.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      credentials_.connection->Use("SELECT " JOINPASS_SQL_CREDENTIAL
                                   " FROM credential WHERE any_user_key IN " JOINPASS_SQL_KEYS
                                   " ORDER BY seq LIMIT ?"));
  find.Keys(any_user_keys).Number(kMostMatches);
  return ReadRows(find, ReadCredential);
}

absl::StatusOr<std::vector<CredentialRow>> SqliteStore::ListCredentials(const std::string& app_id) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
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

absl::StatusOr<Outcome> SqliteStore::OpenPending(const std::string& id, const LookupKeys& spent,
                                                 const std::optional<PendingRefresh>& seen,
                                                 absl::Time now) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement open,
      db.Use("UPDATE credential SET pending_sends=pending_sends+1, "
             "pending_since=CASE pending_sends WHEN 0 THEN ? ELSE pending_since END, "
             "pending_last=? "
             "WHERE id=? AND pending_sends=? AND pending_last IS ? "
             "AND refresh_key IN " JOINPASS_SQL_KEYS));
  open.Time(now).Time(now).Text(id);
  if (seen) {
    open.Number(seen->sends).Time(seen->last_send);
  } else {
    open.Number(0).Null();
  }
  open.Keys(spent);
  return RunChange(db, open, Outcome::kMoved);
}

absl::StatusOr<Outcome> SqliteStore::UndoPending(const std::string& id, const LookupKeys& spent) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement undo, db.Use("UPDATE credential SET pending_sends=max(pending_sends-1, 0), "
                             "pending_since=CASE WHEN pending_sends>1 THEN pending_since END, "
                             "pending_last=CASE WHEN pending_sends>1 THEN pending_last END "
                             "WHERE id=? AND refresh_key IN " JOINPASS_SQL_KEYS));
  undo.Text(id).Keys(spent);
  return RunChange(db, undo, Outcome::kMoved);
}

absl::StatusOr<Outcome> SqliteStore::SetHealth(const std::string& id, const LookupKeys& spent,
                                               Health health, absl::Time since,
                                               const std::string& sealed_cause) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement set, db.Use("UPDATE credential SET health=?, "
                            "health_since=CASE health WHEN ? THEN health_since ELSE ? END, "
                            "sealed_cause=? WHERE id=? AND refresh_key IN " JOINPASS_SQL_KEYS));
  set.Number(ToStored(health)).Number(ToStored(health)).Time(since);
  set.Bytes(sealed_cause).Text(id).Keys(spent);
  return RunChange(db, set, Outcome::kMoved);
}

absl::StatusOr<Outcome> SqliteStore::ReplaceTokens(const std::string& id, const LookupKeys& spent,
                                                   std::int64_t seen_generation,
                                                   const TokensRow& tokens, absl::Time now) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement replace,
      db.Use("UPDATE credential SET refresh_key=?, sealed_tokens=?, generation=generation+1, "
             "pending_since=NULL, pending_last=NULL, pending_sends=0, health=?, "
             "health_since=CASE health WHEN ? THEN health_since ELSE ? END, sealed_cause=x'' "
             "WHERE id=? AND generation=? AND refresh_key IN " JOINPASS_SQL_KEYS));
  replace.Bytes(tokens.refresh_key).Bytes(tokens.sealed);
  replace.Number(kStoredHealthy).Number(kStoredHealthy).Time(now);
  replace.Text(id).Number(seen_generation).Keys(spent);
  return RunChange(db, replace, Outcome::kMoved);
}

}  // namespace joinpass::store::sqlite
