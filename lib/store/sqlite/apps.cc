#include "store/sqlite/apps.h"

#include <algorithm>
#include <limits>

#include "base/status.h"
#include "store/sqlite/key_check.h"

#define JOINPASS_SQL_APP \
  "id, client_key, created_at, version, client_id_since, paused_since, next_probe, probes, sealed"

namespace joinpass::store::sqlite {
namespace {

std::optional<AppPause> ReadPause(const Statement& row) {
  if (row.IsNullAt(5) || row.IsNullAt(6)) return std::nullopt;
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return AppPause{.since = row.TimeAt(5),
                  .next_probe = row.TimeAt(6),
                  .probes = static_cast<int>(std::clamp<std::int64_t>(row.NumberAt(7), 0, kMost))};
}

AppRow ReadApp(const Statement& row) {
  return {.id = row.TextAt(0),
          .client_key = row.BytesAt(1),
          .created_at = row.TimeAt(2),
          .version = row.NumberAt(3),
          .client_id_since = row.TimeAt(4),
          .pause = ReadPause(row),
          .sealed = row.BytesAt(8)};
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

constexpr bool kIsPaused = true;
constexpr bool kIsNotPaused = false;

// kDone if its pause is to be changed: it is of that version, and not paused as
// it shall be (`same`).
absl::StatusOr<Outcome> LookAtPause(Connection& db, const std::string& id,
                                    std::int64_t seen_version, bool same) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find,
                            db.Use("SELECT version, paused_since IS NOT NULL FROM app WHERE id=?"));
  find.Text(id);
  JOINPASS_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return Outcome::kUnknown;
  if (find.NumberAt(0) != seen_version) return Outcome::kMoved;
  return (find.NumberAt(1) != 0) == same ? Outcome::kSame : Outcome::kDone;
}

}  // namespace

absl::StatusOr<Outcome> SqliteApps::Insert(const AppRow& row, const LookupKeys& same_client) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {row.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const bool same_id, HasApp(db, row.id));
  JOINPASS_ASSIGN_OR_RETURN(const bool taken, ClientIsTaken(db, row.id, same_client));
  if (same_id || taken) return Outcome::kTaken;
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement insert, db.Use("INSERT INTO app(" JOINPASS_SQL_APP
                                                       ") VALUES(?,?,?,1,?,NULL,NULL,0,?)"));
    insert.Text(row.id).Bytes(row.client_key).Time(row.created_at).Time(row.created_at);
    insert.Bytes(row.sealed);
    JOINPASS_RETURN_IF_ERROR(insert.Run());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<Outcome> SqliteApps::Update(const AppRow& row, const LookupKeys& same_client) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {row.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const bool there, HasApp(db, row.id));
  if (!there) return Outcome::kUnknown;
  JOINPASS_ASSIGN_OR_RETURN(const bool taken, ClientIsTaken(db, row.id, same_client));
  if (taken) return Outcome::kTaken;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement update,
        db.Use(
            "UPDATE app SET client_key=?, sealed=?, version=version+1, paused_since=NULL, "
            "next_probe=NULL, probes=0, client_id_since=CASE WHEN client_key IN " JOINPASS_SQL_KEYS
            " THEN client_id_since ELSE ? END WHERE id=?"));
    update.Bytes(row.client_key).Bytes(row.sealed).Keys(same_client);
    update.Time(row.client_id_since).Text(row.id);
    JOINPASS_RETURN_IF_ERROR(update.Run());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<Outcome> SqliteApps::Remove(const std::string& id) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
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
  JOINPASS_RETURN_IF_ERROR(directory_.RemoveOfApp(id));
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<std::optional<AppRow>> SqliteApps::Find(const std::string& id) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find, file_.reads.connection->Use("SELECT " JOINPASS_SQL_APP
                                                                        " FROM app WHERE id=?"));
  find.Text(id);
  return ReadRow(find, ReadApp);
}

absl::StatusOr<std::vector<AppRow>> SqliteApps::List() {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list, file_.reads.connection->Use("SELECT " JOINPASS_SQL_APP
                                                  " FROM app ORDER BY created_at, seq LIMIT ?"));
  list.Number(kMostRows);
  return ReadRows(list, ReadApp);
}

absl::StatusOr<Outcome> SqliteApps::Pause(const std::string& id, std::int64_t seen_version,
                                          const AppPause& pause) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const Outcome seen, LookAtPause(db, id, seen_version, kIsPaused));
  if (seen != Outcome::kDone) return seen;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement update,
        db.Use("UPDATE app SET paused_since=?, next_probe=?, probes=? WHERE id=?"));
    update.Time(pause.since).Time(pause.next_probe).Number(pause.probes).Text(id);
    JOINPASS_RETURN_IF_ERROR(update.Run());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<Outcome> SqliteApps::ClaimProbe(const std::string& id, const AppPause& seen,
                                               absl::Time next_probe) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Statement claim,
                            db.Use("UPDATE app SET next_probe=?, probes=probes+1 WHERE id=? AND "
                                   "paused_since=? AND next_probe=? AND probes=?"));
  claim.Time(next_probe).Text(id);
  claim.Time(seen.since).Time(seen.next_probe).Number(seen.probes);
  return RunChange(db, claim, Outcome::kMoved);
}

absl::StatusOr<Outcome> SqliteApps::Resume(const std::string& id, std::int64_t seen_version) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const Outcome seen, LookAtPause(db, id, seen_version, kIsNotPaused));
  if (seen != Outcome::kDone) return seen;
  {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement update,
        db.Use("UPDATE app SET paused_since=NULL, next_probe=NULL, probes=0 WHERE id=?"));
    update.Text(id);
    JOINPASS_RETURN_IF_ERROR(update.Run());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

}  // namespace joinpass::store::sqlite
