#include "store/sqlite/rotation.h"

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/status.h"
#include "store/sqlite/directory_rows.h"
#include "store/sqlite/key_check.h"
#include "store/sqlite/sealed_tables.h"

namespace joinpass::store::sqlite {
namespace {

// Runs `change`, and tells whether it changed a row.
absl::StatusOr<bool> Changed(Connection& db, Statement& change) {
  JOINPASS_RETURN_IF_ERROR(change.Run());
  return db.changes() > 0;
}

// --- each kind of row: true if what `was` there is not there any more ----------

absl::StatusOr<bool> Put(Connection& db, const AppRow& was, const AppRow& now) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put,
      db.Use("UPDATE OR IGNORE app SET client_key=?, sealed=? WHERE id=? AND sealed=?"));
  put.Bytes(now.client_key).Bytes(now.sealed).Text(was.id).Bytes(was.sealed);
  return Changed(db, put);
}

absl::StatusOr<bool> Put(Connection& db, const StoredEvent& was, const StoredEvent& now) {
  JOINPASS_ASSIGN_OR_RETURN(Statement put,
                            db.Use("UPDATE event SET sealed=? WHERE seq=? AND sealed=?"));
  put.Bytes(now.event.sealed).Number(was.seq).Bytes(was.event.sealed);
  return Changed(db, put);
}

absl::StatusOr<bool> Put(Connection& db, const AuthorizationRow& was, const AuthorizationRow& now) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put,
      db.Use("UPDATE OR IGNORE consent SET state_key=?, sealed=? WHERE state_key=? AND sealed=?"));
  put.Bytes(now.state_key).Bytes(now.sealed).Bytes(was.state_key).Bytes(was.sealed);
  return Changed(db, put);
}

absl::StatusOr<bool> Put(Connection& db, const PassRow& was, const PassRow& now) {
  JOINPASS_ASSIGN_OR_RETURN(Statement put,
                            db.Use("UPDATE pass SET sealed=? WHERE id=? AND sealed=?"));
  put.Bytes(now.sealed).Text(was.id).Bytes(was.sealed);
  return Changed(db, put);
}

#define JOINPASS_SQL_WAS_CREDENTIAL "id=? AND sealed_user=? AND sealed_tokens=? AND sealed_cause=?"
#define JOINPASS_SQL_WAS_HOST "user_key=? AND sealed=?"
#define JOINPASS_SQL_WAS_MEETING "app=" JOINPASS_SQL_APP " AND number_key=? AND sealed=?"

Statement& BindWas(Statement& statement, const CredentialRow& was) {
  statement.Text(was.id).Bytes(was.sealed_user).Bytes(was.tokens.sealed);
  return statement.Bytes(was.sealed_cause);
}
Statement& BindWas(Statement& statement, const HostRow& was) {
  return statement.Bytes(was.user_key).Bytes(was.sealed);
}
Statement& BindWas(Statement& statement, const MeetingRow& was) {
  return statement.Text(was.app_id).Bytes(was.number_key).Bytes(was.sealed);
}

// Another row under the look-up keys of the new one goes if it is the older of
// the two; else the old row itself goes.
template <typename Row>
absl::StatusOr<bool> DropOld(Connection& db, const char* sql, const Row& was) {
  JOINPASS_ASSIGN_OR_RETURN(Statement drop, db.Use(sql));
  return Changed(db, BindWas(drop, was));
}

absl::Status DropEventsOfNobody(Connection& db) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement drop,
      db.Use("DELETE FROM event WHERE credential_id NOT IN (SELECT id FROM credential)"));
  return drop.Run();
}

absl::StatusOr<bool> Put(Connection& db, const CredentialRow& was, const CredentialRow& now) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement drop,
      db.Use("DELETE FROM credential WHERE subject_key=? AND id<>? AND connected_at<"
             "(SELECT connected_at FROM credential WHERE " JOINPASS_SQL_WAS_CREDENTIAL ")"));
  drop.Bytes(now.principal_key).Text(was.id);
  JOINPASS_ASSIGN_OR_RETURN(bool dropped, Changed(db, BindWas(drop, was)));
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put,
      db.Use("UPDATE OR IGNORE credential SET subject_key=?, any_user_key=?, sealed_user=?, "
             "refresh_key=?, sealed_tokens=?, sealed_cause=? WHERE " JOINPASS_SQL_WAS_CREDENTIAL));
  put.Bytes(now.principal_key).Bytes(now.any_user_key).Bytes(now.sealed_user);
  put.Bytes(now.tokens.refresh_key).Bytes(now.tokens.sealed).Bytes(now.sealed_cause);
  JOINPASS_ASSIGN_OR_RETURN(bool done, Changed(db, BindWas(put, was)));
  if (!done) {
    JOINPASS_ASSIGN_OR_RETURN(
        done, DropOld(db, "DELETE FROM credential WHERE " JOINPASS_SQL_WAS_CREDENTIAL, was));
    dropped = dropped || done;
  }
  if (dropped) JOINPASS_RETURN_IF_ERROR(DropEventsOfNobody(db));
  return done;
}

