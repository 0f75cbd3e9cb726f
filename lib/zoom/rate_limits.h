// Zoom's rate limits: what its plans allow, and what an answer says of them. Pure.
//
// Source: Zoom's page on rate limits; the headers as answers have them.

#ifndef JOINPASS_LIB_ZOOM_RATE_LIMITS_H_
#define JOINPASS_LIB_ZOOM_RATE_LIMITS_H_

#include <optional>

#include "absl/time/time.h"
#include "joinpass/limits.h"
#include "message/http.h"
#include "zoom/endpoint.h"

namespace joinpass::zoom {

// So many calls in any `window`, and a day (UTC) if there is a daily limit.
struct RateLimit {
  int calls = 0;
  absl::Duration window = absl::Seconds(1);
  int calls_a_day = 0;  // 0: no limit

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// Of an account of this plan, for all its users and all their apps together.
RateLimit RateLimitOf(ZoomPlan plan, RateLabel label);

// Why Zoom did not serve a call.
enum class Throttled {
  kNot,
  kASecond,  // too many in this second, or at once
  kADay,     // too many of the account today
  kUser,     // too many of one user today: the account's other users go on
};

struct RateNews {
  Throttled throttled = Throttled::kNot;
  absl::Time until = absl::InfinitePast();  // if it was said
  std::optional<RateLimit> limit = {};      // the account's for calls of this label, if said
};
RateNews ReadRateNews(const message::Response& response, RateLabel label);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_RATE_LIMITS_H_
