// Worlds from a seed: whatever changes at Zoom, one sync makes the directory equal to
// what Zoom lists, and to what it does not list and we learnt.

#include <doctest/doctest.h>

#include "integration/worlds/world_scene.h"

namespace joinpass::directory {
namespace {

constexpr int kChanges = 2'000;

TEST_SUITE("Worlds") {
  TEST_CASE("are known as they are after one sync, whatever has changed") {
    int synced = 0;
    for (int seed = 1; seed <= Seeds(); ++seed) {
      CAPTURE(seed);
      WorldScene scene(static_cast<std::uint64_t>(seed));
      for (int changes = 0; changes < kChanges;) {
        for (int many = 1 + scene.Pick(80); many > 0; --many, ++changes) scene.Change();
        scene.CheckOneSyncIsEnough();
      }
      CHECK(scene.zoom.calls["users/webinars"] > 0);
      synced += scene.synced;
    }
    CHECK(synced > 40 * Seeds());
  }
}

}  // namespace
}  // namespace joinpass::directory
