// The file that holds the master keys of a machine.

#ifndef JOINPASS_LIB_CRYPTO_KEY_FILE_H_
#define JOINPASS_LIB_CRYPTO_KEY_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/wipe.h"
#include "crypto/key_disk.h"
#include "crypto/key_ring.h"

namespace joinpass::crypto {

// The text of a key file: one line a key, the newest last,
//   joinpass-key-1 <id, 8 hexadecimal digits> <32 bytes in base64>
// and any number of blank lines and comments, which begin with '#'.
//
// Errors:
//   key_invalid  names the line that is wrong, never what it says
absl::StatusOr<std::vector<MasterKey>> ReadKeyLines(std::string_view text);
base::Buffer WriteKeyLines(const std::vector<MasterKey>& keys);

// The same text with one key more, the newest, or without the key `id`. Comments
// and all other lines stay as they are.
//
// Errors:
//   key_invalid       malformed, or it would pass the bounds of a key file
//   invalid_argument  there is no key `id`, or it is the newest
absl::StatusOr<base::Buffer> WithKeyAdded(std::string_view text, const MasterKey& key);
absl::StatusOr<base::Buffer> WithKeyRemoved(std::string_view text, KeyId id);

// A new key with a line of its own, line break and all.
Secret MakeKeyLine(base::Random& random);

struct KeyFile {
  KeyRing ring;
  bool created = false;  // by this call: somebody should back it up
};

// Reads `path`. It must be a plain file of this process's user that nobody else
// can read; symbolic links are not followed.
//
// Errors:
//   key_missing        there is no such file
//   key_invalid        not a plain file, of another user, readable by others,
//                      malformed, or larger than 16 KiB
//   store_unavailable  it cannot be read just now
absl::StatusOr<KeyFile> ReadKeyFile(const std::string& path);

// The ring in a file that is open.
absl::StatusOr<KeyRing> ReadKeyRing(const KeyFileHandle& file);

// ReadKeyFile, but where there is no file one with a fresh key is created, mode
// 0600, durable before this returns. Of several processes that begin at the
// same time one creates it, and all read the same key. The folder must exist.
//
// Never call it for a store that exists already: a fresh key opens nothing.
absl::StatusOr<KeyFile> OpenKeyFile(const std::string& path, base::Random& random);

// Makes a new key and writes it to the end of the file, or takes one out. The file
// is replaced as a whole, durable when this returns; of several processes one
// changes it after the other, and none loses what another did. The folder must be
// writable.
//
// Errors: those of ReadKeyFile, WithKeyAdded and WithKeyRemoved
absl::StatusOr<KeyId> AddKey(const std::string& path, base::Random& random);
absl::Status RemoveKey(const std::string& path, KeyId id);

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_KEY_FILE_H_
