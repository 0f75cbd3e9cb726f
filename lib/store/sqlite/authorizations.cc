#include "store/sqlite/authorizations.h"

#include "base/status.h"
#include "store/sqlite/key_check.h"

namespace joinpass::store::sqlite {
namespace {

AuthorizationRow ReadAuthorizationRow(const Statement& row) {
  return {.state_key = row.BytesAt(0), .expires_at = row.TimeAt(1), .sealed = row.BytesAt(2)};
}

}  // namespace

absl::Status SqliteAuthorizations::Put(const AuthorizationRow& row) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {row.sealed}));
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement put,
        db.Use("INSERT OR REPLACE INTO consent(state_key, expires_at, sealed) VALUES(?,?,?)"));
    put.Bytes(row.state_key).Time(row.expires_at).Bytes(row.sealed);
    JOINPASS_RETURN_IF_ERROR(put.Run());
  }
  return transaction.Commit();
}

absl::StatusOr<std::optional<AuthorizationRow>> SqliteAuthorizations::Find(
    const LookupKeys& state_keys) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find, file_.reads.connection->Use(
                                                "SELECT state_key, expires_at, sealed FROM consent "
                                                "WHERE state_key IN " JOINPASS_SQL_KEYS));
  find.Keys(state_keys);
  return ReadRow(find, ReadAuthorizationRow);
}

absl::StatusOr<Outcome> SqliteAuthorizations::Replace(const AuthorizationRow& seen,
                                                      const AuthorizationRow& row) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {row.sealed}));
  Outcome outcome = Outcome::kMoved;
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement put,
                              db.Use("UPDATE OR IGNORE consent SET state_key=?, expires_at=?, "
                                     "sealed=? WHERE state_key=? AND sealed=?"));
    put.Bytes(row.state_key).Time(row.expires_at).Bytes(row.sealed);
    put.Bytes(seen.state_key).Bytes(seen.sealed);
    JOINPASS_ASSIGN_OR_RETURN(outcome, RunChange(db, put, Outcome::kMoved));
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return outcome;
}

absl::Status SqliteAuthorizations::RemoveExpiredBefore(absl::Time time) {
  base::MutexLock lock(file_.writes.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement remove,
                            file_.writes.connection->Use("DELETE FROM consent WHERE expires_at<?"));
  remove.Time(time);
  return remove.Run();
}

}  // namespace joinpass::store::sqlite
