#include "store/sqlite/schema.h"

namespace joinpass::store::sqlite {

// No write-ahead log: SQLite up to 3.51.2 can lose commits with it when two
// connections write. Of the rollback journals PERSIST is the fastest. Every file
// is synced: a torn one would not open, even where all in it can be found again,
// and a consent that was taken must not come back. Temporary files would stand
// outside our folder, so there are none.
#define JOINPASS_SQL_KEEP_JOURNAL "PRAGMA journal_size_limit=1048576;"
#define JOINPASS_SQL_SETTINGS    \
  "PRAGMA trusted_schema=OFF;"   \
  "PRAGMA cell_size_check=ON;"   \
  "PRAGMA secure_delete=ON;"     \
  "PRAGMA temp_store=MEMORY;"    \
  "PRAGMA mmap_size=0;"          \
  "PRAGMA journal_mode=PERSIST;" \
  "PRAGMA synchronous=FULL;" JOINPASS_SQL_KEEP_JOURNAL

const char kMetaTable[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;";

const char kKeepJournal[] = JOINPASS_SQL_KEEP_JOURNAL;
const char kEmptyJournal[] = "PRAGMA journal_size_limit=0;";

const FileKind kCredentialsFile = {.name = "credentials.db",
                                   .application_id = 0x6a704372,  // "jpCr"
                                   .version = 3,
                                   .oldest = 3,
                                   .settings = JOINPASS_SQL_SETTINGS,
                                   .tables = R"sql(
CREATE TABLE app(
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  client_key BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  client_id_since INTEGER NOT NULL,
  paused_since INTEGER,
  next_probe INTEGER,
  probes INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT;
CREATE TABLE credential(
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  app_id TEXT NOT NULL,
  named INTEGER NOT NULL,
  subject_key BLOB NOT NULL UNIQUE,
  any_user_key BLOB NOT NULL,
  sealed_user BLOB NOT NULL,
  refresh_key BLOB NOT NULL,
  sealed_tokens BLOB NOT NULL,
  generation INTEGER NOT NULL,
  pending_since INTEGER,
  pending_last INTEGER,
  pending_sends INTEGER NOT NULL,
  health INTEGER NOT NULL,
  health_since INTEGER NOT NULL,
  sealed_cause BLOB NOT NULL,
  connected_at INTEGER NOT NULL,
  refreshed_at INTEGER NOT NULL) STRICT;
CREATE INDEX credential_of_app ON credential(app_id);
CREATE INDEX credential_of_any_user ON credential(any_user_key);
CREATE INDEX credential_unnamed ON credential(named) WHERE named=0;
CREATE INDEX credential_by_refresh ON credential(refreshed_at);
CREATE TABLE event(
  seq INTEGER PRIMARY KEY,
  credential_id TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  reason TEXT NOT NULL,
  sealed BLOB NOT NULL) STRICT;
CREATE INDEX event_of_credential ON event(credential_id);
)sql"};

// A meeting names its app and its host by their numbers, as there are many of it. A host's
// number is not given again: what is left of his meetings would be somebody else's.
const FileKind kDirectoryFile = {.name = "directory.db",
                                 .application_id = 0x6a704469,  // "jpDi"
                                 .version = 7,
                                 .oldest = 2,
                                 .settings = JOINPASS_SQL_SETTINGS,
                                 .tables = R"sql(
CREATE TABLE app(
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE host(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  app INTEGER NOT NULL,
  user_key BLOB NOT NULL UNIQUE,
  account_key BLOB NOT NULL,
  number_key BLOB,
  vanity_key BLOB,
  email_key BLOB,
  account_at INTEGER NOT NULL,
  number_at INTEGER NOT NULL,
  vanity_at INTEGER NOT NULL,
  email_at INTEGER NOT NULL,
  inactive INTEGER NOT NULL,
  inactive_at INTEGER NOT NULL,
  meetings_at INTEGER NOT NULL,
  webinars_at INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT;
CREATE INDEX host_of_account ON host(account_key);
CREATE INDEX host_of_number ON host(number_key);
CREATE INDEX host_of_vanity ON host(vanity_key);
CREATE INDEX host_of_email ON host(email_key);
CREATE INDEX host_inactive ON host(inactive_at) WHERE inactive=1;
CREATE TABLE meeting(
  seq INTEGER PRIMARY KEY,
  number_key BLOB NOT NULL,
  app INTEGER NOT NULL,
  host INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  host_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE(number_key, app)) STRICT;
CREATE INDEX meeting_of_host ON meeting(host);
CREATE INDEX meeting_deleted ON meeting(deleted_at) WHERE deleted=1;
CREATE TABLE webhook(
  body_key BLOB PRIMARY KEY,
  received_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_received ON webhook(received_at);
CREATE TABLE webhook_notes(
  app_id TEXT PRIMARY KEY,
  good_at INTEGER NOT NULL,
  good_event TEXT NOT NULL,
  bad_at INTEGER NOT NULL,
  bad_reason TEXT NOT NULL,
  bad_cause TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
)sql"};

// What came with the second schema, which leaves the first as it is.
#define JOINPASS_SQL_PASSES                \
  "CREATE TABLE pass("                     \
  "seq INTEGER PRIMARY KEY,"               \
  "id TEXT NOT NULL UNIQUE,"               \
  "at INTEGER NOT NULL,"                   \
  "recording_credential_id TEXT NOT NULL," \
  "identity_credential_id TEXT NOT NULL,"  \
  "sealed BLOB NOT NULL) STRICT;"          \
  "CREATE INDEX pass_by_time ON pass(at);"

const FileKind kEphemeraFile = {.name = "ephemera.db",
                                .application_id = 0x6a704570,  // "jpEp"
                                .version = 2,
                                .oldest = 1,
                                .settings = JOINPASS_SQL_SETTINGS,
                                .grows_from = 1,
                                .growth = JOINPASS_SQL_PASSES,
                                .tables = R"sql(
CREATE TABLE consent(
  state_key BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX consent_by_end ON consent(expires_at);
)sql" JOINPASS_SQL_PASSES};

}  // namespace joinpass::store::sqlite
