// RotationStore: rows on their way to a newer key.

#ifndef JOINPASS_LIB_STORE_ROTATION_STORE_H_
#define JOINPASS_LIB_STORE_ROTATION_STORE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/key_ring.h"
#include "store/rows.h"

namespace joinpass::store {

// All that is sealed, as a change of keys goes through it. What holds for each call
// stands in store.h.
class RotationStore {
 public:
  virtual ~RotationStore() = default;

  // Seals the store's own marks with the newest key. From then on nobody writes
  // with an older one. key_missing: a mark is sealed with a key that is not here.
  virtual absl::Status AdoptNewestKey() = 0;
  // The same with a key that waits (key_source.h), if there is one.
  virtual absl::Status AdoptWaitingKey() = 0;
  // What the first mark is sealed with: the newest key that anybody writes with, or will
  // in a moment. Whoever lacks it cannot say of anything that it is not there.
  virtual absl::StatusOr<crypto::KeyId> AdoptedKey() = 0;

  // The next rows, at most `limit`, in which something is sealed with another key
  // than `key`. None: the pass is over.
  virtual absl::StatusOr<std::vector<AnyRow>> ListSealedOtherwise(crypto::KeyId key, int limit,
                                                                  RowCursor& cursor) = 0;
  // Puts each into the place of what it was, if that is still there, byte by byte;
  // one transaction. Gives how many. Where another row is there already under the
  // new look-up keys, the one that was learnt or connected later stays alone.
  // All rows must be of one table.
  virtual absl::StatusOr<int> Reseal(std::span<const Resealed> rows) = 0;

  // How many values are sealed with `key`, the store's own marks among them.
  virtual absl::StatusOr<std::int64_t> CountSealed(crypto::KeyId key) = 0;
  // Removes what older transactions left beside the rows.
  virtual absl::Status WipeRemains() = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_ROTATION_STORE_H_
