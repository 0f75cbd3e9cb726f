#include "store/sqlite/directory.h"

#include "base/status.h"
#include "store/sqlite/key_check.h"

#define JOINPASS_SQL_HOST                                                          \
  "user_key, app_id, account_key, number_key, vanity_key, account_at, number_at, " \
  "vanity_at, sealed"
#define JOINPASS_SQL_MEETING \
  "app_id, number_key, host_key, account_key, host_at, deleted, deleted_at, sealed, kind"

namespace joinpass::store::sqlite {
namespace {

HostRow ReadHostRow(const Statement& row) {
  return {.app_id = row.TextAt(1),
          .user_key = row.BytesAt(0),
          .account_key = row.BytesAt(2),
          .number_key = row.BytesAt(3),
          .vanity_key = row.BytesAt(4),
          .account_at = row.TimeAt(5),
          .number_at = row.TimeAt(6),
          .vanity_at = row.TimeAt(7),
          .sealed = row.BytesAt(8)};
}

Statement& Bind(Statement& statement, const HostRow& row) {
  statement.Bytes(row.user_key).Text(row.app_id).Bytes(row.account_key);
  statement.BytesOrNull(row.number_key).BytesOrNull(row.vanity_key);
  statement.Time(row.account_at).Time(row.number_at).Time(row.vanity_at);
  return statement.Bytes(row.sealed);
}

// One that a later joinpass wrote is as good as the commonest.
MeetingKind KindOf(std::int64_t number) {
  for (const MeetingKind kind : {MeetingKind::kWebinar, MeetingKind::kInstant}) {
    if (number == static_cast<std::int64_t>(kind)) return kind;
  }
  return MeetingKind::kScheduled;
}

MeetingRow ReadMeetingRow(const Statement& row) {
  return {.app_id = row.TextAt(0),
          .number_key = row.BytesAt(1),
          .host_key = row.BytesAt(2),
          .account_key = row.BytesAt(3),
          .kind = KindOf(row.NumberAt(8)),
          .host_at = row.TimeAt(4),
          .deleted = row.NumberAt(5) != 0,
          .deleted_at = row.TimeAt(6),
          .sealed = row.BytesAt(7)};
}

Statement& Bind(Statement& statement, const MeetingRow& row) {
  statement.Text(row.app_id).Bytes(row.number_key).Bytes(row.host_key).Bytes(row.account_key);
  statement.Time(row.host_at).Number(row.deleted ? 1 : 0).Time(row.deleted_at);
  return statement.Bytes(row.sealed).Number(static_cast<std::int64_t>(row.kind));
}

absl::StatusOr<std::vector<HostRow>> ReadHosts(Connection& db, const std::string& sql,
                                               const LookupKeys& keys) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find, db.Use(sql));
  find.Keys(keys).Number(kMostMatches);
  return ReadRows(find, ReadHostRow);
}

// Empty if the row took over what was sealed before, and perhaps with an older key.
template <typename Change>
std::string_view NewSeal(const Change& change) {
  const bool taken_over = change.seen && change.seen->sealed == change.row.sealed;
  return taken_over ? std::string_view() : change.row.sealed;
}

// Within a transaction. A row that moves to newer keys takes the place of one that is
// there already.
absl::StatusOr<Outcome> Change(Connection& db, const HostChange& change) {
  if (!change.seen) {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement insert,
        db.Use("INSERT OR IGNORE INTO host(" JOINPASS_SQL_HOST ") VALUES(?,?,?,?,?,?,?,?,?)"));
    return RunChange(db, Bind(insert, change.row), Outcome::kMoved);
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement update,
      db.Use("UPDATE OR REPLACE host SET (" JOINPASS_SQL_HOST
             ")=(?,?,?,?,?,?,?,?,?) WHERE (" JOINPASS_SQL_HOST ") IS (?,?,?,?,?,?,?,?,?)"));
  return RunChange(db, Bind(Bind(update, change.row), *change.seen), Outcome::kMoved);
}

absl::StatusOr<Outcome> Change(Connection& db, const MeetingChange& change) {
  if (!change.seen) {
    JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                              db.Use("INSERT OR IGNORE INTO meeting(" JOINPASS_SQL_MEETING
                                     ") VALUES(?,?,?,?,?,?,?,?,?)"));
    return RunChange(db, Bind(insert, change.row), Outcome::kMoved);
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement update,
      db.Use("UPDATE OR REPLACE meeting SET (" JOINPASS_SQL_MEETING
             ")=(?,?,?,?,?,?,?,?,?) WHERE (" JOINPASS_SQL_MEETING ")=(?,?,?,?,?,?,?,?,?)"));
  return RunChange(db, Bind(Bind(update, change.row), *change.seen), Outcome::kMoved);
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

