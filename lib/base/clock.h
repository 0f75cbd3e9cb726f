// Clock: one of the four seams. Decisions take `now` as a value; only shells
// hold a Clock.

#ifndef JOINPASS_LIB_BASE_CLOCK_H_
#define JOINPASS_LIB_BASE_CLOCK_H_

#include "absl/time/time.h"
#include "joinpass/time.h"

namespace joinpass::base {

// Now, on both clocks. What others stated is told by the wall clock, which somebody
// may set; how long it has been known, by the steady one.
struct Moment {
  absl::Time wall = absl::InfinitePast();
  SteadyTime steady = {};
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual absl::Time Now() = 0;        // Wall clock: for what others stated.
  virtual SteadyTime SteadyNow() = 0;  // For what we chose ourselves.
};

// The machine's clock. Lives for ever.
Clock& SystemClock();

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_CLOCK_H_
