#include "store/sqlite/directory.h"

#include "base/status.h"
#include "store/sqlite/directory_rows.h"
#include "store/sqlite/key_check.h"
#include "store/sqlite/webhooks.h"

#define JOINPASS_SQL_HOST_VALUES "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
#define JOINPASS_SQL_MEETING "number_key, kind, host_at, deleted, deleted_at, sealed"
#define JOINPASS_SQL_MEETING_VALUES "(?,?,?,?,?,?)"
// What ReadMeetingRow() reads: beside its own columns its app, and when its host's list was
// read whole.
#define JOINPASS_SQL_SELECT_MEETING(more) \
  "SELECT " JOINPASS_SQL_MEETING ", " JOINPASS_SQL_APP_ID("meeting") ", (SELECT CASE " \
  "kind WHEN 0 THEN meetings_at WHEN 1 THEN webinars_at END FROM host WHERE "           \
  "host.seq=meeting.host), seq" more " FROM meeting "

namespace joinpass::store::sqlite {
namespace {

Statement& Bind(Statement& statement, const HostRow& row) {
  statement.Bytes(row.user_key).Bytes(row.account_key).BytesOrNull(row.number_key);
  statement.BytesOrNull(row.vanity_key).BytesOrNull(row.email_key);
  statement.Time(row.account_at).Time(row.number_at).Time(row.vanity_at).Time(row.email_at);
  statement.Number(row.inactive ? 1 : 0).Time(row.inactive_at);
  statement.Time(row.meetings_listed_at).Time(row.webinars_listed_at);
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
  return {.app_id = row.TextAt(6),
          .number_key = row.BytesAt(0),
          .kind = KindOf(row.NumberAt(1)),
          .host_at = row.TimeAt(2),
          .deleted = row.NumberAt(3) != 0,
          .deleted_at = row.TimeAt(4),
          .sealed = row.BytesAt(5),
          .listed_at = row.IsNullAt(7) ? absl::InfinitePast() : row.TimeAt(7)};
}

NumberedMeeting ReadNumberedMeeting(const Statement& row) {
  return {.seq = row.NumberAt(8), .row = ReadMeetingRow(row)};
}

Statement& Bind(Statement& statement, const MeetingRow& row) {
  statement.Bytes(row.number_key).Number(static_cast<std::int64_t>(row.kind));
  statement.Time(row.host_at).Number(row.deleted ? 1 : 0).Time(row.deleted_at);
  return statement.Bytes(row.sealed);
}

// A search by look-up keys, of which there is mostly one: a list of them costs as much as
// the search.
struct ByKeys {
  std::string of_one;
  std::string of_many;

  absl::StatusOr<Statement> Use(Connection& db, const LookupKeys& keys) const {
    return db.Use(keys.size() == 1 ? of_one : of_many);
  }
  static Statement& Bind(Statement& statement, const LookupKeys& keys) {
    return keys.size() == 1 ? statement.Bytes(keys.front()) : statement.Keys(keys);
  }
};

absl::StatusOr<std::vector<HostRow>> FindHosts(Connection& db, const char* sql,
                                               const LookupKeys& keys) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find, db.Use(sql));
  find.Keys(keys).Number(kMostMatches);
  return ReadRows(find, ReadHostRow);
}

absl::StatusOr<bool> HasManyHosts(Connection& db, const LookupKeys& account_keys) {
  constexpr int kMany = 1'000;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement count,
      db.Use("SELECT count(*) FROM (SELECT 1 FROM host WHERE account_key IN " JOINPASS_SQL_KEYS
             " LIMIT ?)"));
  JOINPASS_RETURN_IF_ERROR(count.Keys(account_keys).Number(kMany).Run());
  return count.NumberAt(0) == kMany;
}

// Empty if the row took over what was sealed before, and perhaps with an older key.
template <typename Change>
std::string_view NewSeal(const Change& change) {
  const bool taken_over = change.seen && change.seen->sealed == change.row.sealed;
  return taken_over ? std::string_view() : change.row.sealed;
}

