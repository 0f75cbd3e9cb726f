// The three files, and what is in them.

#ifndef JOINPASS_LIB_STORE_SQLITE_SCHEMA_H_
#define JOINPASS_LIB_STORE_SQLITE_SCHEMA_H_

#include <cstdint>

namespace joinpass::store::sqlite {

// One kind of file.
struct FileKind {
  const char* name = "";
  std::int32_t application_id = 0;  // of its own, so that files are not mixed up
  std::int32_t version = 0;         // SQLite's user_version
  std::int32_t oldest = 0;          // that is begun anew (migrate.h)
  const char* settings = "";        // of each connection
  std::int32_t grows_from = 0;      // the schema that only lacks `growth`; 0: there is none
  const char* growth = "";          // statements
  const char* tables = "";          // beside kMetaTable
};

// In each file: its key check.
extern const char kMetaTable[];

// A commit leaves the older pages in the journal, of which other keys may open
// what is in them; or it leaves nothing.
extern const char kKeepJournal[];
extern const char kEmptyJournal[];

// Apps and credentials: nobody can say them again.
extern const FileKind kCredentialsFile;
// Hosts and meetings: another sync finds them again.
extern const FileKind kDirectoryFile;
// Authorization requests that wait, which live for minutes, and the log of passes.
extern const FileKind kEphemeraFile;

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_SCHEMA_H_
