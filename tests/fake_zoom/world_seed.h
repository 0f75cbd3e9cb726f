// Large worlds, the same for the same seed.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_WORLD_SEED_H_
#define JOINPASS_TESTS_FAKE_ZOOM_WORLD_SEED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

struct WorldSize {
  std::uint64_t seed = 0;
  int users = 0;              // 1 to 1,000,000
  int meetings_per_user = 0;  // 0 to 10,000; users × meetings at most 5,000,000
};

// One account "seeded" on the business plan, users user0@example.com (its
// owner), user1@example.com, …, each with a PMI and scheduled meetings with
// passcodes from `now` on, and the app of example_world.json (example-client),
// which has an account-managed twin, example-account-client.
//
// Errors: kInvalidArgument: a size is out of bounds.
absl::StatusOr<World> GrowWorld(const WorldSize& size, absl::Time now);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_WORLD_SEED_H_
