#include "crypto/key_disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"

namespace joinpass::crypto {
namespace {

absl::Status Unavailable(std::string_view what, int error) {
  return base::SystemError(Reason::kStoreUnavailable, absl::StrCat("key file: ", std::string(what)),
                           error);
}

absl::Status Invalid(std::string_view what) {
  return base::MakeError(Reason::kKeyInvalid, "key file: " + std::string(what));
}

// Closes its descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status CheckKeyFile(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return Invalid("is not a plain file");
  if (file.st_uid != geteuid()) return Invalid("belongs to another user");
  if ((file.st_mode & 077) != 0) return Invalid("others can read it (chmod 600)");
  if (static_cast<std::size_t>(file.st_size) > kLargestKeyFile)
    return Invalid("is larger than 16 KiB");
  return absl::OkStatus();
}

bool SameTime(const struct timespec& a, const struct timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

absl::Status WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Unavailable("cannot be written", errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (fchmod(fd, 0600) != 0 || fsync(fd) != 0) return Unavailable("cannot be written", errno);
  return absl::OkStatus();
}

absl::Status WriteDraft(const std::string& draft, std::string_view text) {
  const Descriptor fd(
      open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd.get() < 0) return Unavailable("cannot be created", errno);
  absl::Status status = WriteAll(fd.get(), text);
  if (!status.ok()) unlink(draft.c_str());
  return status;
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status SyncFolder(const std::string& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return Unavailable("folder cannot be synced", errno);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<KeyFileHandle> KeyFileHandle::Open(const std::string& path) {
  // O_NONBLOCK: a pipe under this name must not hold us up.
  KeyFileHandle file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.fd_ < 0) {
    if (errno == ENOENT) return base::MakeError(Reason::kKeyMissing, "key file: there is none");
    if (errno == ELOOP) return Invalid("is a symbolic link");
    return Unavailable("cannot be opened", errno);
  }
  if (fstat(file.fd_, &file.seen_) != 0) return Unavailable("cannot be read", errno);
  JOINPASS_RETURN_IF_ERROR(CheckKeyFile(file.seen_));
  return file;
}

KeyFileHandle::KeyFileHandle(KeyFileHandle&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), seen_(other.seen_) {}

KeyFileHandle& KeyFileHandle::operator=(KeyFileHandle&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(seen_, other.seen_);
  return *this;
}

KeyFileHandle::~KeyFileHandle() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<base::Buffer> KeyFileHandle::Read() const {
  base::Buffer text(kLargestKeyFile + 1);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got =
        pread(fd_, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unavailable("cannot be read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kLargestKeyFile) return Invalid("is larger than 16 KiB");
  text.resize(size);
  return text;
}

bool KeyFileHandle::IsStillAt(const std::string& path) const {
  struct stat now = {};
  return lstat(path.c_str(), &now) == 0 && now.st_dev == seen_.st_dev &&
         now.st_ino == seen_.st_ino && now.st_size == seen_.st_size &&
         SameTime(now.st_mtim, seen_.st_mtim) && SameTime(now.st_ctim, seen_.st_ctim);
}

absl::Status KeyFileHandle::Lock() const {
  while (flock(fd_, LOCK_EX) != 0) {
    if (errno != EINTR) return Unavailable("cannot be locked", errno);
  }
  return absl::OkStatus();
}

// A link, not a rename: it never replaces a file, so one of many wins, and all
// see whole files only.
absl::StatusOr<bool> CreateKeyText(const std::string& path, const std::string& draft,
                                   std::string_view text) {
  JOINPASS_RETURN_IF_ERROR(WriteDraft(draft, text));
  const int failed = link(draft.c_str(), path.c_str()) == 0 ? 0 : errno;
  unlink(draft.c_str());
  if (failed != 0 && failed != EEXIST) return Unavailable("cannot be created", failed);
  JOINPASS_RETURN_IF_ERROR(SyncFolder(FolderOf(path)));
  return failed == 0;
}

absl::Status ReplaceKeyText(const std::string& path, const std::string& draft,
                            std::string_view text) {
  unlink(draft.c_str());  // of somebody who died over it
  JOINPASS_RETURN_IF_ERROR(WriteDraft(draft, text));
  if (rename(draft.c_str(), path.c_str()) != 0) {
    const int failed = errno;
    unlink(draft.c_str());
    return Unavailable("cannot be replaced", failed);
  }
  return SyncFolder(FolderOf(path));
}

}  // namespace joinpass::crypto
