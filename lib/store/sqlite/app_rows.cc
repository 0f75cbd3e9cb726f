// SqliteStore's apps.

#include "base/status.h"
#include "store/sqlite/sqlite_rows.h"

namespace joinpass::store::sqlite {
namespace {

AppRow ReadApp(const Statement& row) {
  return {.id = row.TextAt(0),
          .client_key = row.BytesAt(1),
          .created_at = row.TimeAt(2),
          .sealed = row.BytesAt(3)};
}

// Whether an app other than `id` has the client id.
absl::StatusOr<bool> ClientIsTaken(Connection& db, const std::string& id,
                                   const LookupKeys& same_client) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      db.Use("SELECT 1 FROM app WHERE client_key IN " JOINPASS_SQL_KEYS " AND id<>?"));
  find.Keys(same_client).Text(id);
  return find.Step();
}

absl::StatusOr<bool> HasApp(Connection& db, const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find, db.Use("SELECT 1 FROM app WHERE id=?"));
  find.Text(id);
  return find.Step();
}

}  // namespace

absl::StatusOr<Outcome> SqliteStore::InsertApp(const AppRow& row, const LookupKeys& same_client) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const bool same_id, HasApp(db, row.id));
  JOINPASS_ASSIGN_OR_RETURN(const bool taken, ClientIsTaken(db, row.id, same_client));
  if (same_id || taken) return Outcome::kTaken;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement insert,
        db.Use("INSERT INTO app(id, client_key, created_at, sealed) VALUES(?,?,?,?)"));
    insert.Text(row.id).Bytes(row.client_key).Time(row.created_at).Bytes(row.sealed);
    JOINPASS_RETURN_IF_ERROR(insert.Run());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<Outcome> SqliteStore::UpdateApp(const AppRow& row, const LookupKeys& same_client) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const bool there, HasApp(db, row.id));
  if (!there) return Outcome::kUnknown;
  JOINPASS_ASSIGN_OR_RETURN(const bool taken, ClientIsTaken(db, row.id, same_client));
  if (taken) return Outcome::kTaken;
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement update,
                              db.Use("UPDATE app SET client_key=?, sealed=? WHERE id=?"));
    update.Bytes(row.client_key).Bytes(row.sealed).Text(row.id);
    JOINPASS_RETURN_IF_ERROR(update.Run());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<Outcome> SqliteStore::RemoveApp(const std::string& id) {
  base::MutexLock lock(credentials_.mutex);
  Connection& db = *credentials_.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const bool there, HasApp(db, id));
  if (!there) return Outcome::kUnknown;
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement find, db.Use("SELECT 1 FROM credential WHERE app_id=?"));
    find.Text(id);
    JOINPASS_ASSIGN_OR_RETURN(const bool in_use, find.Step());
    if (in_use) return Outcome::kInUse;
  }
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement remove, db.Use("DELETE FROM app WHERE id=?"));
    remove.Text(id);
    JOINPASS_RETURN_IF_ERROR(remove.Run());
  }
  // Before the commit, so that a failure leaves an app that can be removed again.
  JOINPASS_RETURN_IF_ERROR(RemoveDirectoryOfApp(id));
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<std::optional<AppRow>> SqliteStore::FindApp(const std::string& id) {
  base::MutexLock lock(credentials_.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find,
                            credentials_.connection->Use(
                                "SELECT id, client_key, created_at, sealed FROM app WHERE id=?"));
  find.Text(id);
  return ReadRow(find, ReadApp);
}

absl::StatusOr<std::vector<AppRow>> SqliteStore::ListApps() {
  base::MutexLock lock(credentials_.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list, credentials_.connection->Use("SELECT id, client_key, created_at, sealed "
                                                   "FROM app ORDER BY created_at, seq LIMIT ?"));
  list.Number(kMostRows);
  return ReadRows(list, ReadApp);
}

}  // namespace joinpass::store::sqlite
