// Records of rate limits.

#include "base/status.h"
#include "store/records.h"
#include "store/with_keys.h"

namespace joinpass::store {

absl::Status Records::ChangeBucket(std::string_view account_id, int label,
                                   absl::FunctionRef<void(std::string& state)> change) {
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys_.CurrentToSeal());
  const RowSealer sealer(ring, random_);
  return store_.limits().Change(sealer.BucketKeys(account_id, label).front(), change);
}

}  // namespace joinpass::store
