#include "store/sqlite/directory.h"

#include "base/status.h"
#include "store/sqlite/key_check.h"

#define JOINPASS_SQL_HOST "user_key, app_id, account_key, number_key, vanity_key, learnt_at, sealed"
#define JOINPASS_SQL_MEETING "number_key, host_key, account_key, app_id, learnt_at, sealed"

namespace joinpass::store::sqlite {
namespace {

HostRow ReadHostRow(const Statement& row) {
  return {.app_id = row.TextAt(1),
          .user_key = row.BytesAt(0),
          .account_key = row.BytesAt(2),
          .number_key = row.BytesAt(3),
          .vanity_key = row.BytesAt(4),
          .learnt_at = row.TimeAt(5),
          .sealed = row.BytesAt(6)};
}

MeetingRow ReadMeetingRow(const Statement& row) {
  return {.key = {.number_key = row.BytesAt(0), .host_key = row.BytesAt(1)},
          .account_key = row.BytesAt(2),
          .app_id = row.TextAt(3),
          .learnt_at = row.TimeAt(4),
          .sealed = row.BytesAt(5)};
}

absl::StatusOr<std::vector<HostRow>> ReadHosts(Connection& db, const std::string& sql,
                                               const LookupKeys& keys) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find, db.Use(sql));
  find.Keys(keys).Number(kMostMatches);
  return ReadRows(find, ReadHostRow);
}

absl::StatusOr<bool> KnowsNewerHost(Connection& db, const HostRow& row,
                                    const std::string& replaced) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find,
                            db.Use("SELECT 1 FROM host WHERE user_key IN (?,?) AND learnt_at>?"));
  return find.Bytes(row.user_key).Bytes(replaced).Time(row.learnt_at).Step();
}

absl::Status WriteHostRow(Connection& db, const HostRow& row) {
  JOINPASS_ASSIGN_OR_RETURN(Statement put, db.Use("INSERT OR REPLACE INTO host(" JOINPASS_SQL_HOST
                                                  ") VALUES(?,?,?,?,?,?,?)"));
  put.Bytes(row.user_key).Text(row.app_id).Bytes(row.account_key);
  put.BytesOrNull(row.number_key).BytesOrNull(row.vanity_key);
  return put.Time(row.learnt_at).Bytes(row.sealed).Run();
}

absl::Status RemoveMeeting(Connection& db, const MeetingKey& key) {
  JOINPASS_ASSIGN_OR_RETURN(Statement remove,
                            db.Use("DELETE FROM meeting WHERE number_key=? AND host_key=?"));
  return remove.Bytes(key.number_key).Bytes(key.host_key).Run();
}

absl::StatusOr<bool> KnowsNewer(Connection& db, const MeetingKey& key, absl::Time learnt_at) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      db.Use("SELECT 1 FROM meeting WHERE number_key=? AND host_key=? AND learnt_at>?"));
  return find.Bytes(key.number_key).Bytes(key.host_key).Time(learnt_at).Step();
}

absl::Status WriteMeetingRow(Connection& db, const MeetingRow& row) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put,
      db.Use("INSERT OR REPLACE INTO meeting(" JOINPASS_SQL_MEETING ") VALUES(?,?,?,?,?,?)"));
  put.Bytes(row.key.number_key).Bytes(row.key.host_key).Bytes(row.account_key).Text(row.app_id);
  return put.Time(row.learnt_at).Bytes(row.sealed).Run();
}

absl::Status PutMeeting(Connection& db, const MeetingChanges::Put& put) {
  const absl::Time learnt_at = put.row.learnt_at;
  JOINPASS_ASSIGN_OR_RETURN(bool newer, KnowsNewer(db, put.row.key, learnt_at));
  if (put.replaced && !newer) {
    JOINPASS_ASSIGN_OR_RETURN(newer, KnowsNewer(db, *put.replaced, learnt_at));
  }
  if (newer) return absl::OkStatus();
  if (put.replaced) JOINPASS_RETURN_IF_ERROR(RemoveMeeting(db, *put.replaced));
  return WriteMeetingRow(db, put.row);
}

absl::StatusOr<Outcome> TouchMeeting(Connection& db, const MeetingChanges::Touch& touch) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement update,
      db.Use("UPDATE meeting SET learnt_at=max(learnt_at, ?) WHERE number_key=? AND host_key=?"));
  update.Time(touch.learnt_at).Bytes(touch.key.number_key).Bytes(touch.key.host_key);
  return RunChange(db, update, Outcome::kMoved);
}

absl::Status RemoveByKeys(Connection& db, const std::string& sql, const LookupKeys& keys) {
  JOINPASS_ASSIGN_OR_RETURN(Statement remove, db.Use(sql));
  return remove.Keys(keys).Run();
}

}  // namespace

absl::StatusOr<std::optional<HostRow>> SqliteDirectory::FindHost(const LookupKeys& user_keys) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find, file_.reads.connection->Use(
                                                "SELECT " JOINPASS_SQL_HOST
                                                " FROM host WHERE user_key IN " JOINPASS_SQL_KEYS));
  find.Keys(user_keys);
  return ReadRow(find, ReadHostRow);
}

absl::Status SqliteDirectory::PutHost(const HostRow& row, const std::string& replaced) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, keys_, {row.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const bool newer, KnowsNewerHost(db, row, replaced));
  if (newer) return absl::OkStatus();
  if (!replaced.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(Statement remove, db.Use("DELETE FROM host WHERE user_key=?"));
    JOINPASS_RETURN_IF_ERROR(remove.Bytes(replaced).Run());
  }
  JOINPASS_RETURN_IF_ERROR(WriteHostRow(db, row));
  return transaction.Commit();
}

