// The machine's clock, which can be set forward.

#ifndef JOINPASS_TESTS_SUPPORT_TRAVEL_CLOCK_H_
#define JOINPASS_TESTS_SUPPORT_TRAVEL_CLOCK_H_

#include "base/clock.h"
#include "base/mutex.h"

namespace joinpass::testing {

// Thread-safe.
class TravelClock final : public base::Clock {
 public:
  absl::Time Now() override { return base::SystemClock().Now() + ahead(); }
  SteadyTime SteadyNow() override { return base::SystemClock().SteadyNow() + ahead(); }

  void Advance(absl::Duration by) {
    base::MutexLock lock(mutex_);
    ahead_ += by;
  }

 private:
  absl::Duration ahead() {
    base::MutexLock lock(mutex_);
    return ahead_;
  }

  base::Mutex mutex_;
  absl::Duration ahead_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_TRAVEL_CLOCK_H_
