// Bringing a file of an earlier schema to ours.

#ifndef JOINPASS_LIB_STORE_SQLITE_MIGRATE_H_
#define JOINPASS_LIB_STORE_SQLITE_MIGRATE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"

namespace joinpass::store::sqlite {

// One transaction: all steps from the file's number to that of `kind`, or none. Nothing
// is unsealed for it. Of several who open the file at the same time one does it; a
// process of an earlier joinpass that has it open can use it no more.
//
// Errors: store_unavailable, store_corrupt
absl::Status Migrate(Connection& db, const FileKind& kind);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_MIGRATE_H_
