// SQLite's result codes as ours: the one place.

#ifndef JOINPASS_LIB_STORE_SQLITE_ERRORS_H_
#define JOINPASS_LIB_STORE_SQLITE_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

struct sqlite3;

namespace joinpass::store::sqlite {

// The error for `code` (basic or extended), which `connection` gave just now, of the
// database `file`, a name without its folder.
//
// Errors:
//   store_unavailable  locked, full, read-only, no file, input or output failed
//   store_corrupt      damaged, or not of the shape that it was made in
//   store_foreign      not a database, or a symbolic link
//   invalid_argument   a value is larger than kLargestSealed
//   resources_exhausted  no descriptor or memory is left
//   internal           anything else: a fault of joinpass
// Source: https://www.sqlite.org/rescode.html
absl::Status ErrorOf(std::string_view file, int code, sqlite3* connection);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_ERRORS_H_
