#include "store/sqlite/database_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/key_check.h"
#include "store/sqlite/migrate.h"

namespace joinpass::store::sqlite {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kReadVersionAt = 19;
constexpr char kWriteAheadLog = 2;
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;

absl::Status Foreign(const FileKind& kind, std::string_view what) {
  return base::MakeError(Reason::kStoreForeign, absl::StrCat(kind.name, ": ", std::string(what)));
}

absl::Status Unavailable(const FileKind& kind, std::string_view what, int error) {
  return base::SystemError(Reason::kStoreUnavailable,
                           absl::StrCat(kind.name, ": ", std::string(what)), error);
}

std::int32_t NumberAt(std::string_view header, std::size_t at) {
  std::uint32_t value = 0;
  for (const char byte : header.substr(at, 4)) {
    value = (value << 8) | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int32_t>(value);
}

absl::Status CheckIdentity(std::int64_t application_id, std::int64_t version,
                           const FileKind& kind) {
  if (application_id != kind.application_id) return Foreign(kind, "is not a file of joinpass");
  if (version > kind.version) return Foreign(kind, "was made by a newer joinpass");
  if (version < kind.oldest) return Foreign(kind, "was made by an older, unreleased joinpass");
  return absl::OkStatus();
}

// Read through SQLite: to open and close the file ourselves would drop the
// locks that another connection of this process has on it.
absl::StatusOr<std::string> ReadHeader(const std::string& path, const FileKind& kind) {
  JOINPASS_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                            Connection::Open(path, kind.name, Access::kRead));
  sqlite3_file* file = nullptr;
  int code = sqlite3_file_control(connection->handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK) return ErrorOf(kind.name, code, connection->handle());
  std::string header(kHeaderSize, '\0');
  code = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
    return ErrorOf(kind.name, code, connection->handle());
  }
  return header;
}

// A file that was being made when the power went: its pages are not there yet, and
// the journal takes them back.
bool IsCutShort(const std::string& path, const std::string& header) {
  struct stat journal = {};
  return header.find_first_not_of('\0') == std::string::npos &&
         lstat((path + "-journal").c_str(), &journal) == 0 && S_ISREG(journal.st_mode) &&
         journal.st_size > 0;
}

absl::Status MakeFile(const std::string& path, const FileKind& kind) {
  // Not open(): see ReadHeader. The name is new, so chmod follows no link.
  if (mknod(path.c_str(), S_IFREG | 0600, 0) != 0) {
    return errno == EEXIST ? absl::OkStatus() : Unavailable(kind, "cannot be created", errno);
  }
  if (chmod(path.c_str(), 0600) != 0) return Unavailable(kind, "cannot be created", errno);
  return absl::OkStatus();
}

