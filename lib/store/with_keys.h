// Doing something with the keys as they are, and again if newer ones came.

#ifndef JOINPASS_LIB_STORE_WITH_KEYS_H_
#define JOINPASS_LIB_STORE_WITH_KEYS_H_

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "crypto/key_ring.h"
#include "crypto/key_source.h"
#include "store/records.h"
#include "store/rotation_store.h"
#include "store/row_sealer.h"

namespace joinpass::store {

// Whether newer keys could not change what a call gave: it wrote, or found the
// one thing that there is. A list may lack what was written under a newer key, and
// an error may be for want of it.
inline bool IsFinal(const absl::Status& status) { return status.ok(); }
template <typename T>
bool IsFinal(const absl::StatusOr<T>& value) {
  return value.ok();
}
inline bool IsFinal(const absl::StatusOr<bool>& done) { return done.ok() && *done; }
template <typename T>
bool IsFinal(const absl::StatusOr<std::optional<T>>& found) {
  return found.ok() && found->has_value();
}
template <typename T>
bool IsFinal(const absl::StatusOr<std::vector<T>>&) {
  return false;
}
inline bool IsFinal(const absl::StatusOr<Records::Verdict>& verdict) {
  return verdict.ok() && *verdict != Records::Verdict::kVoid;
}

inline absl::Status StatusOf(const absl::Status& status) { return status; }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// Tells `keys` what the store says of them, and what a call met with (`why`).
// key_missing, with its id, unless `why` says so itself: somebody writes with a key that
// is not to be had here, so that nobody can say what there is.
absl::Status CatchUp(RotationStore& rotation, crypto::KeySource& keys, const absl::Status& why);

// What `work(sealer)` gives, which reads. Somebody may have written under a key that
// came after the ring was taken, or that is not known here: then the store says so.
template <typename Work>
auto OpeningWith(RotationStore& rotation, crypto::KeySource& keys, base::Random& random,
                 const Work& work) -> std::invoke_result_t<Work, const RowSealer&> {
  crypto::KeyRing ring = keys.Current();
  while (true) {
    auto result = work(RowSealer(ring, random));
    if (IsFinal(result)) return result;
    const absl::Status missing = CatchUp(rotation, keys, StatusOf(result));
    crypto::KeyRing now = keys.Current();
    if (now == ring) {
      if (!missing.ok()) return missing;
      return result;
    }
    ring = std::move(now);
  }
}

// The same for one that writes, or begins what must end in a write.
template <typename Work>
auto SealingWith(RotationStore& rotation, crypto::KeySource& keys, base::Random& random,
                 const Work& work) -> std::invoke_result_t<Work, const RowSealer&> {
  while (true) {
    absl::StatusOr<crypto::KeyRing> ring = keys.CurrentToSeal();
    if (!ring.ok()) return std::move(ring).status();
    auto result = work(RowSealer(*ring, random));
    if (IsFinal(result)) return result;
    const absl::Status missing = CatchUp(rotation, keys, StatusOf(result));
    if (!(keys.Current() == *ring)) continue;
    if (!missing.ok()) return missing;
    return result;
  }
}

template <typename Work>
auto Records::Opening(const Work& work) {
  return OpeningWith(store_.rotation(), keys_, random_, work);
}

template <typename Work>
auto Records::Sealing(const Work& work) {
  return SealingWith(store_.rotation(), keys_, random_, work);
}

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_WITH_KEYS_H_
