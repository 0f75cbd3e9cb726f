#include "store/sqlite/directory.h"

#include <algorithm>
#include <limits>

#include "base/status.h"
#include "store/sqlite/key_check.h"

#define JOINPASS_SQL_HOST                                                          \
  "user_key, app_id, account_key, number_key, vanity_key, account_at, number_at, " \
  "vanity_at, sealed, email_key, email_at, meeting_key, meetings_at, webinars_at"
#define JOINPASS_SQL_HOST_VALUES "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
#define JOINPASS_SQL_MEETING \
  "app_id, number_key, host_key, account_key, host_at, deleted, deleted_at, sealed, kind"
// Beside its own columns, when its host's list was read whole.
#define JOINPASS_SQL_LISTED                                                        \
  "(SELECT CASE meeting.kind WHEN 0 THEN meetings_at WHEN 1 THEN webinars_at END " \
  "FROM host WHERE meeting_key=meeting.host_key)"
#define JOINPASS_SQL_MEETING_LISTED JOINPASS_SQL_MEETING ", " JOINPASS_SQL_LISTED
#define JOINPASS_SQL_SYNC                                                                     \
  "credential_id, state, began_at, changed_at, completed_at, users, users_in_all, meetings, " \
  "webinars, removed, calls, reason"

namespace joinpass::store::sqlite {
namespace {

HostRow ReadHostRow(const Statement& row) {
  return {.app_id = row.TextAt(1),
          .user_key = row.BytesAt(0),
          .account_key = row.BytesAt(2),
          .number_key = row.BytesAt(3),
          .vanity_key = row.BytesAt(4),
          .email_key = row.BytesAt(9),
          .meeting_key = row.BytesAt(11),
          .account_at = row.TimeAt(5),
          .number_at = row.TimeAt(6),
          .vanity_at = row.TimeAt(7),
          .email_at = row.TimeAt(10),
          .meetings_listed_at = row.TimeAt(12),
          .webinars_listed_at = row.TimeAt(13),
          .sealed = row.BytesAt(8)};
}

Statement& Bind(Statement& statement, const HostRow& row) {
  statement.Bytes(row.user_key).Text(row.app_id).Bytes(row.account_key);
  statement.BytesOrNull(row.number_key).BytesOrNull(row.vanity_key);
  statement.Time(row.account_at).Time(row.number_at).Time(row.vanity_at).Bytes(row.sealed);
  statement.BytesOrNull(row.email_key).Time(row.email_at).Bytes(row.meeting_key);
  return statement.Time(row.meetings_listed_at).Time(row.webinars_listed_at);
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
          .sealed = row.BytesAt(7),
          .listed_at = row.IsNullAt(9) ? absl::InfinitePast() : row.TimeAt(9)};
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
    JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                              db.Use("INSERT OR IGNORE INTO host(" JOINPASS_SQL_HOST
                                     ") VALUES" JOINPASS_SQL_HOST_VALUES));
    return RunChange(db, Bind(insert, change.row), Outcome::kMoved);
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement update,
      db.Use("UPDATE OR REPLACE host SET (" JOINPASS_SQL_HOST ")=" JOINPASS_SQL_HOST_VALUES
             " WHERE (" JOINPASS_SQL_HOST ") IS " JOINPASS_SQL_HOST_VALUES));
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

// False: a list that began later has ended. The row of the host says when this one was
// read; there may be none.
absl::StatusOr<bool> NoteListing(Connection& db, const LookupKeys& host_keys,
                                 const ListingEnd& list, absl::Time latest) {
  const char* column = nullptr;
  if (list.kind == MeetingKind::kScheduled) column = "meetings_at";
  if (list.kind == MeetingKind::kWebinar) column = "webinars_at";
  if (column == nullptr) return true;  // no list shows those
  JOINPASS_ASSIGN_OR_RETURN(
      Statement newer, db.Use("SELECT 1 FROM host WHERE meeting_key IN " JOINPASS_SQL_KEYS " AND " +
                              std::string(column) + ">? AND " + column + "<=?"));
  newer.Keys(host_keys).Time(list.began).Time(latest);
  JOINPASS_ASSIGN_OR_RETURN(const bool is_there, newer.Step());
  if (is_there) return false;
  JOINPASS_ASSIGN_OR_RETURN(Statement note, db.Use("UPDATE host SET " + std::string(column) +
                                                   "=? WHERE meeting_key IN " JOINPASS_SQL_KEYS));
  JOINPASS_RETURN_IF_ERROR(note.Time(list.began).Keys(host_keys).Run());
  return true;
}

