#include "crypto/asked_keys.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/key_disk.h"
#include "crypto/key_file.h"

namespace joinpass::crypto {
namespace {

absl::StatusOr<KeyRing> AskOnce(const AskedKeys::Callback& callback) {
  absl::StatusOr<Secret> text = absl::UnknownError("");
  try {
    text = callback();
  } catch (...) {
    return base::MakeError(
        Reason::kStoreUnavailable,
        absl::StrCat("keys: the callback threw: ", base::StatusOfException().message()));
  }
  if (text.ok()) return ReadKeyText(text->Reveal());
  const std::string why = base::BoundServerText(base::ToStd(text.status().message()));
  return base::MakeError(Reason::kStoreUnavailable,
                         absl::StrCat("keys: the callback gave none: ",
                                      absl::StatusCodeToString(text.status().code()), ": ", why));
}

absl::Status InOtherHands(absl::string_view what) {
  return base::MakeError(Reason::kInvalidArgument,
                         absl::StrCat("keys: are given to this engine by its options: ", what));
}

}  // namespace

absl::StatusOr<KeyRing> ReadKeyText(std::string_view text) {
  if (text.size() > kLargestKeyFile) {
    return base::MakeError(Reason::kKeyInvalid, "keys: larger than 16 KiB");
  }
  JOINPASS_ASSIGN_OR_RETURN(std::vector<MasterKey> keys, ReadKeyLines(text));
  return KeyRing::Make(std::move(keys));
}

absl::StatusOr<std::unique_ptr<AskedKeys>> AskedKeys::Open(Callback callback, base::Clock& clock) {
  JOINPASS_ASSIGN_OR_RETURN(KeyRing known, AskOnce(callback));
  return std::unique_ptr<AskedKeys>(new AskedKeys(std::move(callback), clock, std::move(known)));
}

KeyRing AskedKeys::Current() {
  base::MutexLock lock(mutex_);
  if (!in_use_) return known_;
  // If that one was taken out, another one has taken its place meanwhile: the store says
  // which, to whoever writes with one that is older.
  const bool is_there = known_.SealingKey(*in_use_) != nullptr;
  return known_.SealingWith(is_there ? *in_use_ : known_.ids().back());
}

absl::StatusOr<KeyRing> AskedKeys::NewestToSeal() {
  base::MutexLock lock(mutex_);
  return known_;
}

absl::Status AskedKeys::AskNow() {
  JOINPASS_ASSIGN_OR_RETURN(KeyRing known, AskOnce(callback_));
  base::MutexLock lock(mutex_);
  known_ = std::move(known);
  return absl::OkStatus();
}

absl::Status AskedKeys::Ask() {
  base::MutexLock lock(asking_);
  return AskNow();
}

void AskedKeys::NoteMissing() {
  base::MutexLock lock(asking_);
  // Whoever waited here for another's question has its answer.
  const SteadyTime now = clock_.SteadyNow();
  if (missed_at_ && now - *missed_at_ < kAskAgainAfter) return;
  missed_at_ = now;
  (void)AskNow();
  missed_at_ = clock_.SteadyNow();  // it may have taken its time
}

void AskedKeys::NoteInUse(KeyId id) {
  const auto note = [this, id] {
    base::MutexLock lock(mutex_);
    if (known_.SealingKey(id) == nullptr) return false;
    if (!in_use_ || known_.IsOlder(*in_use_, id)) in_use_ = id;
    return true;
  };
  if (note()) return;
  NoteMissing();
  (void)note();
}

absl::StatusOr<KeyId> AskedKeys::Add(base::Random& /*random*/) {
  return InOtherHands("add one there (NewKeyLine)");
}

// Nobody knows where it stands; who asked may take it out there.
absl::Status AskedKeys::Remove(KeyId /*id*/) { return absl::OkStatus(); }

}  // namespace joinpass::crypto
