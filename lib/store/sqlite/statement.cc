#include "store/sqlite/statement.h"

#include <sqlite3.h>

#include <utility>

#include "base/status.h"
#include "crypto/key_ring.h"
#include "store/millis.h"
#include "store/sqlite/errors.h"

namespace joinpass::store::sqlite {

static_assert(std::string_view(JOINPASS_SQL_KEYS).size() == 2 * crypto::kMostKeys + 1);

Statement::Statement(Statement&& other) noexcept
    : prepared_(std::exchange(other.prepared_, nullptr)),
      file_(other.file_),
      bound_(other.bound_),
      fault_(other.fault_) {}

Statement::~Statement() {
  if (prepared_ == nullptr) return;
  sqlite3_reset(prepared_);
  sqlite3_clear_bindings(prepared_);
}

void Statement::Note(int code) {
  if (fault_ == SQLITE_OK) fault_ = code;
}

Statement& Statement::Text(std::string_view value) {
  Note(sqlite3_bind_text64(prepared_, ++bound_, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::Bytes(std::string_view value) {
  if (value.size() > kLargestSealed) Note(SQLITE_TOOBIG);
  Note(sqlite3_bind_blob64(prepared_, ++bound_, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::BytesOrNull(std::string_view value) {
  return value.empty() ? Null() : Bytes(value);
}

Statement& Statement::Number(std::int64_t value) {
  Note(sqlite3_bind_int64(prepared_, ++bound_, value));
  return *this;
}

Statement& Statement::Time(absl::Time value) { return Number(ToMillis(value)); }

Statement& Statement::Null() {
  Note(sqlite3_bind_null(prepared_, ++bound_));
  return *this;
}

Statement& Statement::Keys(const LookupKeys& keys) {
  // Null is in no list, so what is left of the list matches nothing.
  for (std::size_t i = 0; i < crypto::kMostKeys; ++i) BytesOrNull(i < keys.size() ? keys[i] : "");
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  if (fault_ != SQLITE_OK) return ErrorOf(*file_, fault_, sqlite3_db_handle(prepared_));
  const int code = sqlite3_step(prepared_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return ErrorOf(*file_, code, sqlite3_db_handle(prepared_));
}

absl::Status Statement::Run() { return Step().status(); }

std::string Statement::BytesAt(int column) const {
  const void* const bytes = sqlite3_column_blob(prepared_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column));
  if (bytes == nullptr || size > kLargestSealed) return "";
  return std::string(static_cast<const char*>(bytes), size);
}

std::int64_t Statement::NumberAt(int column) const {
  return sqlite3_column_int64(prepared_, column);
}

absl::Time Statement::TimeAt(int column) const { return FromMillis(NumberAt(column)); }

bool Statement::IsNullAt(int column) const {
  return sqlite3_column_type(prepared_, column) == SQLITE_NULL;
}

}  // namespace joinpass::store::sqlite
