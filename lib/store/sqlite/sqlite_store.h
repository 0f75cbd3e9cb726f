// The store of one machine: three SQLite files in one folder.

#ifndef JOINPASS_LIB_STORE_SQLITE_SQLITE_STORE_H_
#define JOINPASS_LIB_STORE_SQLITE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "crypto/key_ring.h"
#include "crypto/key_source.h"
#include "store/sqlite/folder.h"
#include "store/store.h"

namespace joinpass::store {

// Opens the store in `folder`, and makes the files that are not there (mode
// 0600). Several processes may have it open. A child of fork() must open its
// own. `keys` and `random` must outlive the store.
//
//   credentials.db  apps and credentials
//   directory.db    hosts and meetings, syncs and webhooks
//   ephemera.db     authorization requests that wait for their response, the log of passes
//   refresh.lock    who refreshes which credential (refresh_lock.h)
//
// Each commit to each of them is synced to the disk: a loss of power leaves none
// that cannot be opened.
//
// Errors; none of them changes a file that was there:
//   store_foreign      a file is not joinpass's, or of a newer version
//   store_corrupt      a file is damaged
//   key_missing        the store was made with a key that is not in `keys`
//   store_unavailable  a file cannot be opened, or others hold it for 5 s
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const Folder& folder,
                                                       crypto::KeySource& keys,
                                                       base::Random& random);
// The same with keys that never change, which it keeps.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const Folder& folder,
                                                       const crypto::KeyRing& keys,
                                                       base::Random& random);

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_SQLITE_SQLITE_STORE_H_