// Which of two rows of one thing knows more, where only one can stay. That of a host may
// say no more than his account, as one of his meetings does.
#define JOINPASS_SQL_LEARNT_HOST "max(number_at, vanity_at, email_at, inactive_at), account_at"
#define JOINPASS_SQL_LEARNT_MEETING "max(host_at, deleted_at)"

// His meetings stay, under the row that does.
absl::StatusOr<bool> Put(Connection& db, const HostRow& was, const HostRow& now) {
  JOINPASS_ASSIGN_OR_RETURN(Statement is_there,
                            db.Use("SELECT 1 FROM host WHERE " JOINPASS_SQL_WAS_HOST));
  JOINPASS_ASSIGN_OR_RETURN(const bool found, BindWas(is_there, was).Step());
  if (!found) return false;
  JOINPASS_ASSIGN_OR_RETURN(
      Statement other,
      db.Use("SELECT (" JOINPASS_SQL_LEARNT_HOST ")<(SELECT " JOINPASS_SQL_LEARNT_HOST
             " FROM host WHERE user_key=?) FROM host WHERE user_key=?"));
  JOINPASS_ASSIGN_OR_RETURN(const bool twice, other.Bytes(was.user_key).Bytes(now.user_key).Step());
  if (twice && was.user_key != now.user_key) {
    const bool is_older = other.NumberAt(0) != 0;
    const HostRow& goes = is_older ? now : was;
    JOINPASS_RETURN_IF_ERROR(MoveMeetings(db, goes.user_key, (is_older ? was : now).user_key));
    JOINPASS_ASSIGN_OR_RETURN(Statement drop, db.Use("DELETE FROM host WHERE user_key=?"));
    JOINPASS_RETURN_IF_ERROR(drop.Bytes(goes.user_key).Run());
    if (!is_older) return true;
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put, db.Use("UPDATE host SET user_key=?, account_key=?, number_key=?, "
                            "vanity_key=?, email_key=?, sealed=? WHERE " JOINPASS_SQL_WAS_HOST));
  put.Bytes(now.user_key).Bytes(now.account_key).BytesOrNull(now.number_key);
  put.BytesOrNull(now.vanity_key).BytesOrNull(now.email_key).Bytes(now.sealed);
  return Changed(db, BindWas(put, was));
}

absl::StatusOr<bool> Put(Connection& db, const MeetingRow& was, const MeetingRow& now) {
  JOINPASS_ASSIGN_OR_RETURN(Statement drop,
                            db.Use("DELETE FROM meeting WHERE app=" JOINPASS_SQL_APP
                                   " AND number_key=? AND " JOINPASS_SQL_LEARNT_MEETING
                                   "<(SELECT " JOINPASS_SQL_LEARNT_MEETING
                                   " FROM meeting WHERE " JOINPASS_SQL_WAS_MEETING ")"));
  drop.Text(now.app_id).Bytes(now.number_key);
  JOINPASS_RETURN_IF_ERROR(BindWas(drop, was).Run());
  JOINPASS_ASSIGN_OR_RETURN(Statement put,
                            db.Use("UPDATE OR IGNORE meeting SET number_key=?, sealed=? "
                                   "WHERE " JOINPASS_SQL_WAS_MEETING));
  put.Bytes(now.number_key).Bytes(now.sealed);
  JOINPASS_ASSIGN_OR_RETURN(const bool done, Changed(db, BindWas(put, was)));
  if (done) return true;
  return DropOld(db, "DELETE FROM meeting WHERE " JOINPASS_SQL_WAS_MEETING, was);
}

absl::StatusOr<bool> PutAny(Connection& db, const Resealed& row) {
  return std::visit(
      [&](const auto& was) { return Put(db, was, std::get<std::decay_t<decltype(was)>>(row.now)); },
      row.was);
}

