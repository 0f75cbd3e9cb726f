// Zoom's rate limits, as an engine keeps to them.

#ifndef JOINPASS_LIMITS_H_
#define JOINPASS_LIMITS_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "joinpass/export.h"

namespace joinpass {

// What a Zoom account pays for, which is how many calls Zoom takes of it: of all its users and
// all their apps together. Per second, of the calls that a join makes (Zoom's label Light) and
// of those that list meetings and users (Medium).
enum class ZoomPlan {
  kFree,      // 4 and 2, with daily limits of 6,000 and 2,000
  kPro,       // 30 and 20
  kBusiness,  // 80 and 60; also Education, Enterprise, Partners
};

enum class RateLimits {
  kKept,     // calls wait for their turn, in all processes that share the store
  kIgnored,  // somebody else sees to it, for example a proxy
};

// Why a call to Zoom waits. The names (WaitForName) are stable.
enum class WaitFor {
  kTurn,    // the account's rate limit has others before it
  kRetry,   // Zoom refused it for a moment, or failed, or nobody answered; it is sent again
  kOutage,  // the last calls to this origin failed; one is let through to see, and then all
};
JOINPASS_EXPORT std::string_view WaitForName(WaitFor what);  // "turn", "retry", "outage"

// One call that waits before it is sent.
struct Wait {
  WaitFor what = WaitFor::kTurn;
  std::string credential_id = {};  // in whose name; empty: that of a consent under way
  bool in_background = false;      // no join stands behind it
  absl::Duration time = {};        // how long it will be, as far as is known now
};

}  // namespace joinpass

#endif  // JOINPASS_LIMITS_H_
