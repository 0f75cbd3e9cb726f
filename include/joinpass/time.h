// SteadyTime: a moment on the clock that never jumps.

#ifndef JOINPASS_TIME_H_
#define JOINPASS_TIME_H_

#include "absl/time/time.h"
#include "joinpass/export.h"

namespace joinpass {

// A moment on the machine's steady clock, for all that joinpass itself times:
// deadlines, and how long a token may still be used. `absl::Time` is the wall
// clock, for what others stated. The two are distinct types, so that comparing
// one with the other does not compile.
//
// A value type. Meaningless in another process after a reboot.
class SteadyTime {
 public:
  constexpr SteadyTime() = default;  // The clock's zero.

  static constexpr SteadyTime FromSinceBoot(absl::Duration since_boot) {
    return SteadyTime(since_boot);
  }
  static constexpr SteadyTime InfiniteFuture() { return SteadyTime(absl::InfiniteDuration()); }

  constexpr absl::Duration SinceBoot() const { return since_boot_; }

  friend SteadyTime operator+(SteadyTime t, absl::Duration d) {
    return SteadyTime(t.since_boot_ + d);
  }
  friend SteadyTime operator-(SteadyTime t, absl::Duration d) {
    return SteadyTime(t.since_boot_ - d);
  }
  friend absl::Duration operator-(SteadyTime a, SteadyTime b) {
    return a.since_boot_ - b.since_boot_;
  }
  friend bool operator==(SteadyTime a, SteadyTime b) { return a.since_boot_ == b.since_boot_; }
  friend bool operator!=(SteadyTime a, SteadyTime b) { return !(a == b); }
  friend bool operator<(SteadyTime a, SteadyTime b) { return a.since_boot_ < b.since_boot_; }
  friend bool operator>(SteadyTime a, SteadyTime b) { return b < a; }
  friend bool operator<=(SteadyTime a, SteadyTime b) { return !(b < a); }
  friend bool operator>=(SteadyTime a, SteadyTime b) { return !(a < b); }

 private:
  explicit constexpr SteadyTime(absl::Duration since_boot) : since_boot_(since_boot) {}

  absl::Duration since_boot_ = absl::ZeroDuration();
};

// Now, on the clock above. It goes on while the machine sleeps
// (CLOCK_BOOTTIME where there is one).
JOINPASS_EXPORT SteadyTime SteadyNow();

}  // namespace joinpass

#endif  // JOINPASS_TIME_H_
