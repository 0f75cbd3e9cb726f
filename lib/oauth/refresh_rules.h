// When a token is refreshed, and what an answer means: decisions only.

#ifndef JOINPASS_LIB_OAUTH_REFRESH_RULES_H_
#define JOINPASS_LIB_OAUTH_REFRESH_RULES_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "joinpass/time.h"
#include "store/records.h"

namespace joinpass::oauth {

// How long a refresh may take, whoever waits for it.
inline constexpr absl::Duration kRefreshDeadline = absl::Seconds(30);

// How an access token is treated by what is left of it.
enum class TokenAge {
  kFresh,      // more than 10 minutes: use it
  kAdvisory,   // more than 2: use it, and one refreshes in the background
  kMandatory,  // 2 minutes or less: all wait for the refresh
};
TokenAge AgeOf(absl::Time access_expires_at, absl::Time now);

// Whether a call of our own may still use it when a refresh failed: at least 10 s left.
bool StillUsable(absl::Time access_expires_at, absl::Time now);

// How long who needs a new token waits for the refresh. Whoever has one that is
// still usable keeps half of his time for using it.
SteadyTime PatienceFor(absl::Time access_expires_at, absl::Time now, SteadyTime steady_now,
                       SteadyTime deadline);

// The moment before which a refresh token whose last send went unanswered is
// not sent again: the second send waits for the first one's whole deadline, every
// later one for a cool-down of 5 minutes. A last send that lies in the future
// (the clock was set back) is no reason to wait.
absl::Time NextSend(const store::PendingRefresh& pending, absl::Time now);

// What became of the refresh token that was sent.
enum class SendOutcome {
  kAnswered,  // new tokens are here
  kNotSpent,  // it certainly did not reach Zoom, or Zoom refused the request for
              // another reason than the token
  kRefused,   // Zoom says that the token does not work (any more)
  kUnknown,   // no readable answer: it may be spent
};
SendOutcome JudgeAnswer(const absl::Status& answer);

// The cause that goes with kRefused: a token of which an earlier send went
// unanswered was most likely spent by it.
std::string_view CauseOfRefusal(const std::optional<store::PendingRefresh>& before);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_REFRESH_RULES_H_
