// Statement: one use of a prepared statement.

#ifndef JOINPASS_LIB_STORE_SQLITE_STATEMENT_H_
#define JOINPASS_LIB_STORE_SQLITE_STATEMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/store.h"

struct sqlite3_stmt;

namespace joinpass::store::sqlite {

// The list of `column IN (…)` that Keys() fills.
#define JOINPASS_SQL_KEYS "(?,?,?,?,?,?,?,?)"

// Binds its parameters in the order in which they stand in the SQL, then steps.
// Its end makes the prepared statement ready for the next use. A fault of a
// binding is told by the first Step(). Move-only. Thread-compatible.
class Statement {
 public:
  // `prepared` and `file` must outlive it.
  Statement(sqlite3_stmt* prepared, const std::string& file) : prepared_(prepared), file_(&file) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& Text(std::string_view value);
  Statement& Bytes(std::string_view value);        // at most kLargestSealed
  Statement& BytesOrNull(std::string_view value);  // null if empty
  Statement& Number(std::int64_t value);
  Statement& Time(absl::Time value);
  Statement& Null();
  Statement& Keys(const LookupKeys& keys);  // fills JOINPASS_SQL_KEYS

  // Goes to the next row; false if there is none.
  absl::StatusOr<bool> Step();

  // Runs a statement that gives no rows.
  absl::Status Run();

  // Columns of the row, from 0. Copies.
  std::string TextAt(int column) const { return BytesAt(column); }
  std::string BytesAt(int column) const;  // null, or above kLargestSealed: empty
  std::int64_t NumberAt(int column) const;
  absl::Time TimeAt(int column) const;
  bool IsNullAt(int column) const;

 private:
  void Note(int code);

  sqlite3_stmt* prepared_;
  const std::string* file_;
  int bound_ = 0;
  int fault_ = 0;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_STATEMENT_H_
