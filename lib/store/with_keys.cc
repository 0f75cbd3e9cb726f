#include "store/with_keys.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace joinpass::store {

absl::Status CatchUp(RotationStore& rotation, crypto::KeySource& keys, const absl::Status& why) {
  const bool says_so = !why.ok() && ReasonOf(why) == Reason::kKeyMissing;
  const crypto::KeyRing before = keys.Current();
  const absl::StatusOr<crypto::KeyId> in_use = rotation.AdoptedKey();
  if (!in_use.ok()) return absl::OkStatus();  // then `why`, or nothing, says what is wrong
  keys.NoteInUse(*in_use);
  const crypto::KeyRing now = keys.Current();
  if (says_so && now == before) keys.NoteMissing();
  if (says_so || *in_use == 0 || now.SealingKey(*in_use) != nullptr) return absl::OkStatus();
  return base::MakeError(Reason::kKeyMissing,
                         absl::StrCat("store: sealed with key ", crypto::KeyName(*in_use),
                                      ", which is not among the keys here"));
}

}  // namespace joinpass::store
