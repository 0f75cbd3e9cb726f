// Sealing: encryption that is bound to the row and column that hold it.

#ifndef JOINPASS_LIB_CRYPTO_SEAL_H_
#define JOINPASS_LIB_CRYPTO_SEAL_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/wipe.h"
#include "crypto/key_ring.h"

namespace joinpass::crypto {

// The one place where a sealed value opens.
struct Place {
  std::string_view table = {};
  std::string_view column = {};
  std::string_view row = {};
};

// What sealing adds to the size: format (1), key id (4), nonce (12), tag (16).
inline constexpr std::size_t kSealOverhead = 33;

// `plaintext` under AES-256-GCM with the ring's newest key and a random 96-bit
// nonce. A key may seal 2^32 values (NIST SP 800-38D section 8.3). Ends the
// process if no memory is left, which is the only way for it to fail.
//
// Source: NIST SP 800-38D.
std::string Seal(const KeyRing& ring, const Place& place, std::string_view plaintext,
                 base::Random& random);

// With which key, whether or not there is such a one. 0 for what nobody sealed.
KeyId SealedUnder(std::string_view sealed);

// What stands in front of all that is sealed with `id`.
std::string SealPrefix(KeyId id);

// What was sealed at `place`.
//
// Errors:
//   key_missing    sealed with a key that is not in the ring; the message names it
//   store_corrupt  changed, cut, or of another place
absl::StatusOr<base::Buffer> Open(const KeyRing& ring, const Place& place, std::string_view sealed);

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_SEAL_H_
