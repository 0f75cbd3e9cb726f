#include "store/sqlite/sealed_tables.h"

#include <array>
#include <string>

#include "base/status.h"
#include "crypto/seal.h"
#include "store/sqlite/database.h"
#include "store/sqlite/directory_rows.h"

namespace joinpass::store::sqlite {
namespace {

// A table as a pass goes through it. Column 0 of `list` is what a cursor holds.
struct Table {
  const char* list;   // ?1 the cursor, ?2 what stands in front of a good seal, ?3 how many
  const char* count;  // ?1 what stands in front of a seal
  AnyRow (*read)(const Statement& row);
  bool numbered;
};

AnyRow ReadApp(const Statement& row) {
  return AppRow{.id = row.TextAt(1), .sealed = row.BytesAt(2)};
}

AnyRow ReadCredential(const Statement& row) {
  return CredentialRow{.id = row.TextAt(1),
                       .app_id = row.TextAt(2),
                       .sealed_user = row.BytesAt(3),
                       .tokens = {.sealed = row.BytesAt(4)},
                       .sealed_cause = row.BytesAt(5)};
}

AnyRow ReadEvent(const Statement& row) {
  return StoredEvent{
      .seq = row.NumberAt(0),
      .credential_id = row.TextAt(1),
      .event = {.kind = static_cast<int>(row.NumberAt(2)), .sealed = row.BytesAt(3)}};
}

AnyRow ReadHost(const Statement& row) {
  return HostRow{.app_id = row.TextAt(1), .user_key = row.BytesAt(2), .sealed = row.BytesAt(3)};
}

AnyRow ReadMeeting(const Statement& row) {
  return MeetingRow{
      .app_id = row.TextAt(1), .number_key = row.BytesAt(2), .sealed = row.BytesAt(3)};
}

AnyRow ReadAuthorization(const Statement& row) {
  return AuthorizationRow{.state_key = row.BytesAt(0), .sealed = row.BytesAt(1)};
}

AnyRow ReadPass(const Statement& row) {
  return PassRow{.id = row.TextAt(1),
                 .at = row.TimeAt(2),
                 .recording_credential_id = row.TextAt(3),
                 .identity_credential_id = row.TextAt(4),
                 .sealed = row.BytesAt(5)};
}

#define JOINPASS_SQL_OTHER(column) "(" column "<>x'' AND substr(" column ",1,5)<>?2)"
// IS, since what is cut out of nothing is null.
#define JOINPASS_SQL_WITH(column) "(substr(" column ",1,5) IS ?1)"

// In the order of AnyRow's alternatives.
constexpr std::array<Table, kSealedTables> kTables = {{
    {.list = "SELECT seq, id, sealed FROM app "
             "WHERE seq>?1 AND " JOINPASS_SQL_OTHER("sealed") " ORDER BY seq LIMIT ?3",
     .count = "SELECT count(*) FROM app WHERE " JOINPASS_SQL_WITH("sealed"),
     .read = ReadApp,
     .numbered = true},
    {.list = "SELECT seq, id, app_id, sealed_user, sealed_tokens, sealed_cause FROM credential "
             "WHERE seq>?1 AND (" JOINPASS_SQL_OTHER("sealed_user") " OR " JOINPASS_SQL_OTHER(
                 "sealed_tokens") " OR " JOINPASS_SQL_OTHER("sealed_cause") ") "
                                                                            "ORDER BY seq LIMIT ?3",
     .count = "SELECT ifnull(sum(" JOINPASS_SQL_WITH("sealed_user") "+" JOINPASS_SQL_WITH(
         "sealed_tokens") "+" JOINPASS_SQL_WITH("sealed_cause") "),0) FROM credential",
     .read = ReadCredential,
     .numbered = true},
    {.list = "SELECT seq, credential_id, kind, sealed FROM event "
             "WHERE seq>?1 AND " JOINPASS_SQL_OTHER("sealed") " ORDER BY seq LIMIT ?3",
     .count = "SELECT count(*) FROM event WHERE " JOINPASS_SQL_WITH("sealed"),
     .read = ReadEvent,
     .numbered = true},
    {.list = "SELECT seq, " JOINPASS_SQL_APP_ID("host") ", user_key, sealed FROM host "
                                                        "WHERE seq>?1 AND " JOINPASS_SQL_OTHER(
                                                            "sealed") " ORDER BY seq LIMIT ?3",
     .count = "SELECT count(*) FROM host WHERE " JOINPASS_SQL_WITH("sealed"),
     .read = ReadHost,
     .numbered = true},
    {.list = "SELECT seq, " JOINPASS_SQL_APP_ID("meeting") ", number_key, sealed FROM meeting "
                                                           "WHERE seq>?1 AND " JOINPASS_SQL_OTHER(
                                                               "sealed") " ORDER BY seq LIMIT ?3",
     .count = "SELECT count(*) FROM meeting WHERE " JOINPASS_SQL_WITH("sealed"),
     .read = ReadMeeting,
     .numbered = true},
    {.list = "SELECT state_key, sealed FROM consent "
             "WHERE state_key>?1 AND " JOINPASS_SQL_OTHER("sealed") " ORDER BY state_key LIMIT ?3",
     .count = "SELECT count(*) FROM consent WHERE " JOINPASS_SQL_WITH("sealed"),
     .read = ReadAuthorization,
     .numbered = false},
    {.list =
         "SELECT seq, id, at, recording_credential_id, identity_credential_id, sealed FROM pass "
         "WHERE seq>?1 AND " JOINPASS_SQL_OTHER("sealed") " ORDER BY seq LIMIT ?3",
     .count = "SELECT count(*) FROM pass WHERE " JOINPASS_SQL_WITH("sealed"),
     .read = ReadPass,
     .numbered = true},
}};

constexpr char kCountMarks[] = "SELECT count(*) FROM meta WHERE " JOINPASS_SQL_WITH("value");

absl::StatusOr<std::int64_t> Count(Connection& db, const char* sql, crypto::KeyId key) {
  JOINPASS_ASSIGN_OR_RETURN(Statement count, db.Use(sql));
  count.Bytes(crypto::SealPrefix(key));
  JOINPASS_RETURN_IF_ERROR(count.Run());
  return count.NumberAt(0);
}

}  // namespace

std::size_t FileOfTable(std::size_t table) {
  constexpr std::array<std::size_t, kSealedTables> kFiles = {0, 0, 0, 1, 1, 2, 2};
  return kFiles[table];
}

absl::StatusOr<std::vector<AnyRow>> ReadSealedOtherwise(Connection& db, crypto::KeyId key,
                                                        int limit, RowCursor& cursor) {
  const Table& table = kTables[cursor.table];
  JOINPASS_ASSIGN_OR_RETURN(Statement list, db.Use(table.list));
  if (table.numbered) {
    list.Number(cursor.seq);
  } else {
    list.Bytes(cursor.key);
  }
  list.Bytes(crypto::SealPrefix(key)).Number(limit);
  return ReadRows(list, [&](const Statement& row) {
    if (table.numbered) {
      cursor.seq = row.NumberAt(0);
    } else {
      cursor.key = row.BytesAt(0);
    }
    return table.read(row);
  });
}

absl::StatusOr<std::int64_t> CountInTable(Connection& db, std::size_t table, crypto::KeyId key) {
  return Count(db, kTables[table].count, key);
}

absl::StatusOr<std::int64_t> CountInMarks(Connection& db, crypto::KeyId key) {
  return Count(db, kCountMarks, key);
}

}  // namespace joinpass::store::sqlite
