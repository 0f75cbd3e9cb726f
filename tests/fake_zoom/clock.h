// The fake's own time: the machine's, moved forward at will, or standing still.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_CLOCK_H_
#define JOINPASS_TESTS_FAKE_ZOOM_CLOCK_H_

#include "absl/time/time.h"
#include "joinpass/time.h"

namespace joinpass::fake_zoom {

// Pure: whoever asks brings the machine's steady time. Thread-compatible.
class VirtualClock {
 public:
  // Stands at `start` when the machine's steady clock says `steady`.
  VirtualClock(absl::Time start, SteadyTime steady) : base_(start), since_(steady) {}

  absl::Time Now(SteadyTime steady) const { return frozen_ ? base_ : base_ + (steady - since_); }

  // Only forward: a negative step is none.
  void Advance(absl::Duration step) {
    if (step > absl::ZeroDuration()) base_ += step;
  }

  // From now on time passes by Advance() only.
  void Freeze(SteadyTime steady) {
    base_ = Now(steady);
    frozen_ = true;
  }

  bool frozen() const { return frozen_; }

 private:
  absl::Time base_;
  SteadyTime since_;
  bool frozen_ = false;
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_CLOCK_H_