// Any, since one sealer made them all; empty if there is none.
std::string_view NewSealIn(const DirectoryChange& change) {
  std::string_view sealed;
  for (const HostChange& host : change.hosts) {
    if (sealed.empty()) sealed = NewSeal(host);
  }
  for (const MeetingChange& meeting : change.meetings) {
    if (sealed.empty()) sealed = NewSeal(meeting);
  }
  return sealed;
}

// Within a transaction. A row that moves to newer keys takes the place of one that is
// there already, and its meetings.
absl::StatusOr<Outcome> Change(Connection& db, const HostChange& change) {
  const HostRow& row = change.row;
  if (!change.seen) {
    JOINPASS_RETURN_IF_ERROR(NumberApp(db, row.app_id));
    JOINPASS_ASSIGN_OR_RETURN(
        Statement insert,
        db.Use("INSERT OR IGNORE INTO host(" JOINPASS_SQL_HOST
               ", app) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?," JOINPASS_SQL_APP ")"));
    return RunChange(db, Bind(insert, row).Text(row.app_id), Outcome::kMoved);
  }
  if (row.user_key != change.seen->user_key) {
    JOINPASS_RETURN_IF_ERROR(MoveMeetings(db, row.user_key, change.seen->user_key));
  }
  JOINPASS_ASSIGN_OR_RETURN(Statement update,
                            db.Use("UPDATE OR REPLACE host SET (" JOINPASS_SQL_HOST
                                   ")=" JOINPASS_SQL_HOST_VALUES " WHERE app=" JOINPASS_SQL_APP
                                   " AND (" JOINPASS_SQL_HOST ") IS " JOINPASS_SQL_HOST_VALUES));
  Bind(Bind(update, row).Text(row.app_id), *change.seen);
  return RunChange(db, update, Outcome::kMoved);
}

// Within a transaction. What was learnt of his meetings before he moved, and not again since.
absl::Status LeaveMeetings(Connection& db, const HostChange& change) {
  if (!change.has_moved) return absl::OkStatus();
  JOINPASS_ASSIGN_OR_RETURN(Statement leave,
                            db.Use("DELETE FROM meeting WHERE max(host_at, deleted_at)<? AND "
                                   "host=(SELECT seq FROM host WHERE user_key=?)"));
  return leave.Time(change.row.account_at).Bytes(change.row.user_key).Run();
}

// Within a transaction. 0: nobody said who hosts it; nothing: his row is not there.
absl::StatusOr<std::optional<std::int64_t>> HostOf(Connection& db, const MeetingRow& row) {
  if (row.host_keys.empty()) return 0;
  static const ByKeys kSql = {"SELECT seq FROM host WHERE user_key=?",
                              "SELECT seq FROM host WHERE user_key IN " JOINPASS_SQL_KEYS};
  JOINPASS_ASSIGN_OR_RETURN(Statement find, kSql.Use(db, row.host_keys));
  kSql.Bind(find, row.host_keys);
  return ReadRow(find, [](const Statement& host) { return host.NumberAt(0); });
}

absl::StatusOr<Outcome> Change(Connection& db, const MeetingChange& change) {
  const MeetingRow& row = change.row;
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<std::int64_t> host, HostOf(db, row));
  if (!host) return Outcome::kMoved;
  if (!change.seen) {
    JOINPASS_RETURN_IF_ERROR(NumberApp(db, row.app_id));
    JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                              db.Use("INSERT OR IGNORE INTO meeting(" JOINPASS_SQL_MEETING
                                     ", host, app) VALUES(?,?,?,?,?,?,?," JOINPASS_SQL_APP ")"));
    return RunChange(db, Bind(insert, row).Number(*host).Text(row.app_id), Outcome::kMoved);
  }
  JOINPASS_ASSIGN_OR_RETURN(Statement update,
                            db.Use("UPDATE OR REPLACE meeting SET (" JOINPASS_SQL_MEETING
                                   ", host)=(?,?,?,?,?,?,?) WHERE app=" JOINPASS_SQL_APP
                                   " AND (" JOINPASS_SQL_MEETING ")=" JOINPASS_SQL_MEETING_VALUES));
  Bind(Bind(update, row).Number(*host).Text(row.app_id), *change.seen);
  return RunChange(db, update, Outcome::kMoved);
}

