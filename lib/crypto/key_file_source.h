// KeyFileSource: the keys of a key file, as they are at each moment.

#ifndef JOINPASS_LIB_CRYPTO_KEY_FILE_SOURCE_H_
#define JOINPASS_LIB_CRYPTO_KEY_FILE_SOURCE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/random.h"
#include "crypto/key_disk.h"
#include "crypto/key_source.h"

namespace joinpass::crypto {

// Looks before each use whether another file has taken the place of the one it
// read (about a microsecond), and reads that one then. A key file is replaced,
// never edited in place: an editor that does that may go unnoticed for some
// milliseconds.
//
// A file that went away or cannot be read stops the sealing, with its error,
// until there is a good one again; opening and looking up go on with the keys
// that were read last. Thread-safe. Blocks on the disk when the file changed.
class KeyFileSource final : public KeyKeeper {
 public:
  // Reads `path`, which must be there.
  //
  // Errors: those of ReadKeyFile
  static absl::StatusOr<std::unique_ptr<KeyFileSource>> Open(std::string path);

  KeyRing Current() override;
  absl::StatusOr<KeyRing> CurrentToSeal() override;

  absl::Status Ask() override { return CurrentToSeal().status(); }
  absl::StatusOr<KeyId> Add(base::Random& random) override;
  absl::Status Remove(KeyId id) override;

 private:
  KeyFileSource(std::string path, KeyFileHandle file, KeyRing ring)
      : path_(std::move(path)), file_(std::move(file)), ring_(std::move(ring)) {}

  // OK: `ring_` is what the file says.
  absl::Status Refresh() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  base::Mutex mutex_;
  KeyFileHandle file_ ABSL_GUARDED_BY(mutex_);  // where `ring_` is from
  KeyRing ring_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_KEY_FILE_SOURCE_H_
