// The pause of an app whose client id or secret Zoom refuses.

#ifndef JOINPASS_LIB_OAUTH_APP_PAUSE_H_
#define JOINPASS_LIB_OAUTH_APP_PAUSE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "joinpass/time.h"
#include "service/context.h"
#include "store/record_types.h"

namespace joinpass::oauth {

// How long after a probe the next one is due: from half a minute, doubled each
// time, to half an hour. Pure.
absl::Duration NextProbeIn(int probes);

// Also if it is further away than it can be: the clock was set back. Pure.
bool IsProbeDue(const store::AppPause& pause, absl::Time now);

// Zoom refused the client of `app`, as it was read before: pauses it, if its
// settings are still those. Tells the listeners of each credential that is
// paused by it. Blocks on the store.
absl::Status PauseApp(const service::Context& context, const store::AppRecord& app);

// OK if `app` is not paused, or not any more: when a probe is due, Zoom is
// asked with `client_credentials`, which spends no refresh token. On the loop.
//
// Errors: app_credentials_invalid (`retry_at`: the next probe), those of the network
base::Task<absl::Status> CheckPause(const service::Context& context, store::AppRecord app,
                                    SteadyTime deadline);

// Tells the listeners of each credential whose health is another one than it was
// with the app as `before`: paused or not any more, of another client id. Blocks on
// the store.
absl::Status TellOfApp(const service::Context& context, const store::AppRecord& before);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_APP_PAUSE_H_
