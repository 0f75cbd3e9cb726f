// KeySource: the keys of a store, of which newer ones may come while it is in use.
// KeyKeeper: one in which keys are looked after, too.

#ifndef JOINPASS_LIB_CRYPTO_KEY_SOURCE_H_
#define JOINPASS_LIB_CRYPTO_KEY_SOURCE_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "crypto/key_ring.h"

namespace joinpass::crypto {

// Ask it again for each use: whoever found something in the store that was
// written under a newer key finds that key here. Thread-safe.
class KeySource {
 public:
  virtual ~KeySource() = default;

  // The keys as they are now, to look up and to open with. Where they cannot be
  // read any more: as they were read last, so that a store still serves what is in it.
  virtual KeyRing Current() = 0;

  // The same to seal with. Fails where they cannot be read: what is sealed with a
  // key that may be gone by now could never be opened.
  //
  // Errors: key_missing, key_invalid, store_unavailable
  virtual absl::StatusOr<KeyRing> CurrentToSeal() = 0;

  // The same with no key that waits: for whoever makes the newest one that of a store.
  // Does not ask anybody.
  virtual absl::StatusOr<KeyRing> NewestToSeal() { return CurrentToSeal(); }

  // A store is sealed with `id`, by somebody who may know more keys than Current() has:
  // it waits no longer. May block for as long as it takes to ask for keys.
  virtual void NoteInUse(KeyId /*id*/) {}

  // Something was sealed with a key that Current() lacks. May block as NoteInUse().
  virtual void NoteMissing() {}
};

// Thread-safe.
class KeyKeeper : public KeySource {
 public:
  // Looks what keys there are now.
  //
  // Errors: key_missing, key_invalid, store_unavailable
  virtual absl::Status Ask() = 0;

  // Makes a key, durable before this returns, or takes one out.
  //
  // Errors: those of Ask(), and invalid_argument: no such key, or the newest, or the
  // keys are in somebody else's care
  virtual absl::StatusOr<KeyId> Add(base::Random& random) = 0;
  virtual absl::Status Remove(KeyId id) = 0;
};

// Keys that never change.
class FixedKeys final : public KeySource {
 public:
  explicit FixedKeys(KeyRing ring) : ring_(std::move(ring)) {}

  KeyRing Current() override { return ring_; }
  absl::StatusOr<KeyRing> CurrentToSeal() override { return ring_; }

 private:
  const KeyRing ring_;
};

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_KEY_SOURCE_H_
