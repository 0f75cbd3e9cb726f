#include "store/sqlite/passes.h"

#include "base/status.h"

namespace joinpass::store::sqlite {
namespace {

PassRow ReadPassRow(const Statement& row) {
  return {.id = row.TextAt(0),
          .at = row.TimeAt(1),
          .recording_credential_id = row.TextAt(2),
          .identity_credential_id = row.TextAt(3),
          .sealed = row.BytesAt(4)};
}

absl::Status Insert(Connection& db, const PassRow& row) {
  JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                            db.Use("INSERT INTO pass(id, at, recording_credential_id, "
                                   "identity_credential_id, sealed) VALUES(?,?,?,?,?) "
                                   "ON CONFLICT(id) DO UPDATE SET sealed=excluded.sealed"));
  insert.Text(row.id).Time(row.at);
  insert.Text(row.recording_credential_id).Text(row.identity_credential_id).Bytes(row.sealed);
  return insert.Run();
}

absl::Status Replace(Connection& db, const PassRow& row) {
  JOINPASS_ASSIGN_OR_RETURN(Statement update, db.Use("UPDATE pass SET sealed=? WHERE id=?"));
  return update.Bytes(row.sealed).Text(row.id).Run();
}

absl::Status Forget(Connection& db, absl::Time before) {
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement old, db.Use("DELETE FROM pass WHERE at<?"));
    JOINPASS_RETURN_IF_ERROR(old.Time(before).Run());
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement most,
      db.Use("DELETE FROM pass WHERE seq<=(SELECT seq FROM pass ORDER BY seq DESC LIMIT 1 "
             "OFFSET ?)"));
  return most.Number(kMostPasses).Run();
}

}  // namespace

absl::Status SqlitePasses::Put(const std::vector<PassRow>& rows, absl::Time before) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  if (rows.empty()) return absl::OkStatus();
  // All are sealed under one key.
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction,
                            BeginSealed(db, marker_, {rows.front().sealed}));
  for (const PassRow& row : rows) {
    JOINPASS_RETURN_IF_ERROR(row.is_new ? Insert(db, row) : Replace(db, row));
  }
  JOINPASS_RETURN_IF_ERROR(Forget(db, before));
  return transaction.Commit();
}

absl::StatusOr<std::vector<PassRow>> SqlitePasses::List(int most, absl::Time since) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list,
      file_.reads.connection->Use("SELECT id, at, recording_credential_id, "
                                  "identity_credential_id, sealed FROM pass WHERE at>=? "
                                  "ORDER BY seq DESC LIMIT ?"));
  list.Time(since).Number(most);
  return ReadRows(list, ReadPassRow);
}

absl::Status SqlitePasses::RemoveOf(const std::string& credential_id) {
  base::MutexLock lock(file_.writes.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement remove,
      file_.writes.connection->Use("DELETE FROM pass WHERE recording_credential_id=?1 OR "
                                   "identity_credential_id=?1"));
  return remove.Text(credential_id).Run();
}

}  // namespace joinpass::store::sqlite
