// BackgroundSync: syncs every credential from time to time, by itself.

#ifndef JOINPASS_LIB_DIRECTORY_BACKGROUND_SYNC_H_
#define JOINPASS_LIB_DIRECTORY_BACKGROUND_SYNC_H_

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/flight.h"
#include "base/task.h"
#include "directory/sync.h"
#include "joinpass/time.h"
#include "service/context.h"

namespace joinpass::directory {

// Several processes may do it on one store: who has begun with a credential says so there,
// and the others leave it alone. Used from the loop's thread only.
class BackgroundSync {
 public:
  BackgroundSync(const service::Context& context, Sync& sync, absl::Duration every)
      : context_(context), sync_(sync), every_(every) {}

  // Syncs what is due (DueAt()), a few at a time, until the engine closes. Once.
  base::Task<absl::Status> RunWhileOpen();

 private:
  using MaybeBegun = std::optional<store::SyncRecord>;

  base::Task<absl::Status> Work();
  base::Task<absl::StatusOr<MaybeBegun>> TakeDue();
  base::Task<absl::Status> Look();
  base::Task<absl::StatusOr<MaybeBegun>> Claim(const std::string& credential_id);

  const service::Context& context_;
  Sync& sync_;
  const absl::Duration every_;
  std::deque<std::string> due_;  // since the last look
  std::set<std::string> at_work_;
  SteadyTime look_at_ = {};                              // when the next look is due
  std::shared_ptr<base::Flight<absl::Status>> looking_;  // null: nobody does
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_BACKGROUND_SYNC_H_
