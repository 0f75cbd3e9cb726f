// The log of credentials, and what all writes of a credential need.

#ifndef JOINPASS_LIB_STORE_SQLITE_EVENTS_H_
#define JOINPASS_LIB_STORE_SQLITE_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "store/outcome.h"
#include "store/rows.h"
#include "store/sqlite/connection.h"

namespace joinpass::store::sqlite {

// As it stands in the file. A number that nobody knows needs a new consent.
std::int64_t StoredHealth(Health health);
Health HealthStoredAs(std::int64_t stored);

// Nothing: there is no such credential.
absl::StatusOr<std::optional<Health>> ReadHealth(Connection& db, const std::string& id);

// Inside a transaction: adds `event`, or counts one more where the newest is of
// the same kind and reason, and drops what is beyond kMostEvents.
absl::Status AddEvent(Connection& db, const std::string& id, const EventRow& event);

// Where `outcome` is kDone: adds the event and commits. Gives `outcome` back.
absl::StatusOr<Outcome> CommitWithEvent(Transaction& transaction, Connection& db, Outcome outcome,
                                        const std::string& id, const EventRow& event);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_EVENTS_H_
