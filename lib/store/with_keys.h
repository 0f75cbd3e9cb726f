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
inline bool IsFinal(const absl::StatusOr<Records::OfNumber>&) { return false; }
inline bool IsFinal(const absl::StatusOr<Records::Verdict>& verdict) {
  return verdict.ok() && *verdict != Records::Verdict::kVoid;
}

inline absl::Status StatusOf(const absl::Status& status) { return status; }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// Whether a call says that something is not there.
inline bool SaysNothing(const absl::Status& status) { return absl::IsNotFound(status); }
template <typename T>
bool SaysNothing(const absl::StatusOr<T>& value) {
  return absl::IsNotFound(value.status());
}
template <typename T>
bool SaysNothing(const absl::StatusOr<std::optional<T>>& found) {
  return found.ok() ? !found->has_value() : absl::IsNotFound(found.status());
}
template <typename T>
bool SaysNothing(const absl::StatusOr<std::vector<T>>& found) {
  return found.ok() ? found->empty() : absl::IsNotFound(found.status());
}

inline bool SaysNothing(const absl::StatusOr<Records::OfNumber>& found) {
  return found.ok() && found->meetings.empty() && found->owners.empty();
}

// key_missing: the store is sealed with `id`, which is not to be had here.
absl::Status LacksKey(crypto::KeyId id);

// After a call with `ring` that ended with `why`: tells `keys` what the store says of
// them.
//
// Errors, in the place of what the call gave:
//   key_missing        with its id, unless `why` says so: somebody writes with a key
//                      that is not to be had here, and nobody can say what there is
//   store_unavailable  nobody can say that, and the call `says_nothing`
absl::Status CatchUp(RotationStore& rotation, crypto::KeySource& keys, const crypto::KeyRing& ring,
                     const absl::Status& why, bool says_nothing);

// What `work(sealer)` gives, which reads. Somebody may have written under a key that
// came after the ring was taken, or that is not known here: then the store says so.
template <typename Work>
auto OpeningWith(RotationStore& rotation, crypto::KeySource& keys, base::Random& random,
                 const Work& work) -> std::invoke_result_t<Work, const RowSealer&> {
  while (true) {
    const crypto::KeyRing ring = keys.Current();
    auto result = work(RowSealer(ring, random));
    if (IsFinal(result)) return result;
    const absl::Status error = CatchUp(rotation, keys, ring, StatusOf(result), SaysNothing(result));
    if (!(keys.Current() == ring)) continue;
    if (!error.ok()) return error;
    return result;
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
    const absl::Status error =
        CatchUp(rotation, keys, *ring, StatusOf(result), SaysNothing(result));
    if (!(keys.Current() == *ring)) continue;
    if (!error.ok()) return error;
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
