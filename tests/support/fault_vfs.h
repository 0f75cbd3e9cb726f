// FaultVfs: SQLite's way to the disk, with everything that can go wrong there.

#ifndef JOINPASS_TESTS_SUPPORT_FAULT_VFS_H_
#define JOINPASS_TESTS_SUPPORT_FAULT_VFS_H_

#include <functional>

namespace joinpass::testing {

enum class DiskOp { kWrite, kTruncate, kSync, kLock };

struct FaultVfsOptions {
  // What is written stays in the memory of this process until it is synced, so
  // that a kill loses what a loss of power would lose. An orderly close writes it.
  bool drop_unsynced = false;

  // A disk that says it has synced, and has not: as `PRAGMA synchronous=OFF`.
  bool ignore_syncs = false;

  // Runs before each write, truncation and sync of a file, and after each sync.
  std::function<void()> on_step = {};

  // What the operation fails with; 0 (SQLITE_OK): it does not. A lock fails with
  // SQLITE_BUSY where another process has it.
  std::function<int(DiskOp)> fault = {};
};

// All databases that this process opens from now on go through it, over the
// usual VFS. Calling it again changes the options, also for files that are open.
// The functions are called from any thread that uses SQLite.
void InstallFaultVfs(FaultVfsOptions options);

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_FAULT_VFS_H_
