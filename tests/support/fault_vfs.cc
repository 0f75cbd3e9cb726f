#include "support/fault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace joinpass::testing {
namespace {

struct Change {
  sqlite3_int64 at = 0;
  std::string bytes;
  bool truncates = false;  // to `at`
};

// What this process wrote to a file and has not synced. All who have it open in this
// process see it, as they would see what the system has not brought to the disk.
struct Unsynced {
  std::mutex mutex;
  std::vector<Change> changes;
  int writers = 0;
};

struct Shared {
  std::mutex mutex;
  std::shared_ptr<const FaultVfsOptions> options = std::make_shared<FaultVfsOptions>();
  std::map<std::string, std::weak_ptr<Unsynced>> files;
};

// Never destroyed: SQLite may close files at the very end.
Shared& TheShared() {
  static Shared& shared = *new Shared;
  return shared;
}

std::shared_ptr<const FaultVfsOptions> Options() {
  Shared& shared = TheShared();
  const std::lock_guard lock(shared.mutex);
  return shared.options;
}

std::shared_ptr<Unsynced> UnsyncedOf(const std::string& name) {
  Shared& shared = TheShared();
  const std::lock_guard lock(shared.mutex);
  std::weak_ptr<Unsynced>& known = shared.files[name];
  std::shared_ptr<Unsynced> file = known.lock();
  if (!file) known = file = std::make_shared<Unsynced>();
  return file;
}

sqlite3_vfs* real_vfs = nullptr;

// SQLite allocates it with room for the real file behind it.
struct File {
  sqlite3_file base;
  std::shared_ptr<Unsynced>* shared;
  bool writes;

