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

// What `work(sealer)` gives, which reads. A key is in its file before anything is
// written under it. So what `work` lacked a key for came after that key, and the
// ring has changed by then.
template <typename Work>
auto OpeningWith(crypto::KeySource& keys, base::Random& random, const Work& work) {
  crypto::KeyRing ring = keys.Current();
  while (true) {
    auto result = work(RowSealer(ring, random));
    crypto::KeyRing now = keys.Current();
    if (IsFinal(result) || now == ring) return result;
    ring = std::move(now);
  }
}

// The same for one that writes, or begins what must end in a write.
template <typename Work>
auto SealingWith(crypto::KeySource& keys, base::Random& random, const Work& work)
    -> std::invoke_result_t<Work, const RowSealer&> {
  while (true) {
    absl::StatusOr<crypto::KeyRing> ring = keys.CurrentToSeal();
    if (!ring.ok()) return std::move(ring).status();
    auto result = work(RowSealer(*ring, random));
    if (IsFinal(result) || keys.Current() == *ring) return result;
  }
}

template <typename Work>
auto Records::Opening(const Work& work) {
  return OpeningWith(keys_, random_, work);
}

template <typename Work>
auto Records::Sealing(const Work& work) {
  return SealingWith(keys_, random_, work);
}

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_WITH_KEYS_H_