// To the first that cannot be.
template <typename Each>
absl::StatusOr<Outcome> ChangeEach(Connection& db, const std::vector<Each>& changes) {
  for (const Each& change : changes) {
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, Change(db, change));
    if (outcome != Outcome::kDone) return outcome;
  }
  return Outcome::kDone;
}

}  // namespace

absl::StatusOr<std::optional<HostRow>> SqliteDirectory::FindHost(const LookupKeys& user_keys) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find, file_.reads.connection->Use(JOINPASS_SQL_SELECT_HOST(
                                                "") "WHERE user_key IN " JOINPASS_SQL_KEYS));
  find.Keys(user_keys);
  return ReadRow(find, ReadHostRow);
}

absl::StatusOr<Outcome> SqliteDirectory::Change(const DirectoryChange& change) {
  if (change.IsEmpty()) return Outcome::kDone;
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {NewSealIn(change)}));
  JOINPASS_ASSIGN_OR_RETURN(const Outcome hosts, ChangeEach(db, change.hosts));
  if (hosts != Outcome::kDone) return hosts;
  JOINPASS_ASSIGN_OR_RETURN(const Outcome meetings, ChangeEach(db, change.meetings));
  if (meetings != Outcome::kDone) return meetings;
  // After the meetings: what is learnt of one at the same time was seen before.
  for (const HostChange& host : change.hosts) {
    JOINPASS_RETURN_IF_ERROR(LeaveMeetings(db, host));
  }
  if (change.webhook) JOINPASS_RETURN_IF_ERROR(PutNote(db, *change.webhook));
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return Outcome::kDone;
}

absl::StatusOr<std::vector<HostRow>> SqliteDirectory::FindHostsByVanityName(
    const LookupKeys& vanity_keys) {
  base::MutexLock lock(file_.reads.mutex);
  return FindHosts(*file_.reads.connection,
                   JOINPASS_SQL_SELECT_HOST("") "WHERE vanity_key IN " JOINPASS_SQL_KEYS
                                                " AND inactive=0 LIMIT ?",
                   vanity_keys);
}

absl::StatusOr<std::vector<HostRow>> SqliteDirectory::FindHostsByEmail(
    const LookupKeys& email_keys) {
  base::MutexLock lock(file_.reads.mutex);
  return FindHosts(*file_.reads.connection,
                   JOINPASS_SQL_SELECT_HOST("") "WHERE email_key IN " JOINPASS_SQL_KEYS
                                                " AND inactive=0 LIMIT ?",
                   email_keys);
}

absl::StatusOr<std::vector<std::optional<MeetingRow>>> SqliteDirectory::FindEachMeeting(
    std::span<const MeetingSearch> searches) {
  base::MutexLock lock(file_.reads.mutex);
  Connection& db = *file_.reads.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginReading(db));
  std::vector<std::optional<MeetingRow>> found;
  found.reserve(searches.size());
  static const ByKeys kSql = {
      JOINPASS_SQL_SELECT_MEETING("") "WHERE number_key=? AND app=" JOINPASS_SQL_APP,
      JOINPASS_SQL_SELECT_MEETING("") "WHERE number_key IN " JOINPASS_SQL_KEYS
                                      " AND app=" JOINPASS_SQL_APP};
  for (const MeetingSearch& search : searches) {
    JOINPASS_ASSIGN_OR_RETURN(Statement find, kSql.Use(db, search.number_keys));
    kSql.Bind(find, search.number_keys).Text(search.app_id);
    JOINPASS_ASSIGN_OR_RETURN(std::optional<MeetingRow> row, ReadRow(find, ReadMeetingRow));
    found.push_back(std::move(row));
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return found;
}

