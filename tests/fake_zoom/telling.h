// Telling: has Zoom tell apps of what somebody does to its world.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_TELLING_H_
#define JOINPASS_TESTS_FAKE_ZOOM_TELLING_H_

#include <optional>

#include "absl/time/time.h"
#include "fake_zoom/happenings.h"
#include "fake_zoom/state.h"

namespace joinpass::fake_zoom {

// Queues `happening` for the apps that are told of anything and are concerned: an app for
// accounts by the consent of somebody of the account, one for users by his own.
void Tell(State& state, const Happening& happening, absl::Time now);

// Tells, when it dies, of what became of the world since it was made. Copies it, so only if
// some app is told of anything.
class Telling {
 public:
  Telling(State& state, absl::Time now);
  ~Telling();
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

 private:
  State& state_;
  const absl::Time now_;
  std::optional<World> before_;
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_TELLING_H_
