// When something that failed is worth another try: decisions only.

#ifndef JOINPASS_LIB_OAUTH_NEXT_TRY_H_
#define JOINPASS_LIB_OAUTH_NEXT_TRY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "base/clock.h"
#include "joinpass/reason.h"
#include "joinpass/time.h"

namespace joinpass::oauth {

// Between two tries to write what came from Zoom and the store refused: from the first,
// doubled, to the longest.
inline constexpr absl::Duration kSaveAgainAfter = absl::Milliseconds(200);
inline constexpr absl::Duration kSaveAgainAtLeast = absl::Seconds(5);

// How long to wait after the `failures`-th failure in a row (1, 2, …) that spent no
// refresh token:
//
//   reason                        first   longest
//   rate_limited                  1 s     5 min    and not before `retry_at`
//   zoom_unavailable              1 s     30 s     and not before `retry_at`
//   app_credentials_invalid (1)   1 min   30 min   somebody must act on Zoom's side
//   request_refused, answer_*     1 min   30 min
//   store_*, key_*                1 s     5 s      all of it is on this machine
//   all else                      1 s     30 s
//   (1) with a cause; without one the app is paused, see app_pause.h
//
// Doubled each time, less by up to a half as `random` says, so that what failed
// together does not return together. `retry_at` counts for 5 minutes at most: who
// says so may be wrong, and an access token lives for an hour.
absl::Duration WaitAfter(const ErrorInfo& error, int failures, std::uint64_t random,
                         absl::Time now);

// What is remembered of failures in a row: of one credential, or of one app.
class NextTry {
 public:
  void Fail(absl::Status why, std::uint64_t random, base::Moment now);
  void Succeed() { *this = {}; }

  // OK: now. Else what failed the last time, with `retry_at`.
  absl::Status Check(base::Moment now) const;

 private:
  int failures_ = 0;
  SteadyTime at_ = {};
  absl::Status why_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_NEXT_TRY_H_
