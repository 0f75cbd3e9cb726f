// What goes from the directory: meetings that a whole list does not show, hosts of whom
// nothing was learnt, and all of a host, an account or an app.

#include "base/status.h"
#include "store/sqlite/directory.h"
#include "store/sqlite/directory_rows.h"

namespace joinpass::store::sqlite {
namespace {

// False: a list that began later has ended. The row of the host says when this one was
// read; there may be none.
absl::StatusOr<bool> NoteListing(Connection& db, const LookupKeys& user_keys,
                                 const ListingEnd& list, absl::Time latest) {
  const char* column = nullptr;
  if (list.kind == MeetingKind::kScheduled) column = "meetings_at";
  if (list.kind == MeetingKind::kWebinar) column = "webinars_at";
  if (column == nullptr) return true;  // no list shows those
  JOINPASS_ASSIGN_OR_RETURN(
      Statement newer, db.Use("SELECT 1 FROM host WHERE user_key IN " JOINPASS_SQL_KEYS " AND " +
                              std::string(column) + ">? AND " + column + "<=?"));
  newer.Keys(user_keys).Time(list.began).Time(latest);
  JOINPASS_ASSIGN_OR_RETURN(const bool is_there, newer.Step());
  if (is_there) return false;
  JOINPASS_ASSIGN_OR_RETURN(Statement note, db.Use("UPDATE host SET " + std::string(column) +
                                                   "=? WHERE user_key IN " JOINPASS_SQL_KEYS));
  JOINPASS_RETURN_IF_ERROR(note.Time(list.began).Keys(user_keys).Run());
  return true;
}

// Which rows a list contradicts, by their `seq`.
struct Swept {
  std::vector<std::int64_t> gone = {};
  std::vector<std::int64_t> back = {};
};

absl::StatusOr<Swept> FindSwept(Connection& db, const LookupKeys& user_keys, const ListingEnd& list,
                                absl::Time latest) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement known, db.Use("SELECT seq, number_key, deleted, host_at, deleted_at FROM meeting "
                              "WHERE host IN " JOINPASS_SQL_HOSTS_UNDER " AND kind=?"));
  known.Keys(user_keys).Number(static_cast<std::int64_t>(list.kind));
  const auto learnt_since = [&](absl::Time at) { return at >= list.began && at <= latest; };
  Swept swept;
  while (true) {
    JOINPASS_ASSIGN_OR_RETURN(const bool found, known.Step());
    if (!found) return swept;
    const bool listed = list.number_keys.contains(known.BytesAt(1));
    const bool deleted = known.NumberAt(2) != 0;
    if (listed != deleted) continue;  // as it is said to be
    if (learnt_since(known.TimeAt(4)) || (!listed && learnt_since(known.TimeAt(3)))) continue;
    (listed ? swept.back : swept.gone).push_back(known.NumberAt(0));
  }
}

absl::Status SetDeleted(Connection& db, std::span<const std::int64_t> rows, bool deleted,
                        absl::Time at) {
  for (const std::int64_t seq : rows) {
    JOINPASS_ASSIGN_OR_RETURN(Statement set,
                              db.Use("UPDATE meeting SET deleted=?, deleted_at=? WHERE seq=?"));
    JOINPASS_RETURN_IF_ERROR(set.Number(deleted ? 1 : 0).Time(at).Number(seq).Run());
  }
  return absl::OkStatus();
}

absl::Status RemoveByKeys(Connection& db, const std::string& sql, const LookupKeys& keys) {
  JOINPASS_ASSIGN_OR_RETURN(Statement remove, db.Use(sql));
  return remove.Keys(keys).Run();
}

// The hosts found by `column`, and their meetings.
absl::Status RemoveHosts(Connection& db, const std::string& column, const LookupKeys& keys) {
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  const std::string found = column + " IN " JOINPASS_SQL_KEYS;
  JOINPASS_RETURN_IF_ERROR(RemoveByKeys(
      db, "DELETE FROM meeting WHERE host IN (SELECT seq FROM host WHERE " + found + ")", keys));
  JOINPASS_RETURN_IF_ERROR(RemoveByKeys(db, "DELETE FROM host WHERE " + found, keys));
  // What is remembered of hosts who went before: nobody can say whether it is theirs.
  JOINPASS_ASSIGN_OR_RETURN(
      Statement lost, db.Use("DELETE FROM meeting WHERE deleted=1 AND host<>0 "
                             "AND NOT EXISTS (SELECT 1 FROM host WHERE host.seq=meeting.host)"));
  JOINPASS_RETURN_IF_ERROR(lost.Run());
  return transaction.Commit();
}

}  // namespace

