// When a token is refreshed, and what is read and answered then means: decisions
// only. The order of things is refresh_machine.h.

#ifndef JOINPASS_LIB_OAUTH_REFRESH_RULES_H_
#define JOINPASS_LIB_OAUTH_REFRESH_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/refresh_machine.h"
#include "store/record_types.h"

namespace joinpass::oauth {

// How long a refresh may take, whoever waits for it.
inline constexpr absl::Duration kRefreshDeadline = absl::Seconds(30);

// What a lease must have left beyond it, to store the answer.
inline constexpr absl::Duration kCommitReserve = absl::Seconds(10);

// The age at which an idle refresh token is renewed: Zoom lets it die after 90 days.
inline constexpr absl::Duration kIdleAfter = absl::Hours(30 * 24);

// How an access token is treated by what is left of it.
enum class TokenAge {
  kFresh,      // more than 10 minutes: use it
  kAdvisory,   // more than 2: use it, and one refreshes in the background
  kMandatory,  // 2 minutes or less: all wait for the refresh
};
TokenAge AgeOf(absl::Duration left);

// Whether a call of our own may still use it when a refresh failed: at least 10 s left.
bool StillUsable(absl::Duration left);

// Until when who needs a new token waits for the refresh. Whoever has one that is
// still usable keeps half of his time for using it.
SteadyTime PatienceFor(absl::Duration left, SteadyTime now, SteadyTime deadline);

// Why somebody wants newer tokens than the stored ones.
enum class Renewal {
  kIfNeeded,   // only if the stored access token is not fresh
  kIdle,       // the refresh token has reached kIdleAfter
  kUnsettled,  // an intent stands open: whose refresh it was did not come to its end
  kAnyway,     // to see whether it works, even after a verdict that it does not
};

struct Wish {
  Renewal why = Renewal::kIfNeeded;
  Secret rejected = {};              // this access token is of no use
  std::int64_t seen_generation = 0;  // kAnyway: a higher one will do
};

// What the stored record asks for, one of the events of RefreshState::kReading.
// `lock_left` is what the lock surely lasts.
RefreshEvent Look(const store::CredentialRecord& credential, const store::AppRecord& app,
                  const Wish& wish, absl::Duration lock_left, absl::Time now);

// Whether the lock lasts for a send and its answer.
bool LockSuffices(absl::Duration lock_left);

// The moment before which a refresh token whose last send went unanswered is
// not sent again. The second send waits for the first one's whole deadline, a later
// one for a cool-down: 5 minutes, doubled each time up to an hour, a fifth more or
// less by credential and send, so that what failed together does not return
// together. A last send that lies further in the future than that (the clock was
// set back) is no reason to wait.
absl::Time NextSend(const std::string& credential_id, const store::PendingRefresh& pending,
                    absl::Time now);

// Until when an access token is not refreshed only because Zoom refused it: 5 minutes
// after a refresh gave it. What refuses such a one at once refuses the next one, too,
// and each costs a rotation. A refresh in the future (the clock was set back) was now.
absl::Time TrustedUntil(absl::Time connected_at, absl::Time refreshed_at, absl::Time now);

// What became of the refresh token that was sent, one of the events of
// RefreshState::kSending:
//   kAnswered       new tokens are here
//   kNotSpent       it certainly did not reach Zoom, or Zoom refused the request for
//                   another reason than the token
//   kClientRefused  Zoom refuses the client id or secret; not spent either
//   kTokenRefused   Zoom says that the token does not work (any more)
//   kNoAnswer       none that can be read: it may be spent
RefreshEvent JudgeAnswer(const absl::Status& answer);
// The cause that goes with kTokenRefused: a token of which an earlier send went
// unanswered was most likely spent by it.
Cause CauseOfRefusal(const std::optional<store::PendingRefresh>& before);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_REFRESH_RULES_H_
