#include "store/sqlite/errors.h"

#include <sqlite3.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"

namespace joinpass::store::sqlite {
namespace {

struct Meaning {
  Reason reason;
  const char* what;
};

Meaning MeaningOf(int code) {
  if (code == SQLITE_CANTOPEN_SYMLINK) return {Reason::kStoreForeign, "is a symbolic link"};
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {Reason::kStoreUnavailable, "is locked by another process"};
    case SQLITE_FULL:
      return {Reason::kStoreUnavailable, "the disk is full"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {Reason::kStoreUnavailable, "cannot be written"};
    case SQLITE_CANTOPEN:
      return {Reason::kStoreUnavailable, "cannot be opened"};
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return {Reason::kStoreUnavailable, "cannot be read or written"};
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // our SQL is good, so its tables or columns are not there
      return {Reason::kStoreCorrupt, "is damaged"};
    case SQLITE_NOTADB:
      return {Reason::kStoreForeign, "is not a database"};
    case SQLITE_TOOBIG:
      return {Reason::kInvalidArgument, "a value is larger than can be kept"};
    default:
      return {Reason::kInternal, "was used in a wrong way"};
  }
}

}  // namespace

absl::Status ErrorOf(std::string_view file, int code, sqlite3* connection) {
  const Meaning meaning = MeaningOf(code);
  const std::string text =
      absl::StrCat(std::string(file), ": ", meaning.what, " (sqlite ", code, ")");
  const int kind = code & 0xff;
  // It tells of no memory by a code of its own, and of the system's errors beside.
  if (kind == SQLITE_NOMEM) return base::SystemError(meaning.reason, text, ENOMEM);
  if (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR) {
    return base::SystemError(meaning.reason, text, sqlite3_system_errno(connection));
  }
  return base::MakeError(meaning.reason, text);
}

}  // namespace joinpass::store::sqlite
