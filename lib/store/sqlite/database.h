// Database: one of the files, open. And how the parts of SqliteStore read its rows.

#ifndef JOINPASS_LIB_STORE_SQLITE_DATABASE_H_
#define JOINPASS_LIB_STORE_SQLITE_DATABASE_H_

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "store/outcome.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/fork_guard.h"

namespace joinpass::store::sqlite {

// A connection and its lock.
struct Side {
  base::Mutex mutex;
  const ForkGuard guard{mutex};
  std::unique_ptr<Connection> connection ABSL_PT_GUARDED_BY(mutex);
};

// Who only reads does not stand behind who waits to write: beside the write lock that
// another process holds one can still read.
struct Database {
  Side reads;
  Side writes;  // where two files are written, the credentials' comes first
};

// All rows that `statement` gives, each read by `read`.
template <typename Read>
auto ReadRows(Statement& statement, const Read& read)
    -> absl::StatusOr<std::vector<decltype(read(statement))>> {
  std::vector<decltype(read(statement))> rows;
  while (true) {
    absl::StatusOr<bool> more = statement.Step();
    if (!more.ok()) return std::move(more).status();
    if (!*more) return rows;
    rows.push_back(read(statement));
  }
}

// The first row, or nothing.
template <typename Read>
auto ReadRow(Statement& statement, const Read& read)
    -> absl::StatusOr<std::optional<decltype(read(statement))>> {
  absl::StatusOr<bool> found = statement.Step();
  if (!found.ok()) return std::move(found).status();
  if (!*found) return std::nullopt;
  return std::make_optional(read(statement));
}

// Runs `statement`: kDone if it changed a row, else `unchanged`.
inline absl::StatusOr<Outcome> RunChange(Connection& connection, Statement& statement,
                                         Outcome unchanged) {
  if (absl::Status status = statement.Run(); !status.ok()) return status;
  return connection.changes() > 0 ? Outcome::kDone : unchanged;
}

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_DATABASE_H_