// Of a host whose row is not there nobody said that he is inactive.
#define JOINPASS_SQL_HOST_ACTIVE \
  "NOT EXISTS (SELECT 1 FROM host WHERE host.seq=meeting.host AND inactive=1)"

// One statement, since what it costs to begin one is most of what it costs.
// Whoever owns the number first: nobody has so many apps that he alone fills the answer.
#define JOINPASS_SQL_OF_NUMBER(is)                                                \
  JOINPASS_SQL_SELECT_HOST(", 1")                                                 \
  "WHERE number_key" is " AND inactive=0 UNION ALL " JOINPASS_SQL_SELECT_MEETING( \
      ", NULL, NULL, NULL, NULL, NULL, NULL, 0") "WHERE number_key" is            \
                                                 " AND deleted<=? AND host<>0 "   \
                                                 "AND " JOINPASS_SQL_HOST_ACTIVE " LIMIT ?"

absl::StatusOr<RowsOfNumber> SqliteDirectory::FindNumber(const LookupKeys& number_keys,
                                                         bool with_deleted) {
  static const ByKeys kSql = {JOINPASS_SQL_OF_NUMBER("=?"),
                              JOINPASS_SQL_OF_NUMBER(" IN " JOINPASS_SQL_KEYS)};
  constexpr int kIsOwner = 15;
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(Statement find, kSql.Use(*file_.reads.connection, number_keys));
  kSql.Bind(find, number_keys);
  kSql.Bind(find, number_keys).Number(with_deleted ? 1 : 0).Number(kMostMatches);
  RowsOfNumber found;
  while (true) {
    JOINPASS_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return found;
    if (find.NumberAt(kIsOwner) == 0) {
      found.meetings.push_back(ReadMeetingRow(find));
    } else {
      found.owners.push_back(ReadHostRow(find));
    }
  }
}

absl::StatusOr<std::vector<NumberedMeeting>> SqliteDirectory::ListMeetings(
    const MeetingFilter& filter, std::int64_t after, int most) {
#define JOINPASS_SQL_LIST(where)                                                      \
  JOINPASS_SQL_SELECT_MEETING("")                                                     \
  "WHERE " where " AND seq>? AND deleted=0 AND host<>0 AND " JOINPASS_SQL_HOST_ACTIVE \
  " ORDER BY seq LIMIT ?"
  base::MutexLock lock(file_.reads.mutex);
  Connection& db = *file_.reads.connection;
  const LookupKeys& keys = filter.user_keys.empty() ? filter.account_keys : filter.user_keys;
  const char* sql = JOINPASS_SQL_LIST("(?='' OR app=" JOINPASS_SQL_APP ")");
  if (!filter.user_keys.empty()) {
    sql = JOINPASS_SQL_LIST("host IN " JOINPASS_SQL_HOSTS_UNDER);
  } else if (!filter.account_keys.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(const bool is_large, HasManyHosts(db, filter.account_keys));
    // The plus has it go through all meetings in their order: of a large account once for
    // all pages, where the index would have each page find and sort all of its meetings.
    sql = JOINPASS_SQL_LIST("host IN (SELECT seq FROM host WHERE account_key IN " JOINPASS_SQL_KEYS
                            ")");
    if (is_large)
      sql = JOINPASS_SQL_LIST(
          "+host IN (SELECT seq FROM host WHERE account_key IN " JOINPASS_SQL_KEYS ")");
  }
#undef JOINPASS_SQL_LIST
  JOINPASS_ASSIGN_OR_RETURN(Statement list, db.Use(sql));
  if (keys.empty()) {
    list.Text(filter.app_id).Text(filter.app_id);
  } else {
    list.Keys(keys);
  }
  list.Number(after).Number(most);
  return ReadRows(list, ReadNumberedMeeting);
}

}  // namespace joinpass::store::sqlite
