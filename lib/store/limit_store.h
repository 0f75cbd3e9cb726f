// LimitStore: how far the calls of accounts have used up Zoom's rate limits.

#ifndef JOINPASS_LIB_STORE_LIMIT_STORE_H_
#define JOINPASS_LIB_STORE_LIMIT_STORE_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace joinpass::store {

// As what holds for each call stands in store.h, but for this: nothing here lasts longer than
// the machine is up, and nobody waits long for anybody.
class LimitStore {
 public:
  virtual ~LimitStore() = default;

  // Has `change` change what stands under `bucket_key` (empty: nothing yet), with nobody in
  // between. It is called once at most; after an error nothing has changed.
  virtual absl::Status Change(const std::string& bucket_key,
                              absl::FunctionRef<void(std::string& state)> change) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_LIMIT_STORE_H_
