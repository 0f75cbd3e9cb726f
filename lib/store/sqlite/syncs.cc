// How syncs do.

#include <algorithm>
#include <limits>

#include "base/status.h"
#include "store/sqlite/directory.h"

#define JOINPASS_SQL_SYNC                                                                     \
  "credential_id, state, began_at, changed_at, completed_at, users, users_in_all, meetings, " \
  "webinars, removed, calls, reason"
#define JOINPASS_SQL_SYNC_VALUES "(?,?,?,?,?,?,?,?,?,?,?,?)"

namespace joinpass::store::sqlite {
namespace {

// One that a later joinpass wrote is as good as none.
SyncState StateOf(std::int64_t number) {
  for (const SyncState state :
       {SyncState::kInProgress, SyncState::kCompleted, SyncState::kFailed}) {
    if (number == static_cast<std::int64_t>(state)) return state;
  }
  return SyncState::kNotStarted;
}

int CountOf(std::int64_t number) {
  return static_cast<int>(std::clamp<std::int64_t>(number, 0, std::numeric_limits<int>::max()));
}

SyncRecord ReadSync(const Statement& row) {
  return {.credential_id = row.TextAt(0),
          .state = StateOf(row.NumberAt(1)),
          .began_at = row.TimeAt(2),
          .changed_at = row.TimeAt(3),
          .completed_at = row.TimeAt(4),
          .users = CountOf(row.NumberAt(5)),
          .users_in_all = CountOf(row.NumberAt(6)),
          .meetings = CountOf(row.NumberAt(7)),
          .webinars = CountOf(row.NumberAt(8)),
          .removed = CountOf(row.NumberAt(9)),
          .calls = CountOf(row.NumberAt(10)),
          .reason = row.TextAt(11)};
}

Statement& Bind(Statement& statement, const SyncRecord& sync) {
  statement.Text(sync.credential_id).Number(static_cast<std::int64_t>(sync.state));
  statement.Time(sync.began_at).Time(sync.changed_at).Time(sync.completed_at);
  statement.Number(sync.users).Number(sync.users_in_all).Number(sync.meetings);
  return statement.Number(sync.webinars).Number(sync.removed).Number(sync.calls).Text(sync.reason);
}

}  // namespace

absl::StatusOr<Outcome> SqliteDirectory::ChangeSync(const SyncRecord& sync,
                                                    const std::optional<SyncRecord>& seen) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  if (!seen) {
    JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                              db.Use("INSERT OR IGNORE INTO sync(" JOINPASS_SQL_SYNC
                                     ") VALUES" JOINPASS_SQL_SYNC_VALUES));
    return RunChange(db, Bind(insert, sync), Outcome::kMoved);
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement update, db.Use("UPDATE sync SET (" JOINPASS_SQL_SYNC ")=" JOINPASS_SQL_SYNC_VALUES
                               " WHERE credential_id=? AND began_at=? AND changed_at=?"));
  Bind(update, sync).Text(seen->credential_id).Time(seen->began_at).Time(seen->changed_at);
  return RunChange(db, update, Outcome::kMoved);
}

absl::StatusOr<std::optional<SyncRecord>> SqliteDirectory::FindSync(
    const std::string& credential_id) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      file_.reads.connection->Use("SELECT " JOINPASS_SQL_SYNC " FROM sync WHERE credential_id=?"));
  find.Text(credential_id);
  return ReadRow(find, ReadSync);
}

absl::Status SqliteDirectory::RemoveSync(const std::string& credential_id) {
  base::MutexLock lock(file_.writes.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement remove,
                            file_.writes.connection->Use("DELETE FROM sync WHERE credential_id=?"));
  return remove.Text(credential_id).Run();
}

}  // namespace joinpass::store::sqlite
