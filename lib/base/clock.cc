#include "base/clock.h"

#include <time.h>

#include "absl/time/clock.h"
#include "base/undying.h"

namespace joinpass {

SteadyTime SteadyNow() {
#ifdef CLOCK_BOOTTIME
  constexpr clockid_t kClock = CLOCK_BOOTTIME;
#else
  constexpr clockid_t kClock = CLOCK_MONOTONIC;
#endif
  timespec now = {};
  clock_gettime(kClock, &now);
  return SteadyTime::FromSinceBoot(absl::DurationFromTimespec(now));
}

namespace base {
namespace {

class MachineClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
  SteadyTime SteadyNow() override { return joinpass::SteadyNow(); }
};

}  // namespace

Clock& SystemClock() {
  static Undying<MachineClock> clock;
  return clock.get();
}

}  // namespace base
}  // namespace joinpass
