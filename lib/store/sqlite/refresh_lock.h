// The right to refresh a credential, among all processes of one machine.

#ifndef JOINPASS_LIB_STORE_SQLITE_REFRESH_LOCK_H_
#define JOINPASS_LIB_STORE_SQLITE_REFRESH_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/store.h"

namespace joinpass::store::sqlite {

// The file of the locks, beside the databases: one of its own, since to close a
// database by hand drops SQLite's locks on it. It holds nothing, is not a part of
// what is stored, and is never deleted.
inline constexpr char kRefreshLockFile[] = "refresh.lock";

// OK if the file in `folder` is good, or not there. Changes nothing.
//
// Errors:
//   store_foreign      not a plain file, or another user's
//   store_unavailable  it cannot be looked at
absl::Status InspectLockFile(const std::string& folder);

// Makes the file, if it is not there; mode 0600 in any case.
//
// Errors: those of InspectLockFile
absl::Status MakeLockFile(const std::string& folder);

// Takes the lock of `id` in `folder`: one byte of the file, by the id's hash, so
// that two ids may have to wait for each other, and nothing worse. Null: another
// holder has it, in this process or another.
//
// The kernel frees it when its holder dies (an open file description lock). But a
// child that was forked meanwhile and goes on without exec() shares the
// description, and keeps the lock of a parent that died without freeing it.
//
// Errors: store_unavailable
absl::StatusOr<std::unique_ptr<RefreshLock>> TryLock(const std::string& folder,
                                                     const std::string& id);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_REFRESH_LOCK_H_