absl::StatusOr<int> SqliteDirectory::EndListings(const LookupKeys& user_keys,
                                                 std::span<const ListingEnd> lists,
                                                 absl::Time latest) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  int deleted = 0;
  for (const ListingEnd& list : lists) {
    JOINPASS_ASSIGN_OR_RETURN(const bool is_newest, NoteListing(db, user_keys, list, latest));
    if (!is_newest) continue;
    JOINPASS_ASSIGN_OR_RETURN(const Swept swept, FindSwept(db, user_keys, list, latest));
    JOINPASS_RETURN_IF_ERROR(SetDeleted(db, swept.gone, true, list.began));
    JOINPASS_RETURN_IF_ERROR(SetDeleted(db, swept.back, false, list.began));
    deleted += static_cast<int>(swept.gone.size());
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return deleted;
}

absl::StatusOr<std::vector<HostRow>> SqliteDirectory::ListHostsUnseen(
    const LookupKeys& account_keys, absl::Time before, absl::Time latest) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement list,
                            file_.reads.connection->Use(JOINPASS_SQL_SELECT_HOST(
                                "") "WHERE account_key IN " JOINPASS_SQL_KEYS " AND inactive=0"
                                    " AND account_at NOT BETWEEN ? AND ?"
                                    " AND meetings_at NOT BETWEEN ? AND ?"
                                    " LIMIT ?"));
  list.Keys(account_keys).Time(before).Time(latest).Time(before).Time(latest);
  list.Number(kMostMatches);
  return ReadRows(list, ReadHostRow);
}

absl::StatusOr<int> SqliteDirectory::ForgetHost(const LookupKeys& user_keys, absl::Time before,
                                                absl::Time latest) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(
      Statement meetings,
      db.Use("UPDATE meeting SET deleted=1, deleted_at=? WHERE deleted=0 "
             "AND host_at NOT BETWEEN ? AND ? AND deleted_at NOT BETWEEN ? AND ? "
             "AND host IN " JOINPASS_SQL_HOSTS_UNDER));
  meetings.Time(before).Time(before).Time(latest).Time(before).Time(latest);
  JOINPASS_RETURN_IF_ERROR(meetings.Keys(user_keys).Run());
  const int deleted = db.changes();
  JOINPASS_ASSIGN_OR_RETURN(
      Statement host,
      db.Use("UPDATE host SET inactive=1, inactive_at=? WHERE user_key IN " JOINPASS_SQL_KEYS
             " AND NOT EXISTS (SELECT 1 FROM meeting WHERE meeting.host=host.seq AND deleted=0)"));
  JOINPASS_RETURN_IF_ERROR(host.Time(before).Keys(user_keys).Run());
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return deleted;
}

absl::Status SqliteDirectory::ForgetDeleted(absl::Time before, absl::Time inactive_before,
                                            absl::Time latest) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(
      Statement deleted,
      db.Use("DELETE FROM meeting WHERE deleted=1 AND deleted_at NOT BETWEEN ? AND ?"));
  JOINPASS_RETURN_IF_ERROR(deleted.Time(before).Time(latest).Run());
  for (const char* sql : {"DELETE FROM meeting WHERE host IN "
                          "(SELECT seq FROM host WHERE inactive=1 AND inactive_at<?)",
                          "DELETE FROM host WHERE inactive=1 AND inactive_at<?"}) {
    JOINPASS_ASSIGN_OR_RETURN(Statement forget, db.Use(sql));
    JOINPASS_RETURN_IF_ERROR(forget.Time(inactive_before).Run());
  }
  return transaction.Commit();
}

absl::Status SqliteDirectory::RemoveHost(const LookupKeys& user_keys) {
  base::MutexLock lock(file_.writes.mutex);
  return RemoveHosts(*file_.writes.connection, "user_key", user_keys);
}

absl::Status SqliteDirectory::RemoveHostsOfAccount(const LookupKeys& account_keys) {
  base::MutexLock lock(file_.writes.mutex);
  return RemoveHosts(*file_.writes.connection, "account_key", account_keys);
}

absl::Status SqliteDirectory::RemoveOfApp(const std::string& app_id) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  for (const char* sql :
       {"DELETE FROM meeting WHERE app=" JOINPASS_SQL_APP,
        "DELETE FROM host WHERE app=" JOINPASS_SQL_APP, "DELETE FROM app WHERE id=?",
        "DELETE FROM webhook_notes WHERE app_id=?"}) {
    JOINPASS_ASSIGN_OR_RETURN(Statement remove, db.Use(sql));
    JOINPASS_RETURN_IF_ERROR(remove.Text(app_id).Run());
  }
  return transaction.Commit();
}

}  // namespace joinpass::store::sqlite
