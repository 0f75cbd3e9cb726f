#include "store/with_keys.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace joinpass::store {

absl::Status CatchUp(RotationStore& rotation, crypto::KeySource& keys, const absl::Status& why) {
  const bool says_so = !why.ok() && ReasonOf(why) == Reason::kKeyMissing;
  const crypto::KeyRing before = keys.Current();
  const absl::StatusOr<std::vector<crypto::KeyId>> in_use = rotation.KeysInUse();
  if (!in_use.ok()) return absl::OkStatus();  // then `why`, or nothing, says what is wrong
  for (const crypto::KeyId id : *in_use) {
    keys.NoteInUse(id);
    if (id == 0 || says_so || keys.Current().SealingKey(id) != nullptr) continue;
    return base::MakeError(Reason::kKeyMissing,
                           absl::StrCat("store: sealed with key ", crypto::KeyName(id),
                                        ", which is not among the keys here"));
  }
  if (says_so && keys.Current() == before) keys.NoteMissing();
  return absl::OkStatus();
}

}  // namespace joinpass::store
