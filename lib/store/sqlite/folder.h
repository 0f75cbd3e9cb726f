// The folder of a store.

#ifndef JOINPASS_LIB_STORE_SQLITE_FOLDER_H_
#define JOINPASS_LIB_STORE_SQLITE_FOLDER_H_

#include <string>

#include "absl/status/statusor.h"

namespace joinpass::store {

struct Folder {
  std::string path = {};   // without symbolic links on the way
  bool has_store = false;  // a file of a store is there: its key must be, too
};

// The folder at `path`, created with mode 0700 (but not its parent) if it is not
// there. A symbolic link, another user's folder or one in which others (its
// group, or anybody) can write is refused and left as it is.
//
// Errors:
//   store_foreign      not a folder, a symbolic link, another user's, writable by others
//   store_unavailable  it cannot be created or looked at
absl::StatusOr<Folder> PrepareFolder(const std::string& path);

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_SQLITE_FOLDER_H_
