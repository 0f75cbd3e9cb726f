#include "zoom/rate_limits.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "base/text.h"
#include "zoom/errors.h"
#include "zoom/refusal.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

// Above any plan's (limits/bucket.cc): a header that says more says something else.
constexpr int kMostASecond = 1'000;

bool Says(const message::Response& response, std::string_view header, std::string_view value) {
  return absl::EqualsIgnoreCase(base::ToAbsl(response.Find(header)), base::ToAbsl(value));
}

std::string_view NameOf(RateLabel label) {
  switch (label) {
    case RateLabel::kLight:
      return "Light";
    case RateLabel::kMedium:
      return "Medium";
    case RateLabel::kHeavy:
      return "Heavy";
    case RateLabel::kResourceIntensive:
      break;
  }
  return "Resource-intensive";
}

Throttled ThrottledBy(const message::Response& response) {
  const Refusal refusal = ReadRefusal(response);
  const bool is_refused = response.status >= 400;
  if (!is_refused || (response.status != 429 && refusal.code != 429)) return Throttled::kNot;
  const std::string_view message = base::View(refusal.message);
  if (Contains(message, "particular user")) return Throttled::kUser;
  const bool daily = Says(response, "X-RateLimit-Type", "Daily-limit");
  return daily || Contains(message, "daily rate limit") ? Throttled::kADay : Throttled::kASecond;
}

// The header speaks of one label, by the account's plan; of one that we do not know it says
// nothing of a day.
std::optional<RateLimit> LimitSaid(const message::Response& response, RateLabel label) {
  int calls = 0;
  const bool a_second = label != RateLabel::kResourceIntensive &&
                        Says(response, "X-RateLimit-Type", "QPS") &&
                        Says(response, "X-RateLimit-Category", NameOf(label));
  if (!a_second || !absl::SimpleAtoi(base::ToAbsl(response.Find("X-RateLimit-Limit")), &calls) ||
      calls <= 0 || calls > kMostASecond) {
    return std::nullopt;
  }
  for (const ZoomPlan plan : {ZoomPlan::kFree, ZoomPlan::kPro, ZoomPlan::kBusiness}) {
    const RateLimit limit = RateLimitOf(plan, label);
    if (limit.calls == calls) return limit;
  }
  return RateLimit{.calls = calls};
}

}  // namespace

RateLimit RateLimitOf(ZoomPlan plan, RateLabel label) {
  const bool free = plan == ZoomPlan::kFree;
  const bool business = plan == ZoomPlan::kBusiness;
  switch (label) {
    case RateLabel::kLight:
      return {.calls = free ? 4 : business ? 80 : 30, .calls_a_day = free ? 6'000 : 0};
    case RateLabel::kMedium:
      return {.calls = free ? 2 : business ? 60 : 20, .calls_a_day = free ? 2'000 : 0};
    case RateLabel::kHeavy:
      return {.calls = free       ? 1
                       : business ? 40
                                  : 10,
              .calls_a_day = free       ? 1'000
                             : business ? 60'000
                                        : 30'000};
    case RateLabel::kResourceIntensive:
      break;
  }
  return {.calls = business ? 20 : 10,
          .window = absl::Minutes(1),
          .calls_a_day = business ? 60'000 : 30'000};
}

RateNews ReadRateNews(const message::Response& response, RateLabel label) {
  RateNews news = {.throttled = ThrottledBy(response), .limit = LimitSaid(response, label)};
  if (news.throttled != Throttled::kNot) {
    news.until = RetryAt(response).value_or(absl::InfinitePast());
  }
  return news;
}

}  // namespace joinpass::zoom
