// Store: one of the four seams. Rows of sealed bytes, with nothing in clear but
// random ids, times, counters and look-up keys.

#ifndef JOINPASS_LIB_STORE_STORE_H_
#define JOINPASS_LIB_STORE_STORE_H_

#include "absl/time/time.h"
#include "store/app_store.h"
#include "store/authorization_store.h"
#include "store/credential_store.h"
#include "store/directory_store.h"
#include "store/limit_store.h"
#include "store/pass_store.h"
#include "store/rotation_store.h"
#include "store/webhook_store.h"

namespace joinpass::store {

// Each call of its parts is one transaction and blocks on the disk (AppStore::Remove:
// one of the directory, then one of the app); a change is durable when it returns.
// Several processes may share a store. Thread-safe.
//
// Errors of every call: store_unavailable (nothing was written), store_corrupt. Of
// those that take something sealed also key_missing: it is sealed with a key that
// is not the newest any more, or others write with one that is not here; nothing
// was written.
class Store {
 public:
  virtual ~Store() = default;

  // From now on no call waits for others beyond `left` from now; then it fails at
  // once, where it would have to wait. Does not block.
  virtual void WaitNoLongerThan(absl::Duration left) = 0;

  // Live as long as it.
  virtual AppStore& apps() = 0;
  virtual AuthorizationStore& authorizations() = 0;
  virtual CredentialStore& credentials() = 0;
  virtual DirectoryStore& directory() = 0;
  virtual LimitStore& limits() = 0;
  virtual PassStore& passes() = 0;
  virtual RotationStore& rotation() = 0;
  virtual WebhookStore& webhooks() = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_STORE_H_
