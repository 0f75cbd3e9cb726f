#include "store/with_keys.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace joinpass::store {

absl::Status LacksKey(crypto::KeyId id) {
  return base::MakeError(Reason::kKeyMissing,
                         absl::StrCat("store: sealed with key ", crypto::KeyName(id),
                                      ", which is not among the keys here"));
}

absl::Status CatchUp(RotationStore& rotation, crypto::KeySource& keys, const crypto::KeyRing& ring,
                     const absl::Status& why, bool says_nothing) {
  const bool lacks_key = !why.ok() && ReasonOf(why) == Reason::kKeyMissing;
  const absl::StatusOr<crypto::KeyId> in_use = rotation.AdoptedKey();
  if (!in_use.ok()) return says_nothing ? in_use.status() : absl::OkStatus();
  keys.NoteInUse(*in_use);
  if (lacks_key && keys.Current() == ring) keys.NoteMissing();
  if (lacks_key || *in_use == 0 || keys.Current().SealingKey(*in_use) != nullptr) {
    return absl::OkStatus();
  }
  return LacksKey(*in_use);
}

}  // namespace joinpass::store