absl::StatusOr<Outcome> SqliteDirectory::TouchHost(const std::string& user_key,
                                                   absl::Time learnt_at) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Statement update,
                            db.Use("UPDATE host SET learnt_at=max(learnt_at, ?) WHERE user_key=?"));
  update.Time(learnt_at).Bytes(user_key);
  return RunChange(db, update, Outcome::kMoved);
}

absl::StatusOr<std::vector<HostRow>> SqliteDirectory::FindHostsByNumber(
    const LookupKeys& number_keys) {
  base::MutexLock lock(file_.reads.mutex);
  return ReadHosts(*file_.reads.connection,
                   "SELECT " JOINPASS_SQL_HOST " FROM host WHERE number_key IN " JOINPASS_SQL_KEYS
                   " LIMIT ?",
                   number_keys);
}

absl::StatusOr<std::vector<HostRow>> SqliteDirectory::FindHostsByVanityName(
    const LookupKeys& vanity_keys) {
  base::MutexLock lock(file_.reads.mutex);
  return ReadHosts(*file_.reads.connection,
                   "SELECT " JOINPASS_SQL_HOST " FROM host WHERE vanity_key IN " JOINPASS_SQL_KEYS
                   " LIMIT ?",
                   vanity_keys);
}

absl::StatusOr<std::vector<std::optional<MeetingRow>>> SqliteDirectory::FindEachMeeting(
    std::span<const MeetingSearch> searches) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction,
                            Transaction::BeginReading(*file_.reads.connection));
  std::vector<std::optional<MeetingRow>> found;
  found.reserve(searches.size());
  for (const MeetingSearch& search : searches) {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement find,
        file_.reads.connection->Use("SELECT " JOINPASS_SQL_MEETING
                                    " FROM meeting WHERE number_key IN " JOINPASS_SQL_KEYS
                                    " AND host_key IN " JOINPASS_SQL_KEYS));
    find.Keys(search.number_keys).Keys(search.host_keys);
    JOINPASS_ASSIGN_OR_RETURN(std::optional<MeetingRow> row, ReadRow(find, ReadMeetingRow));
    found.push_back(std::move(row));
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return found;
}

absl::StatusOr<std::vector<MeetingRow>> SqliteDirectory::FindMeetings(
    const LookupKeys& number_keys) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find,
                            file_.reads.connection->Use(
                                "SELECT " JOINPASS_SQL_MEETING
                                " FROM meeting WHERE number_key IN " JOINPASS_SQL_KEYS " LIMIT ?"));
  find.Keys(number_keys).Number(kMostMatches);
  return ReadRows(find, ReadMeetingRow);
}

absl::StatusOr<Outcome> SqliteDirectory::ChangeMeetings(const MeetingChanges& changes) {
  if (changes.written.empty() && changes.learnt.empty()) return Outcome::kDone;
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  // One sealer made them all.
  const std::string_view sealed =
      changes.written.empty() ? std::string_view() : changes.written.front().row.sealed;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, keys_, {sealed}));
  for (const MeetingChanges::Put& put : changes.written) {
    JOINPASS_RETURN_IF_ERROR(PutMeeting(db, put));
  }
  for (const MeetingChanges::Touch& touch : changes.learnt) {
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, TouchMeeting(db, touch));
    if (outcome != Outcome::kDone) return outcome;
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<int> SqliteDirectory::RemoveMeetings(const LookupKeys& host_keys,
                                                    absl::Time learnt_before) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement remove,
      db.Use("DELETE FROM meeting WHERE host_key IN " JOINPASS_SQL_KEYS " AND learnt_at<?"));
  remove.Keys(host_keys).Time(learnt_before);
  JOINPASS_RETURN_IF_ERROR(remove.Run());
  return db.changes();
}

absl::Status SqliteDirectory::RemoveHost(const LookupKeys& user_keys, const LookupKeys& host_keys) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_RETURN_IF_ERROR(
      RemoveByKeys(db, "DELETE FROM meeting WHERE host_key IN " JOINPASS_SQL_KEYS, host_keys));
  JOINPASS_RETURN_IF_ERROR(
      RemoveByKeys(db, "DELETE FROM host WHERE user_key IN " JOINPASS_SQL_KEYS, user_keys));
  return transaction.Commit();
}

absl::Status SqliteDirectory::RemoveHostsOfAccount(const LookupKeys& account_keys) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_RETURN_IF_ERROR(RemoveByKeys(
      db, "DELETE FROM meeting WHERE account_key IN " JOINPASS_SQL_KEYS, account_keys));
  JOINPASS_RETURN_IF_ERROR(
      RemoveByKeys(db, "DELETE FROM host WHERE account_key IN " JOINPASS_SQL_KEYS, account_keys));
  return transaction.Commit();
}

absl::Status SqliteDirectory::RemoveOfApp(const std::string& app_id) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  for (const char* sql :
       {"DELETE FROM meeting WHERE app_id=?", "DELETE FROM host WHERE app_id=?"}) {
    JOINPASS_ASSIGN_OR_RETURN(Statement remove, db.Use(sql));
    JOINPASS_RETURN_IF_ERROR(remove.Text(app_id).Run());
  }
  return transaction.Commit();
}

}  // namespace joinpass::store::sqlite
