#include "base/random.h"
#include "base/status.h"
#include "store/sqlite/sqlite_store.h"
#include "unit/store/store_factory.h"

namespace joinpass::store {

absl::StatusOr<std::unique_ptr<Store>> OpenStoreAt(const std::string& place,
                                                   crypto::KeySource& keys) {
  JOINPASS_ASSIGN_OR_RETURN(const Folder folder, PrepareFolder(place));
  return OpenSqliteStore(folder, keys, base::SystemRandom());
}

absl::StatusOr<std::unique_ptr<Store>> OpenStoreAt(const std::string& place,
                                                   const crypto::KeyRing& keys) {
  JOINPASS_ASSIGN_OR_RETURN(const Folder folder, PrepareFolder(place));
  return OpenSqliteStore(folder, keys, base::SystemRandom());
}

}  // namespace joinpass::store
