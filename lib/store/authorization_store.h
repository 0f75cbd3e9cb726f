// AuthorizationStore: authorization requests that wait for their response, as rows.

#ifndef JOINPASS_LIB_STORE_AUTHORIZATION_STORE_H_
#define JOINPASS_LIB_STORE_AUTHORIZATION_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/outcome.h"
#include "store/rows.h"

namespace joinpass::store {

// RFC 6749 4.1.1. What holds for each call stands in store.h.
class AuthorizationStore {
 public:
  virtual ~AuthorizationStore() = default;

  virtual absl::Status Put(const AuthorizationRow& row) = 0;
  virtual absl::StatusOr<std::optional<AuthorizationRow>> Find(const LookupKeys& state_keys) = 0;
  // Puts `row` in the place of `seen`. kMoved: that is not there any more, as it was seen.
  virtual absl::StatusOr<Outcome> Replace(const AuthorizationRow& seen,
                                          const AuthorizationRow& row) = 0;
  virtual absl::Status RemoveExpiredBefore(absl::Time time) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_AUTHORIZATION_STORE_H_
