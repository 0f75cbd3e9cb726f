// ConsentStore: consents that have begun, as rows.

#ifndef JOINPASS_LIB_STORE_CONSENT_STORE_H_
#define JOINPASS_LIB_STORE_CONSENT_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/outcome.h"
#include "store/rows.h"

namespace joinpass::store {

// The consents that have begun. What holds for each call stands in store.h.
class ConsentStore {
 public:
  virtual ~ConsentStore() = default;

  virtual absl::Status Put(const ConsentRow& row) = 0;
  virtual absl::StatusOr<std::optional<ConsentRow>> Find(const LookupKeys& state_keys) = 0;
  // kUnknown: somebody else took it out.
  virtual absl::StatusOr<Outcome> Remove(const std::string& state_key) = 0;
  virtual absl::Status RemoveExpiredBefore(absl::Time time) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_CONSENT_STORE_H_
