// Connection and Transaction: a thin hold on one SQLite database.

#ifndef JOINPASS_LIB_STORE_SQLITE_CONNECTION_H_
#define JOINPASS_LIB_STORE_SQLITE_CONNECTION_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/time.h"
#include "store/sqlite/statement.h"

struct sqlite3;

namespace joinpass::store::sqlite {

enum class Access { kRead, kReadAndWrite };

// An open file with its prepared statements. Waits up to 5 s for a lock of
// another process or connection. Thread-compatible, but for WaitNoLongerThan().
class Connection {
 public:
  // Opens a file that is there. Reads and writes nothing yet. `name` stands in
  // errors.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path,
                                                          const std::string& name, Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // From now on it waits for no lock beyond `left` from now. Thread-safe.
  void WaitNoLongerThan(absl::Duration left);

  // Runs statements that give no rows of interest.
  absl::Status Run(const char* sql);

  // The same, of one that is run often and takes nothing.
  absl::Status RunPrepared(const std::string& sql);

  // Prepares `sql` the first time it is seen. One use at a time.
  absl::StatusOr<Statement> Use(const std::string& sql);

  // How many rows the last statement changed.
  int changes() const;

  bool InTransaction() const;

  // The file's change counter, which each commit of anybody raises, read without a lock and
  // so within a microsecond. While it is what it was within a reading transaction, all that was read
  // there is still so; another number may stand there before a commit is whole, so what
  // is read then is read under a lock. Nothing if it cannot be read.
  // Source: https://www.sqlite.org/fileformat.html section 1.3.7
  std::optional<std::uint32_t> PeekChangeCounter();
  sqlite3* handle() { return handle_; }
  const std::string& name() const { return name_; }

 private:
  explicit Connection(const std::string& name) : name_(name) {}

  static int OnBusy(void* self, int times);

  std::string name_;
  SteadyTime busy_since_ = {};
  std::atomic<std::int64_t> wait_until_ns_ = std::numeric_limits<std::int64_t>::max();
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*> prepared_;
};

// Writes that happen all or not at all: undone unless committed. Takes the
// database's one write lock at its beginning, so that what is read inside stays
// true.
class Transaction {
 public:
  // `connection` must outlive it.
  static absl::StatusOr<Transaction> Begin(Connection& connection);
  // For reads that must agree with each other; takes no write lock.
  static absl::StatusOr<Transaction> BeginReading(Connection& connection);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  absl::Status Commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_CONNECTION_H_
