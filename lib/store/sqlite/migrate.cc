#include "store/sqlite/migrate.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status.h"
#include "store/sqlite/database.h"

namespace joinpass::store::sqlite {
namespace {

absl::StatusOr<std::int64_t> VersionOf(Connection& db) {
  JOINPASS_ASSIGN_OR_RETURN(Statement version, db.Use("PRAGMA user_version"));
  JOINPASS_RETURN_IF_ERROR(version.Run());
  return version.NumberAt(0);
}

absl::StatusOr<std::vector<std::string>> ListTables(Connection& db) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement list, db.Use("SELECT name FROM sqlite_schema WHERE type='table' AND name<>'meta' "
                             "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"));
  return ReadRows(list, [](const Statement& row) { return row.TextAt(0); });
}

absl::Status SetVersion(Connection& db, std::int32_t version) {
  return db.Run(absl::StrCat("PRAGMA user_version=", version).c_str());
}

}  // namespace

absl::Status BeginAnew(Connection& db, const FileKind& kind) {
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const std::int64_t version, VersionOf(db));
  if (version >= kind.version) return absl::OkStatus();  // somebody else was faster
  if (kind.grows_from > 0 && version == kind.grows_from) {
    JOINPASS_RETURN_IF_ERROR(db.Run(kind.growth));
    JOINPASS_RETURN_IF_ERROR(SetVersion(db, kind.version));
    return transaction.Commit();
  }
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<std::string> tables, ListTables(db));
  for (const std::string& table : tables) {
    const std::string name = absl::StrReplaceAll(table, {{"\"", "\"\""}});
    JOINPASS_RETURN_IF_ERROR(db.Run(absl::StrCat("DROP TABLE \"", name, "\"").c_str()));
  }
  JOINPASS_RETURN_IF_ERROR(db.Run(kind.tables));
  JOINPASS_RETURN_IF_ERROR(SetVersion(db, kind.version));
  return transaction.Commit();
}

}  // namespace joinpass::store::sqlite
