// Both names of a call are defined here; with 64 bits of offset they would be one.
#undef _FILE_OFFSET_BITS

#include "guest/failing_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <limits>

namespace joinpass::testing {
namespace {

constexpr int kNone = std::numeric_limits<int>::max();

std::atomic<bool> only_files = false;
std::atomic<int> calls = 0;
std::atomic<int> first_to_fail = kNone;
std::atomic<int> last_to_fail = kNone;
std::atomic<int> failed = 0;

// Whether this call is to fail; errno is `error` then.
bool FileFails(int error) {
  if (first_to_fail == kNone) return false;
  const int call = calls++;
  if (call < first_to_fail || call > last_to_fail) return false;
  ++failed;
  errno = error;
  return true;
}

bool SocketFails(int error) { return !only_files && FileFails(error); }

bool IsFile(int fd) {
  struct stat status = {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void FailCall(int n, Failing how, Calls which) {
  only_files = which == Calls::kOfFiles;
  calls = 0;
  failed = 0;
  last_to_fail = how == Failing::kOnce ? n : kNone - 1;
  first_to_fail = n;
}

int StopFailing() {
  first_to_fail = kNone;
  return failed;
}

}  // namespace joinpass::testing

using joinpass::testing::FileFails;
using joinpass::testing::IsFile;
using joinpass::testing::Real;
using joinpass::testing::SocketFails;

// The names of the C library, in place of its own for the program and all that it loads.
extern "C" {

int socket(int family, int type, int protocol) {
  static auto* const real = Real<int(int, int, int)>("socket");
  return SocketFails(ENOBUFS) ? -1 : real(family, type, protocol);
}
int connect(int fd, const sockaddr* address, socklen_t size) {
  static auto* const real = Real<int(int, const sockaddr*, socklen_t)>("connect");
  return SocketFails(ENETUNREACH) ? -1 : real(fd, address, size);
}
ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  static auto* const real = Real<ssize_t(int, const void*, size_t, int)>("send");
  return SocketFails(EPIPE) ? -1 : real(fd, bytes, size, flags);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static auto* const real = Real<ssize_t(int, const msghdr*, int)>("sendmsg");
  return SocketFails(EPIPE) ? -1 : real(fd, message, flags);
}
ssize_t recv(int fd, void* bytes, size_t size, int flags) {
  static auto* const real = Real<ssize_t(int, void*, size_t, int)>("recv");
  return SocketFails(ECONNRESET) ? -1 : real(fd, bytes, size, flags);
}
ssize_t recvmsg(int fd, msghdr* message, int flags) {
  static auto* const real = Real<ssize_t(int, msghdr*, int)>("recvmsg");
  return SocketFails(ECONNRESET) ? -1 : real(fd, message, flags);
}

int open64(const char* path, int flags, ...) {
  static auto* const real = Real<int(const char*, int, ...)>("open64");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return FileFails(EACCES) ? -1 : real(path, flags, mode);
}
int open(const char* path, int flags, ...) {
  static auto* const real = Real<int(const char*, int, ...)>("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return FileFails(EACCES) ? -1 : real(path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  static auto* const real = Real<int(int, const char*, int, ...)>("openat");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return FileFails(EACCES) ? -1 : real(folder, path, flags, mode);
}
ssize_t read(int fd, void* bytes, size_t size) {
  static auto* const real = Real<ssize_t(int, void*, size_t)>("read");
  return IsFile(fd) && FileFails(EIO) ? -1 : real(fd, bytes, size);
}
ssize_t write(int fd, const void* bytes, size_t size) {
  static auto* const real = Real<ssize_t(int, const void*, size_t)>("write");
  return IsFile(fd) && FileFails(ENOSPC) ? -1 : real(fd, bytes, size);
}
ssize_t pread64(int fd, void* bytes, size_t size, off64_t offset) {
  static auto* const real = Real<ssize_t(int, void*, size_t, off64_t)>("pread64");
  return FileFails(EIO) ? -1 : real(fd, bytes, size, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  static auto* const real = Real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return FileFails(ENOSPC) ? -1 : real(fd, bytes, size, offset);
}
int ftruncate64(int fd, off64_t size) noexcept {
  static auto* const real = Real<int(int, off64_t)>("ftruncate64");
  return FileFails(EIO) ? -1 : real(fd, size);
}
int fsync(int fd) {
  static auto* const real = Real<int(int)>("fsync");
  return FileFails(EIO) ? -1 : real(fd);
}
int fdatasync(int fd) {
  static auto* const real = Real<int(int)>("fdatasync");
  return FileFails(EIO) ? -1 : real(fd);
}

}  // extern "C"
