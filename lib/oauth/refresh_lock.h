// Waiting for the right to refresh a credential.

#ifndef JOINPASS_LIB_OAUTH_REFRESH_LOCK_H_
#define JOINPASS_LIB_OAUTH_REFRESH_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "joinpass/time.h"
#include "service/context.h"
#include "store/store.h"

namespace joinpass::oauth {

// Between two tries to take it: from the first, doubled, to the longest.
inline constexpr absl::Duration kFirstLockPause = absl::Milliseconds(2);
inline constexpr absl::Duration kLongestLockPause = absl::Milliseconds(20);

// Asks for it again and again, some milliseconds apart, until `deadline`. On the
// loop.
//
// Errors: refresh_busy, store_unavailable, cancelled (the engine is closing)
base::Task<absl::StatusOr<std::unique_ptr<store::RefreshLock>>> AwaitRefreshLock(
    const service::Context& context, std::string credential_id, SteadyTime deadline);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_REFRESH_LOCK_H_