absl::StatusOr<Outcome> SqliteDirectory::ChangeHost(const HostChange& change) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {NewSeal(change)}));
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, Change(db, change));
  if (outcome == Outcome::kDone) JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return outcome;
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
        Statement find, file_.reads.connection->Use(
                            "SELECT " JOINPASS_SQL_MEETING
                            " FROM meeting WHERE app_id=? AND number_key IN " JOINPASS_SQL_KEYS));
    find.Text(search.app_id).Keys(search.number_keys);
    JOINPASS_ASSIGN_OR_RETURN(std::optional<MeetingRow> row, ReadRow(find, ReadMeetingRow));
    found.push_back(std::move(row));
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return found;
}

absl::StatusOr<std::vector<MeetingRow>> SqliteDirectory::FindMeetings(const LookupKeys& number_keys,
                                                                      bool with_deleted) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      file_.reads.connection->Use("SELECT " JOINPASS_SQL_MEETING
                                  " FROM meeting WHERE number_key IN " JOINPASS_SQL_KEYS
                                  " AND deleted<=? AND host_key<>x'' LIMIT ?"));
  find.Keys(number_keys).Number(with_deleted ? 1 : 0).Number(kMostMatches);
  return ReadRows(find, ReadMeetingRow);
}

absl::StatusOr<std::vector<NumberedMeeting>> SqliteDirectory::ListMeetings(
    const MeetingFilter& filter, std::int64_t after, int most) {
#define JOINPASS_SQL_LIST(where)                                   \
  "SELECT " JOINPASS_SQL_MEETING ", seq FROM meeting WHERE " where \
  " AND seq>? AND deleted=0 AND host_key<>x'' ORDER BY seq LIMIT ?"
  base::MutexLock lock(file_.reads.mutex);
  Connection& db = *file_.reads.connection;
  const LookupKeys& keys = filter.host_keys.empty() ? filter.account_keys : filter.host_keys;
  const char* sql = JOINPASS_SQL_LIST("(?='' OR app_id=?)");
  if (!filter.host_keys.empty()) {
    sql = JOINPASS_SQL_LIST("host_key IN " JOINPASS_SQL_KEYS);
  } else if (!filter.account_keys.empty()) {
    sql = JOINPASS_SQL_LIST("account_key IN " JOINPASS_SQL_KEYS);
  }
#undef JOINPASS_SQL_LIST
  JOINPASS_ASSIGN_OR_RETURN(Statement list, db.Use(sql));
  if (keys.empty()) {
    list.Text(filter.app_id).Text(filter.app_id);
  } else {
    list.Keys(keys);
  }
  list.Number(after).Number(most);
  return ReadRows(list, [](const Statement& row) {
    return NumberedMeeting{.seq = row.NumberAt(9), .row = ReadMeetingRow(row)};
  });
}

absl::StatusOr<Outcome> SqliteDirectory::ChangeMeetings(std::span<const MeetingChange> changes) {
  if (changes.empty()) return Outcome::kDone;
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  std::string_view sealed;  // any: one sealer made them all
  for (const MeetingChange& change : changes) {
    if (sealed.empty()) sealed = NewSeal(change);
  }
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {sealed}));
  for (const MeetingChange& change : changes) {
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, Change(db, change));
    if (outcome != Outcome::kDone) return outcome;
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<int> SqliteDirectory::SweepMeetings(const LookupKeys& host_keys, MeetingKind kind,
                                                   absl::Time before, absl::Time latest) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement sweep,
      db.Use("UPDATE meeting SET deleted=1, deleted_at=? WHERE host_key IN " JOINPASS_SQL_KEYS
             " AND deleted=0 AND kind=? AND host_at NOT BETWEEN ? AND ?"
             " AND deleted_at NOT BETWEEN ? AND ?"));
  sweep.Time(before).Keys(host_keys).Number(static_cast<std::int64_t>(kind));
  sweep.Time(before).Time(latest).Time(before).Time(latest);
  JOINPASS_RETURN_IF_ERROR(sweep.Run());
  return db.changes();
}

absl::Status SqliteDirectory::ForgetDeleted(absl::Time before, absl::Time latest) {
  base::MutexLock lock(file_.writes.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement forget,
      file_.writes.connection->Use(
          "DELETE FROM meeting WHERE deleted=1 AND deleted_at NOT BETWEEN ? AND ?"));
  return forget.Time(before).Time(latest).Run();
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
