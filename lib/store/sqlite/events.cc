#include "store/sqlite/events.h"

#include <algorithm>
#include <limits>

#include "base/status.h"
#include "store/sqlite/credentials.h"
#include "store/sqlite/key_check.h"

namespace joinpass::store::sqlite {
namespace {

// Never change them.
constexpr std::int64_t kStoredHealthy = 0;
constexpr std::int64_t kStoredReauthorizationRequired = 1;
constexpr std::int64_t kStoredDisconnecting = 2;
constexpr std::int64_t kStoredPaused = 3;

int Bounded(std::int64_t number) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::int64_t>(number, 0, kMost));
}

EventRow ReadEvent(const Statement& row) {
  return {.first_at = row.TimeAt(0),
          .last_at = row.TimeAt(1),
          .times = Bounded(row.NumberAt(2)),
          .kind = Bounded(row.NumberAt(3)),
          .reason = row.TextAt(4),
          .sealed = row.BytesAt(5)};
}

// Whether the newest event of its strand was this one, which is counted then.
absl::StatusOr<bool> CountAgain(Connection& db, const std::string& id, const EventRow& event) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement again, db.Use("UPDATE event SET times=times+1, last_at=?, sealed=? WHERE seq="
                              "(SELECT max(seq) FROM event WHERE credential_id=? AND (kind=?)=?) "
                              "AND kind=? AND reason=?"));
  again.Time(event.last_at).Bytes(event.sealed).Text(id);
  again.Number(kAccessTokenGivenKind).Number(event.kind == kAccessTokenGivenKind ? 1 : 0);
  again.Number(event.kind).Text(event.reason);
  JOINPASS_RETURN_IF_ERROR(again.Run());
  return db.changes() > 0;
}

}  // namespace

std::int64_t StoredHealth(Health health) {
  switch (health) {
    case Health::kHealthy:
    case Health::kIdentifying:  // said by what is not there: a name
      return kStoredHealthy;
    case Health::kDisconnecting:
      return kStoredDisconnecting;
    case Health::kPaused:
      return kStoredPaused;
    case Health::kReauthorizationRequired:
      break;
  }
  return kStoredReauthorizationRequired;
}

Health HealthStoredAs(std::int64_t stored) {
  if (stored == kStoredHealthy) return Health::kHealthy;
  if (stored == kStoredPaused) return Health::kPaused;
  return stored == kStoredDisconnecting ? Health::kDisconnecting : Health::kReauthorizationRequired;
}

absl::StatusOr<std::optional<Health>> ReadHealth(Connection& db, const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find, db.Use("SELECT health FROM credential WHERE id=?"));
  find.Text(id);
  return ReadRow(find, [](const Statement& row) { return HealthStoredAs(row.NumberAt(0)); });
}

absl::Status AddEvent(Connection& db, const std::string& id, const EventRow& event) {
  JOINPASS_ASSIGN_OR_RETURN(const bool again, CountAgain(db, id, event));
  if (again) return absl::OkStatus();
  {
    JOINPASS_ASSIGN_OR_RETURN(Statement insert,
                              db.Use("INSERT INTO event(credential_id, first_at, last_at, times, "
                                     "kind, reason, sealed) VALUES(?,?,?,1,?,?,?)"));
    insert.Text(id).Time(event.first_at).Time(event.last_at);
    insert.Number(event.kind).Text(event.reason).Bytes(event.sealed);
    JOINPASS_RETURN_IF_ERROR(insert.Run());
  }
  JOINPASS_ASSIGN_OR_RETURN(
      Statement drop, db.Use("DELETE FROM event WHERE credential_id=? AND seq<=(SELECT seq FROM "
                             "event WHERE credential_id=? ORDER BY seq DESC LIMIT 1 OFFSET ?)"));
  return drop.Text(id).Text(id).Number(kMostEvents).Run();
}

absl::StatusOr<Outcome> CommitWithEvent(Transaction& transaction, Connection& db, Outcome outcome,
                                        const std::string& id, const EventRow& event) {
  if (outcome != Outcome::kDone) return outcome;
  JOINPASS_RETURN_IF_ERROR(AddEvent(db, id, event));
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  return outcome;
}

absl::StatusOr<Outcome> SqliteCredentials::AddEvent(const std::string& id, const EventRow& event) {
  base::MutexLock lock(file_.writes.mutex);
  Connection& db = *file_.writes.connection;
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, BeginSealed(db, marker_, {event.sealed}));
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<Health> health, ReadHealth(db, id));
  if (!health) return Outcome::kUnknown;
  return CommitWithEvent(transaction, db, Outcome::kDone, id, event);
}

absl::StatusOr<std::vector<EventRow>> SqliteCredentials::ListEvents(const std::string& id) {
  base::MutexLock lock(file_.reads.mutex);
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list,
      file_.reads.connection->Use("SELECT first_at, last_at, times, kind, reason, sealed FROM "
                                  "event WHERE credential_id=? ORDER BY seq DESC LIMIT ?"));
  list.Text(id).Number(kMostEvents);
  return ReadRows(list, ReadEvent);
}

}  // namespace joinpass::store::sqlite
