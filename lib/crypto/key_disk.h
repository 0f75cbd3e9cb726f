// A key file on the disk: whole files only, and who may change them.

#ifndef JOINPASS_LIB_CRYPTO_KEY_DISK_H_
#define JOINPASS_LIB_CRYPTO_KEY_DISK_H_

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/wipe.h"

namespace joinpass::crypto {

inline constexpr std::size_t kLargestKeyFile = 16 * 1024;

// A file that is open for reading. While it is, no other file can have its
// inode, so that two are never taken for one. Move-only. Thread-compatible.
class KeyFileHandle {
 public:
  // Errors: those of ReadKeyFile (key_file.h)
  static absl::StatusOr<KeyFileHandle> Open(const std::string& path);
  KeyFileHandle(KeyFileHandle&& other) noexcept;
  KeyFileHandle& operator=(KeyFileHandle&& other) noexcept;
  ~KeyFileHandle();

  // All of it.
  absl::StatusOr<base::Buffer> Read() const;

  // Whether `path` still leads to it, and nobody changed it since it was opened.
  // About a microsecond.
  bool IsStillAt(const std::string& path) const;

  // Waits until nobody else has it. The kernel gives it back when the handle,
  // or the process, ends.
  absl::Status Lock() const;

 private:
  explicit KeyFileHandle(int fd) : fd_(fd) {}

  int fd_;
  struct stat seen_ = {};
};

// Makes a file of `text` at `path`, mode 0600, durable when this returns. False,
// and nothing happened, if there is one already. `draft` is a name of the caller's own.
absl::StatusOr<bool> CreateKeyText(const std::string& path, const std::string& draft,
                                   std::string_view text);

// Puts it in the place of the file at `path`: others see the old one or the new
// one, and after a crash there is one of them.
absl::Status ReplaceKeyText(const std::string& path, const std::string& draft,
                            std::string_view text);

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_KEY_DISK_H_