// For a file that was copied here with too wide a mode.
absl::Status NarrowMode(const std::string& path, const FileKind& kind) {
  for (const std::string& each : {path, path + "-journal"}) {
    struct stat file = {};
    if (lstat(each.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) continue;
    if ((file.st_mode & 077) != 0 && chmod(each.c_str(), 0600) != 0) {
      return Unavailable(kind, "others can read it", errno);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> ReadNumber(Connection& connection, const std::string& sql) {
  JOINPASS_ASSIGN_OR_RETURN(Statement statement, connection.Use(sql));
  JOINPASS_RETURN_IF_ERROR(statement.Run());
  return statement.NumberAt(0);
}

// A database without any table, as a new one is.
absl::StatusOr<bool> IsBlank(Connection& connection) {
  JOINPASS_ASSIGN_OR_RETURN(const std::int64_t id, ReadNumber(connection, "PRAGMA application_id"));
  JOINPASS_ASSIGN_OR_RETURN(const std::int64_t tables,
                            ReadNumber(connection, "SELECT count(*) FROM sqlite_schema"));
  return id == 0 && tables == 0;
}

absl::Status WriteSchema(Connection& connection, const FileKind& kind, const crypto::KeyRing& keys,
                         base::Random& random) {
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection));
  JOINPASS_ASSIGN_OR_RETURN(const bool blank, IsBlank(connection));
  if (!blank) return absl::OkStatus();  // somebody else was faster
  const std::string identity = absl::StrCat("PRAGMA application_id=", kind.application_id,
                                            ";PRAGMA user_version=", kind.version);
  JOINPASS_RETURN_IF_ERROR(connection.Run(kMetaTable));
  JOINPASS_RETURN_IF_ERROR(connection.Run(kind.tables));
  JOINPASS_RETURN_IF_ERROR(connection.Run(identity.c_str()));
  JOINPASS_RETURN_IF_ERROR(WriteKeyCheck(connection, keys, random));
  return transaction.Commit();
}

}  // namespace

absl::Status CheckHeader(std::string_view header, const FileKind& kind) {
  if (header.size() < kHeaderSize || header.substr(0, kMagic.size()) != kMagic) {
    return Foreign(kind, "is not a database");
  }
  JOINPASS_RETURN_IF_ERROR(
      CheckIdentity(NumberAt(header, kApplicationIdAt), NumberAt(header, kUserVersionAt), kind));
  if (header[kReadVersionAt] == kWriteAheadLog) return Foreign(kind, "has a write-ahead log");
  return absl::OkStatus();
}

absl::StatusOr<FileState> InspectFile(const std::string& path, const FileKind& kind) {
  struct stat file = {};
  if (lstat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return FileState::kMissing;
    return Unavailable(kind, "cannot be looked at", errno);
  }
  if (!S_ISREG(file.st_mode)) return Foreign(kind, "is not a plain file");
  if (file.st_uid != geteuid()) return Foreign(kind, "belongs to another user");
  if (file.st_size == 0) return FileState::kPresent;
  JOINPASS_ASSIGN_OR_RETURN(const std::string header, ReadHeader(path, kind));
  if (IsCutShort(path, header)) return FileState::kPresent;
  JOINPASS_RETURN_IF_ERROR(CheckHeader(header, kind));
  return FileState::kPresent;
}

absl::StatusOr<std::unique_ptr<Connection>> OpenFile(const std::string& path, const FileKind& kind,
                                                     const crypto::KeyRing& keys,
                                                     base::Random& random) {
  JOINPASS_RETURN_IF_ERROR(MakeFile(path, kind));
  JOINPASS_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                            Connection::Open(path, kind.name, Access::kReadAndWrite));
  JOINPASS_RETURN_IF_ERROR(connection->Run(kind.settings));
  JOINPASS_ASSIGN_OR_RETURN(const bool blank, IsBlank(*connection));
  if (blank) JOINPASS_RETURN_IF_ERROR(WriteSchema(*connection, kind, keys, random));
  JOINPASS_ASSIGN_OR_RETURN(const std::int64_t id,
                            ReadNumber(*connection, "PRAGMA application_id"));
  JOINPASS_ASSIGN_OR_RETURN(std::int64_t version, ReadNumber(*connection, "PRAGMA user_version"));
  JOINPASS_RETURN_IF_ERROR(CheckIdentity(id, version, kind));
  JOINPASS_RETURN_IF_ERROR(CheckKey(*connection, keys));
  if (version < kind.version) {
    JOINPASS_RETURN_IF_ERROR(BeginAnew(*connection, kind));
    JOINPASS_ASSIGN_OR_RETURN(version, ReadNumber(*connection, "PRAGMA user_version"));
    JOINPASS_RETURN_IF_ERROR(CheckIdentity(id, version, kind));
  }
  JOINPASS_RETURN_IF_ERROR(NarrowMode(path, kind));
  return connection;
}

absl::StatusOr<std::unique_ptr<Connection>> OpenToRead(const std::string& path,
                                                       const FileKind& kind) {
  // Not read-only: whoever reads first after a crash takes back what was not committed.
  JOINPASS_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                            Connection::Open(path, kind.name, Access::kReadAndWrite));
  JOINPASS_RETURN_IF_ERROR(connection->Run(kind.settings));
  JOINPASS_RETURN_IF_ERROR(connection->Run("PRAGMA query_only=ON"));
  return connection;
}

}  // namespace joinpass::store::sqlite
