// Files of earlier schemas.

#ifndef JOINPASS_LIB_STORE_SQLITE_MIGRATE_H_
#define JOINPASS_LIB_STORE_SQLITE_MIGRATE_H_

#include "absl/status/status.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"

namespace joinpass::store::sqlite {

// Begins a file of an earlier schema anew: its tables go, all that was in them with them,
// and those of `kind` stand there, empty. So only a file of which all can be found again
// may have earlier schemas. The key check stays. One transaction: of several who open the
// file at the same time one does it, or a later joinpass: then that is left as it is. A process of an earlier joinpass that has it open can
// use it no more.
//
// Errors: store_unavailable, store_corrupt
absl::Status BeginAnew(Connection& db, const FileKind& kind);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_MIGRATE_H_
