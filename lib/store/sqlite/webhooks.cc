#include "store/sqlite/webhooks.h"

#include "base/status.h"

namespace joinpass::store::sqlite {
namespace {

// Of an app of which nothing was noted yet, in the columns' order.
constexpr char kBegin[] =
    "INSERT OR IGNORE INTO webhook_notes(app_id, good_at, good_event, bad_at, bad_reason, "
    "bad_cause) VALUES(?,?,'',?,'','')";

absl::Status Begin(Connection& db, const std::string& app_id) {
  JOINPASS_ASSIGN_OR_RETURN(Statement begin, db.Use(kBegin));
  return begin.Text(app_id).Time(absl::InfinitePast()).Time(absl::InfinitePast()).Run();
}

WebhookNotes ReadNotes(const Statement& row) {
  return {.good_at = row.TimeAt(0),
          .good_event = row.TextAt(1),
          .bad_at = row.TimeAt(2),
          .bad_reason = base::ReasonNamed(row.TextAt(3)).value_or(Reason::kInternal),
          .bad_cause = base::CauseNamed(row.TextAt(4))};
}

}  // namespace

absl::Status PutNote(Connection& db, const WebhookNote& note) {
  if (!note.body_key.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(
        Statement put, db.Use("INSERT OR REPLACE INTO webhook(body_key, received_at) VALUES(?,?)"));
    JOINPASS_RETURN_IF_ERROR(put.Bytes(note.body_key).Time(note.now).Run());
    JOINPASS_ASSIGN_OR_RETURN(Statement forget,
                              db.Use("DELETE FROM webhook WHERE received_at<? OR received_at>?"));
    JOINPASS_RETURN_IF_ERROR(forget.Time(note.before).Time(note.latest).Run());
  }
  JOINPASS_RETURN_IF_ERROR(Begin(db, note.app_id));
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put, db.Use("UPDATE webhook_notes SET good_at=?, good_event=? WHERE app_id=?"));
  return put.Time(note.now).Text(note.event).Text(note.app_id).Run();
}

absl::StatusOr<bool> SqliteWebhooks::Knows(const LookupKeys& body_keys) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      file_.reads.connection->Use("SELECT 1 FROM webhook WHERE body_key IN " JOINPASS_SQL_KEYS));
  return find.Keys(body_keys).Step();
}

absl::Status SqliteWebhooks::NoteGood(const WebhookNote& note) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_RETURN_IF_ERROR(PutNote(db, note));
  return transaction.Commit();
}

absl::Status SqliteWebhooks::NoteBad(const std::string& app_id, Reason reason, Cause cause,
                                     absl::Time now) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_RETURN_IF_ERROR(Begin(db, app_id));
  JOINPASS_ASSIGN_OR_RETURN(
      Statement note,
      db.Use("UPDATE webhook_notes SET bad_at=?, bad_reason=?, bad_cause=? WHERE app_id=?"));
  note.Time(now).Text(ReasonName(reason)).Text(CauseName(cause)).Text(app_id);
  JOINPASS_RETURN_IF_ERROR(note.Run());
  return transaction.Commit();
}

absl::StatusOr<std::optional<WebhookNotes>> SqliteWebhooks::Find(const std::string& app_id) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement find,
      file_.reads.connection->Use("SELECT good_at, good_event, bad_at, bad_reason, bad_cause "
                                  "FROM webhook_notes WHERE app_id=?"));
  find.Text(app_id);
  return ReadRow(find, ReadNotes);
}

}  // namespace joinpass::store::sqlite
