#include "oauth/refresh_lock.h"

#include <algorithm>
#include <utility>

#include "base/flight.h"
#include "base/status.h"

namespace joinpass::oauth {
base::Task<absl::StatusOr<std::unique_ptr<store::RefreshLock>>> AwaitRefreshLock(
    const service::Context& context, std::string credential_id, SteadyTime deadline) {
  auto& records = context.records;
  for (absl::Duration pause = kFirstLockPause;; pause = std::min(2 * pause, kLongestLockPause)) {
    absl::StatusOr<std::unique_ptr<store::RefreshLock>> lock = co_await context.OffLoop(
        service::Lane::kTokens, [&] { return records.TryLockRefresh(credential_id); });
    if (!lock.ok() || *lock != nullptr) co_return lock;
    if (context.closing->begun()) {
      co_return base::MakeError(Reason::kCancelled, "refresh: the engine is closing");
    }
    const SteadyTime next = context.clock.SteadyNow() + pause;
    if (next > deadline) {
      co_return base::MakeError(Reason::kRefreshBusy, "refresh: another process is at it");
    }
    co_await context.closing->Nap(next);
  }
}

}  // namespace joinpass::oauth