// One value of it: the others were sealed with the same key.
std::string_view OneSeal(const AnyRow& row) {
  struct Pick {
    std::string_view operator()(const AppRow& app) { return app.sealed; }
    std::string_view operator()(const CredentialRow& credential) { return credential.sealed_user; }
    std::string_view operator()(const StoredEvent& event) { return event.event.sealed; }
    std::string_view operator()(const HostRow& host) { return host.sealed; }
    std::string_view operator()(const MeetingRow& meeting) { return meeting.sealed; }
    std::string_view operator()(const AuthorizationRow& request) { return request.sealed; }
    std::string_view operator()(const PassRow& pass) { return pass.sealed; }
  };
  return std::visit(Pick(), row);
}

}  // namespace

absl::Status SqliteRotation::Adopt(Adopting adopt) {
  for (Database* file : files_) {
    base::MutexLock lock(file->writes.mutex);
    JOINPASS_RETURN_IF_ERROR(adopt(*file->writes.connection, keys_, random_));
  }
  return absl::OkStatus();
}

absl::Status SqliteRotation::AdoptNewestKey() { return Adopt(sqlite::AdoptNewestKey); }

absl::Status SqliteRotation::AdoptWaitingKey() { return Adopt(sqlite::AdoptWaitingKey); }

// Adopting begins with the first file, so that no other has a newer one.
absl::StatusOr<crypto::KeyId> SqliteRotation::AdoptedKey() {
  Database& first = *files_.front();
  base::MutexLock lock(first.reads.mutex);
  Connection& db = *first.reads.connection;
  // Every search that finds nothing asks this, so what was read is kept while it is so.
  const std::optional<std::uint32_t> counter = db.PeekChangeCounter();
  if (counter && adopted_ && adopted_->counter == *counter) return adopted_->key;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginReading(db));
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyId key, sqlite::AdoptedKey(db));
  const std::optional<std::uint32_t> as_read = db.PeekChangeCounter();
  adopted_ = as_read ? std::optional<Adopted>({*as_read, key}) : std::nullopt;
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return key;
}

absl::StatusOr<std::vector<AnyRow>> SqliteRotation::ListSealedOtherwise(crypto::KeyId key,
                                                                        int limit,
                                                                        RowCursor& cursor) {
  for (; cursor.table < kSealedTables; cursor = {.table = cursor.table + 1}) {
    Database& file = *files_[FileOfTable(cursor.table)];
    base::MutexLock lock(file.reads.mutex);
    JOINPASS_ASSIGN_OR_RETURN(std::vector<AnyRow> rows,
                              ReadSealedOtherwise(*file.reads.connection, key, limit, cursor));
    if (!rows.empty()) return rows;
  }
  return std::vector<AnyRow>();
}

absl::StatusOr<int> SqliteRotation::Reseal(std::span<const Resealed> rows) {
  if (rows.empty()) return 0;
  Database& file = *files_[FileOfTable(rows.front().was.index())];
  base::MutexLock lock(file.writes.mutex);
  Connection& db = *file.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction,
                            BeginSealed(db, {keys_, random_}, {OneSeal(rows.front().now)}));
  int put = 0;
  for (const Resealed& row : rows) {
    JOINPASS_ASSIGN_OR_RETURN(const bool done, PutAny(db, row));
    put += done ? 1 : 0;
  }
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return put;
}

absl::StatusOr<std::int64_t> SqliteRotation::CountSealed(crypto::KeyId key) {
  std::int64_t found = 0;
  for (Database* file : files_) {
    base::MutexLock lock(file->reads.mutex);
    JOINPASS_ASSIGN_OR_RETURN(const std::int64_t marks, CountInMarks(*file->reads.connection, key));
    found += marks;
  }
  for (std::size_t table = 0; table < kSealedTables; ++table) {
    Database& file = *files_[FileOfTable(table)];
    base::MutexLock lock(file.reads.mutex);
    JOINPASS_ASSIGN_OR_RETURN(const std::int64_t sealed,
                              CountInTable(*file.reads.connection, table, key));
    found += sealed;
  }
  return found;
}

absl::Status SqliteRotation::WipeRemains() {
  for (Database* file : files_) {
    base::MutexLock lock(file->writes.mutex);
    JOINPASS_RETURN_IF_ERROR(EmptyJournal(*file->writes.connection, keys_, random_));
  }
  return absl::OkStatus();
}

}  // namespace joinpass::store::sqlite
