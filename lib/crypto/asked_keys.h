// AskedKeys: keys that somebody else keeps, and gives when he is asked.

#ifndef JOINPASS_LIB_CRYPTO_ASKED_KEYS_H_
#define JOINPASS_LIB_CRYPTO_ASKED_KEYS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "crypto/key_source.h"
#include "joinpass/secret.h"

namespace joinpass::crypto {

// The keys in `text`, which are lines as in a key file (key_file.h).
//
// Errors: key_invalid
absl::StatusOr<KeyRing> ReadKeyText(std::string_view text);

// Keys as a callback gives them: a key management service, or a setting. Other
// processes ask on their own, and at other times. So a key that is new waits until a
// store turns out to be sealed with it: nobody writes with it before somebody who
// knows that all have it has made it the store's.
//
// Asked when it is opened, by Ask(), and when a key is missing; for that at most once
// in kAskAgainAfter. What was given last stays in use while the callback fails.
// Thread-safe. Blocks while the callback does.
class AskedKeys final : public KeyKeeper {
 public:
  // Gives the text of all keys. Called by one thread at a time. May throw.
  using Callback = std::function<absl::StatusOr<Secret>()>;

  static constexpr absl::Duration kAskAgainAfter = absl::Seconds(10);

  // `clock` must outlive it.
  //
  // Errors:
  //   key_invalid        what it gives is no text of keys
  //   store_unavailable  it failed, or threw; the message says how, in its own words
  static absl::StatusOr<std::unique_ptr<AskedKeys>> Open(Callback callback, base::Clock& clock);

  KeyRing Current() override;
  absl::StatusOr<KeyRing> CurrentToSeal() override { return Current(); }
  absl::StatusOr<KeyRing> NewestToSeal() override;
  void NoteInUse(KeyId id) override;
  void NoteMissing() override;

  absl::Status Ask() override;
  absl::StatusOr<KeyId> Add(base::Random& random) override;
  absl::Status Remove(KeyId id) override;

 private:
  AskedKeys(Callback callback, base::Clock& clock, KeyRing known)
      : callback_(std::move(callback)), clock_(clock), known_(std::move(known)) {}

  absl::Status AskNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(asking_);

  const Callback callback_;
  base::Clock& clock_;

  // Held while the callback runs. Never taken by who holds `mutex_`.
  base::Mutex asking_;
  std::optional<SteadyTime> missed_at_ ABSL_GUARDED_BY(asking_);

  base::Mutex mutex_;
  KeyRing known_ ABSL_GUARDED_BY(mutex_);
  std::optional<KeyId> in_use_ ABSL_GUARDED_BY(mutex_);  // the newest that a store has
};

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_ASKED_KEYS_H_
