#include "fake_zoom/account_limits.h"

#include <algorithm>

namespace joinpass::fake_zoom {
namespace {

int ASecond(Plan plan, Label label) {
  const bool light = label == Label::kLight;
  switch (plan) {
    case Plan::kFree:
      return light ? 4 : 2;
    case Plan::kPro:
      return light ? 30 : 20;
    case Plan::kBusiness:
      return light ? 80 : 60;
  }
  return 0;
}

// 0: no limit.
int ADay(Plan plan, Label label) {
  if (plan != Plan::kFree) return 0;
  return label == Label::kLight ? 6'000 : 2'000;
}

}  // namespace

// True: it is served.
bool Limits::Count(Counted& counted, int limit, absl::Time at) {
  const absl::Time begin = rules_.windows == LimitWindows::kFixed
                               ? absl::FromUnixSeconds(absl::ToUnixSeconds(at))
                               : at - absl::Seconds(1) + absl::Nanoseconds(1);
  std::erase_if(counted.in_window, [&](absl::Time each) { return each < begin; });
  const bool served = static_cast<int>(counted.in_window.size()) < limit;
  if (served || rules_.refused_count) counted.in_window.push_back(at);
  return served;
}

void Limits::CountForeign(Counted& counted, int limit, absl::Time now) {
  if (rules_.foreign_a_second <= 0) return;
  const absl::Duration every = absl::Seconds(1) / rules_.foreign_a_second;
  // What is longer ago counts in no window.
  counted.foreign_until = std::max(counted.foreign_until, now - absl::Seconds(2));
  for (; counted.foreign_until + every <= now; counted.foreign_until += every) {
    (void)Count(counted, limit, counted.foreign_until + every);
  }
}

Limited Limits::Take(const std::string& account_id, Plan plan, Label label, absl::Time now) {
  Counted& counted = counted_[{account_id, label}];
  const int limit = ASecond(plan, label);
  CountForeign(counted, limit, now);
  std::erase_if(counted.in_second, [&](absl::Time each) { return each <= now - absl::Seconds(1); });
  counted.in_second.push_back(now);
  most_a_second_ = std::max(most_a_second_, static_cast<int>(counted.in_second.size()));
  const std::int64_t day = absl::ToUnixSeconds(now) / (24 * 60 * 60);
  if (std::exchange(counted.day, day) != day) counted.today = 0;

  Limited limited = {.limit = limit};
  const bool served = Count(counted, limit, now);
  limited.remaining = std::max(0, limit - static_cast<int>(counted.in_window.size()));
  if (!rules_.kept) return limited;
  const int a_day = ADay(plan, label);
  if (a_day > 0 && counted.today >= a_day) {
    limited.verdict = LimitVerdict::kTooManyADay;
  } else if (!served) {
    limited.verdict = LimitVerdict::kTooManyASecond;
  }
  ++(limited.verdict == LimitVerdict::kServed ? counted.today : refused_);
  return limited;
}

}  // namespace joinpass::fake_zoom
