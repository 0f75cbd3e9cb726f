// AppStore: Zoom apps, as rows.

#ifndef JOINPASS_LIB_STORE_APP_STORE_H_
#define JOINPASS_LIB_STORE_APP_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/outcome.h"
#include "store/rows.h"

namespace joinpass::store {

// The apps. What holds for each call stands in store.h.
class AppStore {
 public:
  virtual ~AppStore() = default;

  // `same_client`: the keys of its client id. kTaken: the id or the client id.
  virtual absl::StatusOr<Outcome> Insert(const AppRow& row, const LookupKeys& same_client) = 0;
  // The client key and the seal; raises the version, ends a pause, and sets
  // `client_id_since` where the client key is none of `same_client`'s. kUnknown,
  // kTaken (the client id).
  virtual absl::StatusOr<Outcome> Update(const AppRow& row, const LookupKeys& same_client) = 0;
  // With what the directory knows through it. kUnknown, kInUse (has credentials).
  virtual absl::StatusOr<Outcome> Remove(const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<AppRow>> Find(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<AppRow>> List() = 0;  // oldest first
  // Opens a pause (kSame: there is one). kMoved: its version is not `seen_version`.
  virtual absl::StatusOr<Outcome> Pause(const std::string& id, std::int64_t seen_version,
                                        const AppPause& pause) = 0;
  // Takes one probe for the caller: counts it and sets the next. kMoved: the
  // stored pause is not `seen` any more.
  virtual absl::StatusOr<Outcome> ClaimProbe(const std::string& id, const AppPause& seen,
                                             absl::Time next_probe) = 0;
  // Ends the pause of that version. kSame: there is none. kMoved: another version.
  virtual absl::StatusOr<Outcome> Resume(const std::string& id, std::int64_t seen_version) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_APP_STORE_H_
