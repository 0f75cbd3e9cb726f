#include "store/sqlite/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/status.h"
#include "store/sqlite/database_file.h"
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

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const Folder& folder,
                                                       const crypto::KeyRing& keys,
                                                       base::Random& random) {
  const std::array kinds = {&sqlite::kCredentialsFile, &sqlite::kDirectoryFile,
                            &sqlite::kEphemeraFile};
  std::array<FileState, 3> states = {};
  std::array<std::unique_ptr<Connection>, 3> opened;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    JOINPASS_ASSIGN_OR_RETURN(states[i],
                              sqlite::InspectFile(folder.path + "/" + kinds[i]->name, *kinds[i]));
  }
  // Nothing new is made beside a file that turns out not to open.
  for (const FileState turn : {FileState::kPresent, FileState::kMissing}) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (states[i] != turn) continue;
      JOINPASS_ASSIGN_OR_RETURN(
          opened[i], sqlite::OpenFile(folder.path + "/" + kinds[i]->name, *kinds[i], keys, random));
    }
  }
  if (std::count(states.begin(), states.end(), FileState::kMissing) > 0) SyncFolder(folder.path);
  return std::unique_ptr<Store>(std::make_unique<sqlite::SqliteStore>(
      std::move(opened[0]), std::move(opened[1]), std::move(opened[2])));
}

}  // namespace joinpass::store
