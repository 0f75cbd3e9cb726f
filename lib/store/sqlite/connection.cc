#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/status.h"
#include "store/sqlite/errors.h"

namespace joinpass::store::sqlite {
namespace {

constexpr absl::Duration kLockWait = absl::Seconds(5);
constexpr absl::Duration kFirstPause = absl::Milliseconds(1);
constexpr absl::Duration kLongestPause = absl::Milliseconds(50);

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             const std::string& name,
                                                             Access access) {
  std::unique_ptr<Connection> opened(new Connection(name));
  const int mode = access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int code = sqlite3_open_v2(path.c_str(), &opened->handle_,
                                   mode | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
                                       SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                                   nullptr);
  if (code != SQLITE_OK) return ErrorOf(name, code, opened->handle_);
  sqlite3_busy_handler(opened->handle_, &Connection::OnBusy, opened.get());
  // A planted schema can neither run code of its own nor be changed by SQL.
  sqlite3_db_config(opened->handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(opened->handle_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(opened->handle_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  return opened;
}

// SQLite's own handler waits for a fixed time, which nobody can cut short.
int Connection::OnBusy(void* self, int times) {
  Connection& connection = *static_cast<Connection*>(self);
  const SteadyTime now = SteadyNow();
  if (times == 0) connection.busy_since_ = now;
  const SteadyTime until =
      std::min(connection.busy_since_ + kLockWait,
               SteadyTime::FromSinceBoot(absl::Nanoseconds(connection.wait_until_ns_.load())));
  if (now >= until) return 0;
  const absl::Duration pause = std::min(kFirstPause * (times + 1), kLongestPause);
  sqlite3_sleep(static_cast<int>(absl::ToInt64Milliseconds(std::min(pause, until - now))));
  return 1;
}

void Connection::WaitNoLongerThan(absl::Duration left) {
  wait_until_ns_ = absl::ToInt64Nanoseconds((SteadyNow() + left).SinceBoot());
}

Connection::~Connection() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

absl::Status Connection::Run(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : ErrorOf(name_, code, handle_);
}

absl::StatusOr<Statement> Connection::Use(const std::string& sql) {
  sqlite3_stmt*& statement = prepared_[sql];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v3(handle_, sql.c_str(), static_cast<int>(sql.size() + 1),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return ErrorOf(name_, code, handle_);
  }
  return Statement(statement, name_);
}

absl::Status Connection::RunPrepared(const std::string& sql) {
  JOINPASS_ASSIGN_OR_RETURN(Statement statement, Use(sql));
  return statement.Run();
}

int Connection::changes() const { return sqlite3_changes(handle_); }

std::optional<std::uint32_t> Connection::PeekChangeCounter() {
  constexpr sqlite3_int64 kWhere = 24;
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr) {
    return std::nullopt;
  }
  std::array<unsigned char, 4> bytes = {};
  if (file->pMethods->xRead(file, bytes.data(), bytes.size(), kWhere) != SQLITE_OK) {
    return std::nullopt;
  }
  std::uint32_t counter = 0;
  for (const unsigned char byte : bytes) counter = counter << 8 | byte;
  return counter;
}

bool Connection::InTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }

absl::StatusOr<Transaction> Transaction::Begin(Connection& connection) {
  JOINPASS_RETURN_IF_ERROR(connection.RunPrepared("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

absl::StatusOr<Transaction> Transaction::BeginReading(Connection& connection) {
  JOINPASS_RETURN_IF_ERROR(connection.RunPrepared("BEGIN DEFERRED"));
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  // SQLite has undone the transaction itself after some errors.
  if (connection_ != nullptr && connection_->InTransaction()) {
    (void)connection_->RunPrepared("ROLLBACK");
  }
}

absl::Status Transaction::Commit() { return connection_->RunPrepared("COMMIT"); }

}  // namespace joinpass::store::sqlite