  Unsynced& unsynced() const { return **shared; }

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

int Fault(DiskOp op) {
  const auto options = Options();
  if (options->on_step) options->on_step();
  return options->fault ? options->fault(op) : SQLITE_OK;
}

// With the lock of what is not synced, as the two below.
int Apply(File* file) {
  for (const Change& change : file->unsynced().changes) {
    const int code = change.truncates ? file->real()->pMethods->xTruncate(file->real(), change.at)
                                      : file->real()->pMethods->xWrite(
                                            file->real(), change.bytes.data(),
                                            static_cast<int>(change.bytes.size()), change.at);
    if (code != SQLITE_OK) return code;
  }
  file->unsynced().changes.clear();
  return SQLITE_OK;
}

sqlite3_int64 SizeWith(File* file, sqlite3_int64 size) {
  for (const Change& change : file->unsynced().changes) {
    const auto end = change.at + static_cast<sqlite3_int64>(change.bytes.size());
    size = change.truncates ? std::min(size, change.at) : std::max(size, end);
  }
  return size;
}

// Lays what is not synced over `buffer`, which holds `size` bytes from `at` on.
void LayOver(const File* file, char* buffer, int size, sqlite3_int64 at) {
  const sqlite3_int64 end = at + size;
  for (const Change& change : file->unsynced().changes) {
    if (change.truncates) {
      const sqlite3_int64 from = std::clamp(change.at, at, end);
      std::memset(buffer + (from - at), 0, static_cast<std::size_t>(end - from));
      continue;
    }
    const sqlite3_int64 from = std::max(at, change.at);
    const sqlite3_int64 to =
        std::min(end, change.at + static_cast<sqlite3_int64>(change.bytes.size()));
    if (from >= to) continue;
    std::memcpy(buffer + (from - at), change.bytes.data() + (from - change.at),
                static_cast<std::size_t>(to - from));
  }
}

int Close(sqlite3_file* base) {
  File* const file = Of(base);
  int code = SQLITE_OK;
  {
    const std::lock_guard lock(file->unsynced().mutex);
    const bool last = file->writes && --file->unsynced().writers == 0;
    if (last && !Options()->ignore_syncs) code = Apply(file);
  }
  delete file->shared;
  file->shared = nullptr;
  const int closed =
      file->real()->pMethods != nullptr ? file->real()->pMethods->xClose(file->real()) : SQLITE_OK;
  return code != SQLITE_OK ? code : closed;
}

int Read(sqlite3_file* base, void* buffer, int size, sqlite3_int64 at) {
  File* const file = Of(base);
  const std::lock_guard lock(file->unsynced().mutex);
  const int code = file->real()->pMethods->xRead(file->real(), buffer, size, at);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return code;
  if (file->unsynced().changes.empty()) return code;
  LayOver(file, static_cast<char*>(buffer), size, at);
  sqlite3_int64 real_size = 0;
  file->real()->pMethods->xFileSize(file->real(), &real_size);
  return SizeWith(file, real_size) >= at + size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* base, const void* buffer, int size, sqlite3_int64 at) {
  if (const int code = Fault(DiskOp::kWrite); code != SQLITE_OK) return code;
  File* const file = Of(base);
  if (!Options()->drop_unsynced) {
    return file->real()->pMethods->xWrite(file->real(), buffer, size, at);
  }
  const auto* const bytes = static_cast<const char*>(buffer);
  const std::lock_guard lock(file->unsynced().mutex);
  file->unsynced().changes.push_back(
      {at, std::string(bytes, static_cast<std::size_t>(size)), false});
  return SQLITE_OK;
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  if (const int code = Fault(DiskOp::kTruncate); code != SQLITE_OK) return code;
  File* const file = Of(base);
  if (!Options()->drop_unsynced) return file->real()->pMethods->xTruncate(file->real(), size);
  const std::lock_guard lock(file->unsynced().mutex);
  file->unsynced().changes.push_back({size, "", true});
  return SQLITE_OK;
}

int Sync(sqlite3_file* base, int flags) {
  if (const int code = Fault(DiskOp::kSync); code != SQLITE_OK) return code;
  const auto options = Options();
  if (options->ignore_syncs) return SQLITE_OK;
  File* const file = Of(base);
  int code = SQLITE_OK;
  {
    const std::lock_guard lock(file->unsynced().mutex);
    code = Apply(file);
  }
  if (code != SQLITE_OK) return code;
  code = file->real()->pMethods->xSync(file->real(), flags);
  if (options->on_step) options->on_step();
  return code;
}

int FileSize(sqlite3_file* base, sqlite3_int64* size) {
  File* const file = Of(base);
  const std::lock_guard lock(file->unsynced().mutex);
  const int code = file->real()->pMethods->xFileSize(file->real(), size);
  if (code == SQLITE_OK) *size = SizeWith(file, *size);
  return code;
}

int Lock(sqlite3_file* base, int level) {
  const auto options = Options();
  const int code = options->fault ? options->fault(DiskOp::kLock) : SQLITE_OK;
  if (code != SQLITE_OK) return code;
  return Of(base)->real()->pMethods->xLock(Of(base)->real(), level);
}
int Unlock(sqlite3_file* base, int level) {
  return Of(base)->real()->pMethods->xUnlock(Of(base)->real(), level);
}
int CheckReservedLock(sqlite3_file* base, int* reserved) {
  return Of(base)->real()->pMethods->xCheckReservedLock(Of(base)->real(), reserved);
}
int FileControl(sqlite3_file* base, int op, void* argument) {
  return Of(base)->real()->pMethods->xFileControl(Of(base)->real(), op, argument);
}
int SectorSize(sqlite3_file* base) {
  return Of(base)->real()->pMethods->xSectorSize(Of(base)->real());
}
int DeviceCharacteristics(sqlite3_file* base) {
  return Of(base)->real()->pMethods->xDeviceCharacteristics(Of(base)->real());
}

// Version 1: no shared memory and no mapping, which would bypass it.
const sqlite3_io_methods kMethods = {1,
                                     Close,
                                     Read,
                                     Write,
                                     Truncate,
                                     Sync,
                                     FileSize,
                                     Lock,
                                     Unlock,
                                     CheckReservedLock,
                                     FileControl,
                                     SectorSize,
                                     DeviceCharacteristics,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  File* const file = Of(base);
  std::memset(static_cast<void*>(file->real()), 0, static_cast<std::size_t>(real_vfs->szOsFile));
  const int code = real_vfs->xOpen(real_vfs, name, file->real(), flags, out_flags);
  if (code != SQLITE_OK) {
    file->base.pMethods = nullptr;
    return code;
  }
  file->shared = new std::shared_ptr<Unsynced>(UnsyncedOf(name == nullptr ? "" : name));
  file->writes = (flags & SQLITE_OPEN_READWRITE) != 0;
  const std::lock_guard lock(file->unsynced().mutex);
  file->unsynced().writers += file->writes ? 1 : 0;
  file->base.pMethods = &kMethods;
  return SQLITE_OK;
}

}  // namespace

void InstallFaultVfs(FaultVfsOptions options) {
  Shared& shared = TheShared();
  const std::lock_guard lock(shared.mutex);
  shared.options = std::make_shared<const FaultVfsOptions>(std::move(options));
  if (real_vfs != nullptr) return;
  real_vfs = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs shim = *real_vfs;
  shim.zName = "fault";
  shim.pNext = nullptr;
  shim.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  shim.xOpen = Open;
  if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK) std::abort();
}

}  // namespace joinpass::testing
