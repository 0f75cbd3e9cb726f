// KeyRing: the keys that a store is sealed with.

#ifndef JOINPASS_LIB_CRYPTO_KEY_RING_H_
#define JOINPASS_LIB_CRYPTO_KEY_RING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/hmac.h"
#include "joinpass/secret.h"

namespace joinpass::crypto {

using KeyId = std::uint32_t;

// Eight hexadecimal digits, as messages and key files name a key.
std::string KeyName(KeyId id);

inline constexpr std::size_t kMasterKeySize = 32;
inline constexpr std::size_t kMostKeys = 8;
inline constexpr std::size_t kLookupKeySize = 16;

struct MasterKey {
  KeyId id = 0;
  Secret bytes = {};  // kMasterKeySize of them
};

// Where a looked-up value stands. Equal values under two places have look-up
// keys that have nothing in common.
struct LookupPlace {
  std::string_view table = {};
  std::string_view column = {};
  std::string_view app = {};  // empty: searched through all apps
};

// Several master keys, each with an id. The newest that does not wait seals and makes
// the look-up keys of what is written; all of them open, and are tried by look-ups. A
// master key is used for nothing but to derive, with HKDF-SHA256 under
// different labels, one key for sealing and one for look-ups.
//
// A value: copies share the keys, which are wiped with the last copy.
// Thread-safe, since nothing changes after Make.
class KeyRing {
 public:
  // `keys`: the newest last.
  //
  // Errors:
  //   key_invalid  none, more than kMostKeys, one of another size, an id twice
  static absl::StatusOr<KeyRing> Make(std::vector<MasterKey> keys);

  // The same keys, of which those newer than `id` wait: they open, and nobody seals
  // with them. If there is no `id`, none waits.
  KeyRing SealingWith(KeyId id) const;

  // Whether both have the same keys, by their ids, and seal with the same one.
  friend bool operator==(const KeyRing& a, const KeyRing& b) {
    return a.sealing_ == b.sealing_ && (a.keys_ == b.keys_ || a.ids() == b.ids());
  }

  // The key that seals: the newest that does not wait.
  KeyId newest() const;

  // All keys, the newest first, also those that wait.
  std::vector<KeyId> ids() const;

  // Whether `a` came before `b`, or is not in the ring while `b` is.
  bool IsOlder(KeyId a, KeyId b) const;

  // 32 bytes; null if `id` is not in the ring. Lives as long as the ring.
  const Secret* SealingKey(KeyId id) const;

  // 128 bits of HMAC-SHA256 over the place and `value`, under the newest key.
  std::string CurrentLookupKey(const LookupPlace& place, std::string_view value) const;

  // The same under each key, the newest first: what is stored may have been
  // written under an older one.
  std::vector<std::string> LookupKeys(const LookupPlace& place, std::string_view value) const;

 private:
  struct Key {
    KeyId id = 0;
    Secret sealing = {};
    HmacKey lookup;
  };

  KeyRing() = default;

  std::shared_ptr<const std::vector<Key>> keys_;  // the newest first; never empty
  std::size_t sealing_ = 0;                       // those before it wait
};

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_KEY_RING_H_
