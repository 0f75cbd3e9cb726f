#include "crypto/key_file_source.h"

#include "base/status.h"
#include "crypto/key_file.h"

namespace joinpass::crypto {

absl::StatusOr<std::unique_ptr<KeyFileSource>> KeyFileSource::Open(std::string path) {
  JOINPASS_ASSIGN_OR_RETURN(KeyFileHandle file, KeyFileHandle::Open(path));
  JOINPASS_ASSIGN_OR_RETURN(KeyRing ring, ReadKeyRing(file));
  return std::unique_ptr<KeyFileSource>(
      new KeyFileSource(std::move(path), std::move(file), std::move(ring)));
}

absl::Status KeyFileSource::Refresh() {
  if (file_.IsStillAt(path_)) return absl::OkStatus();
  JOINPASS_ASSIGN_OR_RETURN(KeyFileHandle file, KeyFileHandle::Open(path_));
  JOINPASS_ASSIGN_OR_RETURN(KeyRing ring, ReadKeyRing(file));
  file_ = std::move(file);
  ring_ = std::move(ring);
  return absl::OkStatus();
}

KeyRing KeyFileSource::Current() {
  base::MutexLock lock(mutex_);
  (void)Refresh();
  return ring_;
}

absl::StatusOr<KeyRing> KeyFileSource::CurrentToSeal() {
  base::MutexLock lock(mutex_);
  JOINPASS_RETURN_IF_ERROR(Refresh());
  return ring_;
}

absl::StatusOr<KeyId> KeyFileSource::Add(base::Random& random) { return AddKey(path_, random); }

absl::Status KeyFileSource::Remove(KeyId id) { return RemoveKey(path_, id); }

}  // namespace joinpass::crypto