// Which rows a list contradicts, by their `seq`.
struct Swept {
  std::vector<std::int64_t> gone = {};
  std::vector<std::int64_t> back = {};
};

absl::StatusOr<Swept> FindSwept(Connection& db, const LookupKeys& host_keys, const ListingEnd& list,
                                absl::Time latest) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement known, db.Use("SELECT seq, number_key, deleted, host_at, deleted_at FROM meeting "
                              "WHERE host_key IN " JOINPASS_SQL_KEYS " AND kind=?"));
  known.Keys(host_keys).Number(static_cast<std::int64_t>(list.kind));
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

absl::StatusOr<std::vector<HostRow>> SqliteDirectory::FindHostsByEmail(
    const LookupKeys& email_keys) {
  base::MutexLock lock(file_.reads.mutex);
  return ReadHosts(*file_.reads.connection,
                   "SELECT " JOINPASS_SQL_HOST " FROM host WHERE email_key IN " JOINPASS_SQL_KEYS
                   " LIMIT ?",
                   email_keys);
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
                            "SELECT " JOINPASS_SQL_MEETING_LISTED
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
      file_.reads.connection->Use("SELECT " JOINPASS_SQL_MEETING_LISTED
                                  " FROM meeting WHERE number_key IN " JOINPASS_SQL_KEYS
                                  " AND deleted<=? AND host_key<>x'' LIMIT ?"));
  find.Keys(number_keys).Number(with_deleted ? 1 : 0).Number(kMostMatches);
  return ReadRows(find, ReadMeetingRow);
}

absl::StatusOr<std::vector<NumberedMeeting>> SqliteDirectory::ListMeetings(
    const MeetingFilter& filter, std::int64_t after, int most) {
#define JOINPASS_SQL_LIST(where)                                          \
  "SELECT " JOINPASS_SQL_MEETING_LISTED ", seq FROM meeting WHERE " where \
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
    return NumberedMeeting{.seq = row.NumberAt(10), .row = ReadMeetingRow(row)};
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

absl::StatusOr<int> SqliteDirectory::EndListings(const LookupKeys& host_keys,
                                                 std::span<const ListingEnd> lists,
                                                 absl::Time latest) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  int deleted = 0;
  for (const ListingEnd& list : lists) {
    JOINPASS_ASSIGN_OR_RETURN(const bool is_newest, NoteListing(db, host_keys, list, latest));
    if (!is_newest) continue;
    JOINPASS_ASSIGN_OR_RETURN(const Swept swept, FindSwept(db, host_keys, list, latest));
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
  JOINPASS_ASSIGN_OR_RETURN(Statement list, file_.reads.connection->Use(
                                                "SELECT " JOINPASS_SQL_HOST
                                                " FROM host WHERE account_key IN " JOINPASS_SQL_KEYS
                                                " AND account_at NOT BETWEEN ? AND ?"
                                                " AND meetings_at NOT BETWEEN ? AND ? LIMIT ?"));
  list.Keys(account_keys).Time(before).Time(latest).Time(before).Time(latest);
  list.Number(kMostMatches);
  return ReadRows(list, ReadHostRow);
}

absl::StatusOr<int> SqliteDirectory::ForgetHost(const LookupKeys& user_keys,
                                                const LookupKeys& host_keys, absl::Time before,
                                                absl::Time latest) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(
      Statement meetings,
      db.Use("UPDATE meeting SET deleted=1, deleted_at=? WHERE deleted=0 "
             "AND host_at NOT BETWEEN ? AND ? AND deleted_at NOT BETWEEN ? AND ? "
             "AND host_key IN " JOINPASS_SQL_KEYS));
  meetings.Time(before).Time(before).Time(latest).Time(before).Time(latest);
  JOINPASS_RETURN_IF_ERROR(meetings.Keys(host_keys).Run());
  const int deleted = db.changes();
  JOINPASS_RETURN_IF_ERROR(
      RemoveByKeys(db, "DELETE FROM host WHERE user_key IN " JOINPASS_SQL_KEYS, user_keys));
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return deleted;
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

absl::StatusOr<Outcome> SqliteDirectory::ChangeSync(const SyncRecord& sync,
                                                    const std::optional<SyncRecord>& seen) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  if (!seen) {
    JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                              db.Use("INSERT OR IGNORE INTO sync(" JOINPASS_SQL_SYNC
                                     ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?)"));
    return RunChange(db, Bind(insert, sync), Outcome::kMoved);
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement update, db.Use("UPDATE sync SET (" JOINPASS_SQL_SYNC ")=(?,?,?,?,?,?,?,?,?,?,?,?) "
                               "WHERE credential_id=? AND began_at=? AND changed_at=?"));
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
