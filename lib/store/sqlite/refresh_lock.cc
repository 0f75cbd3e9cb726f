#include "store/sqlite/refresh_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"

namespace joinpass::store::sqlite {
namespace {

absl::Status Unavailable(std::string_view what, int error) {
  return base::SystemError(Reason::kStoreUnavailable,
                           absl::StrCat(kRefreshLockFile, ": ", std::string(what)), error);
}

absl::Status Foreign(std::string_view what) {
  return base::MakeError(Reason::kStoreForeign,
                         absl::StrCat(kRefreshLockFile, ": ", std::string(what)));
}

std::string PathIn(const std::string& folder) { return folder + "/" + kRefreshLockFile; }

// FNV-1a, cut to what fits into an offset: the same in every process.
off_t ByteOf(std::string_view id) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : id) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return static_cast<off_t>(hash >> 2);
}

struct flock RangeOf(off_t byte, int type) {
  struct flock range = {};
  range.l_type = static_cast<decltype(range.l_type)>(type);
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  return range;
}

// Each lock has a file description of its own, since two of one do not conflict.
class FileLock final : public RefreshLock {
 public:
  FileLock(int fd, off_t byte) : fd_(fd), byte_(byte) {}
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() override {
    // To close alone would free nothing while a forked child has it open, too.
    struct flock range = RangeOf(byte_, F_UNLCK);
    fcntl(fd_, F_OFD_SETLK, &range);
    close(fd_);
  }

  absl::Duration Left() const override { return absl::InfiniteDuration(); }

 private:
  const int fd_;
  const off_t byte_;
};

absl::StatusOr<int> OpenLockFile(const std::string& folder) {
  const std::string path = PathIn(folder);
  constexpr int kMode = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  int fd = open(path.c_str(), kMode);
  if (fd < 0 && errno == ENOENT) {  // somebody deleted it
    JOINPASS_RETURN_IF_ERROR(MakeLockFile(folder));
    fd = open(path.c_str(), kMode);
  }
  if (fd < 0) return Unavailable("cannot be opened", errno);
  return fd;
}

}  // namespace

absl::Status InspectLockFile(const std::string& folder) {
  struct stat file = {};
  if (lstat(PathIn(folder).c_str(), &file) != 0) {
    return errno == ENOENT ? absl::OkStatus() : Unavailable("cannot be looked at", errno);
  }
  if (!S_ISREG(file.st_mode)) return Foreign("is not a plain file");
  if (file.st_uid != geteuid()) return Foreign("belongs to another user");
  return absl::OkStatus();
}

absl::Status MakeLockFile(const std::string& folder) {
  const std::string path = PathIn(folder);
  if (mknod(path.c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST) {
    return Unavailable("cannot be created", errno);
  }
  JOINPASS_RETURN_IF_ERROR(InspectLockFile(folder));
  // A strict umask took our own rights away; or it was copied here with too wide
  // a mode, and whoever can open it can hold its locks.
  if (chmod(path.c_str(), 0600) != 0) return Unavailable("cannot be created", errno);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RefreshLock>> TryLock(const std::string& folder,
                                                     const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const int fd, OpenLockFile(folder));
  const off_t byte = ByteOf(id);
  struct flock range = RangeOf(byte, F_WRLCK);
  if (fcntl(fd, F_OFD_SETLK, &range) == 0) {
    return std::unique_ptr<RefreshLock>(std::make_unique<FileLock>(fd, byte));
  }
  const int why = errno;
  close(fd);
  if (why == EAGAIN || why == EACCES) return std::unique_ptr<RefreshLock>();
  return Unavailable("cannot be locked", why);
}

}  // namespace joinpass::store::sqlite
