#include "store/sqlite/migrate.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace joinpass::store::sqlite {
namespace {

// From `from` to the next number. Written down as it was at the time: what schema.cc
// says changes, and these never do.
struct Step {
  const FileKind& kind;
  std::int32_t from;
  const char* sql;
};

// Times by field. A meeting has one host: of several the one learnt last.
constexpr char kDirectoryFrom2[] = R"sql(
ALTER TABLE host RENAME TO host_before;
DROP INDEX host_of_account;
DROP INDEX host_of_number;
DROP INDEX host_of_vanity;
CREATE TABLE host(
  user_key BLOB PRIMARY KEY,
  app_id TEXT NOT NULL,
  account_key BLOB NOT NULL,
  number_key BLOB,
  vanity_key BLOB,
  account_at INTEGER NOT NULL,
  number_at INTEGER NOT NULL,
  vanity_at INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX host_of_account ON host(account_key);
CREATE INDEX host_of_number ON host(number_key);
CREATE INDEX host_of_vanity ON host(vanity_key);
INSERT INTO host SELECT user_key, app_id, account_key, number_key, vanity_key,
  learnt_at, learnt_at, learnt_at, sealed FROM host_before;
DROP TABLE host_before;
ALTER TABLE meeting RENAME TO meeting_before;
DROP INDEX meeting_of_host;
DROP INDEX meeting_of_account;
CREATE TABLE meeting(
  seq INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  number_key BLOB NOT NULL,
  host_key BLOB NOT NULL,
  account_key BLOB NOT NULL,
  host_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE(number_key, app_id)) STRICT;
CREATE INDEX meeting_of_host ON meeting(host_key);
CREATE INDEX meeting_of_account ON meeting(account_key);
CREATE INDEX meeting_deleted ON meeting(deleted_at) WHERE deleted=1;
INSERT OR IGNORE INTO meeting(app_id, number_key, host_key, account_key, host_at, deleted,
  deleted_at, sealed) SELECT app_id, number_key, host_key, account_key, learnt_at, 0, learnt_at,
  sealed FROM meeting_before ORDER BY learnt_at DESC;
DROP TABLE meeting_before;
)sql";

// Webinars and instant meetings beside the scheduled ones, of which all were.
constexpr char kDirectoryFrom3[] =
    "ALTER TABLE meeting ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;";

// When a host's lists were read, his e-mail address, and how each sync does.
constexpr char kDirectoryFrom4[] = R"sql(
ALTER TABLE host ADD COLUMN email_key BLOB;
ALTER TABLE host ADD COLUMN email_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN meeting_key BLOB NOT NULL DEFAULT x'';
ALTER TABLE host ADD COLUMN meetings_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN webinars_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX host_of_email ON host(email_key);
CREATE INDEX host_of_meetings ON host(meeting_key);
CREATE TABLE sync(
  credential_id TEXT PRIMARY KEY,
  state INTEGER NOT NULL,
  began_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  completed_at INTEGER NOT NULL,
  users INTEGER NOT NULL,
  users_in_all INTEGER NOT NULL,
  meetings INTEGER NOT NULL,
  webinars INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql";

const std::array<Step, 3> kSteps = {{
    {kDirectoryFile, 2, kDirectoryFrom2},
    {kDirectoryFile, 3, kDirectoryFrom3},
    {kDirectoryFile, 4, kDirectoryFrom4},
}};

absl::StatusOr<std::int32_t> VersionOf(Connection& db) {
  JOINPASS_ASSIGN_OR_RETURN(Statement version, db.Use("PRAGMA user_version"));
  JOINPASS_RETURN_IF_ERROR(version.Run());
  return static_cast<std::int32_t>(version.NumberAt(0));
}

}  // namespace

absl::Status Migrate(Connection& db, const FileKind& kind) {
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(std::int32_t version, VersionOf(db));
  for (const Step& step : kSteps) {
    if (&step.kind != &kind || step.from != version) continue;
    JOINPASS_RETURN_IF_ERROR(db.Run(step.sql));
    ++version;
    JOINPASS_RETURN_IF_ERROR(db.Run(absl::StrCat("PRAGMA user_version=", version).c_str()));
  }
  return transaction.Commit();
}

}  // namespace joinpass::store::sqlite
