// PassStore: the log of passes, as rows.

#ifndef JOINPASS_LIB_STORE_PASS_STORE_H_
#define JOINPASS_LIB_STORE_PASS_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/rows.h"

namespace joinpass::store {

// What holds for each call stands in store.h.
class PassStore {
 public:
  virtual ~PassStore() = default;

  // All of them in one transaction, which also forgets what is older than `before`, and all but
  // the newest kMostPasses.
  virtual absl::Status Put(const std::vector<PassRow>& rows, absl::Time before) = 0;
  // Newest first, none older than `since`.
  virtual absl::StatusOr<std::vector<PassRow>> List(int most, absl::Time since) = 0;
  // Those that one of the two was had through.
  virtual absl::Status RemoveOf(const std::string& credential_id) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_PASS_STORE_H_
