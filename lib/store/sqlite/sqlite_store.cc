#include "store/sqlite/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/status.h"
#include "store/sqlite/database_file.h"
#include "store/sqlite/refresh_lock.h"
#include "store/sqlite/sqlite_rows.h"

namespace joinpass::store {
namespace {

using sqlite::Connection;
using sqlite::FileState;

// The names of new files are durable before anybody relies on what is in them.
void SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

using Files = std::array<std::unique_ptr<Connection>, 3>;

// The files, and the lock file; `keys` opens and seals their key checks.
absl::StatusOr<Files> OpenFiles(const Folder& folder, const crypto::KeyRing& keys,
                                base::Random& random) {
  const std::array kinds = {&sqlite::kCredentialsFile, &sqlite::kDirectoryFile,
                            &sqlite::kEphemeraFile};
  std::array<FileState, 3> states = {};
  Files opened;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    JOINPASS_ASSIGN_OR_RETURN(states[i],
                              sqlite::InspectFile(folder.path + "/" + kinds[i]->name, *kinds[i]));
  }
  JOINPASS_RETURN_IF_ERROR(sqlite::InspectLockFile(folder.path));
  // Nothing new is made beside a file that turns out not to open.
  for (const FileState turn : {FileState::kPresent, FileState::kMissing}) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (states[i] != turn) continue;
      JOINPASS_ASSIGN_OR_RETURN(
          opened[i], sqlite::OpenFile(folder.path + "/" + kinds[i]->name, *kinds[i], keys, random));
    }
  }
  JOINPASS_RETURN_IF_ERROR(sqlite::MakeLockFile(folder.path));
  if (std::count(states.begin(), states.end(), FileState::kMissing) > 0) SyncFolder(folder.path);
  return opened;
}

absl::StatusOr<std::unique_ptr<sqlite::SqliteStore>> OpenStore(const Folder& folder,
                                                               crypto::KeySource& keys,
                                                               base::Random& random) {
  while (true) {
    JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys.CurrentToSeal());
    absl::StatusOr<Files> files = OpenFiles(folder, ring, random);
    if (!files.ok() && !(keys.Current() == ring)) continue;  // newer keys came meanwhile
    JOINPASS_RETURN_IF_ERROR(files.status());
    auto& [credentials, directory, ephemera] = *files;
    return std::make_unique<sqlite::SqliteStore>(folder.path, keys, random, std::move(credentials),
                                                 std::move(directory), std::move(ephemera));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const Folder& folder,
                                                       crypto::KeySource& keys,
                                                       base::Random& random) {
  return OpenStore(folder, keys, random);
}

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const Folder& folder,
                                                       const crypto::KeyRing& keys,
                                                       base::Random& random) {
  auto fixed = std::make_unique<crypto::FixedKeys>(keys);
  JOINPASS_ASSIGN_OR_RETURN(auto store, OpenStore(folder, *fixed, random));
  store->Own(std::move(fixed));
  return store;
}

}  // namespace joinpass::store
