// Many processes and threads ask at the moment of expiry: one refresh each time,
// whoever of them is stopped or killed meanwhile.

#include <doctest/doctest.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "crash_scene.h"
#include "times.h"

namespace joinpass::testing {
namespace {

using Children = std::vector<std::unique_ptr<Child>>;

Children Spawn(const CrashScene& scene, int processes, int threads) {
  Children children;
  for (int i = 0; i < processes; ++i) {
    children.push_back(scene.Spawn({"mode=rounds", "threads=" + std::to_string(threads)}));
  }
  for (const auto& child : children) child->Await("ready");
  return children;
}

void AwaitCount(const std::atomic<std::int64_t>& counter, std::int64_t count) {
  while (counter.load() < count) std::this_thread::sleep_for(std::chrono::microseconds(200));
}

void End(CrashScene& scene, Children& children) {
  scene.page.round = -1;
  for (const auto& child : children) {
    child->AwaitEnd();
    CAPTURE(child->AllLines());
    CHECK(child->ended_well());
    CHECK(child->Last("refused ").empty());
  }
}

TEST_SUITE("Contention") {
  TEST_CASE("8 processes of 16 threads ask at expiry: one refresh each of 50 rounds") {
    constexpr int kAskers = 8 * 16;
    CrashScene scene(Rotation::kStrict);
    Children children = Spawn(scene, 8, 16);
    const int before = scene.zoom->Calls("token/refresh_token");
    for (int round = 1; round <= 50; ++round) {
      CAPTURE(round);
      fake_zoom::Fault hold;
      hold.endpoint = "token/refresh_token";
      hold.kind = fake_zoom::FaultKind::kHold;
      REQUIRE(scene.zoom->SetFault(hold).ok());
      scene.clock.Advance(absl::Hours(2));
      ++scene.page.round;
      // Zoom answers when all have asked.
      AwaitCount(scene.page.asked, std::int64_t{kAskers} * round);
      scene.zoom->AwaitCalls("token/refresh_token", before + round);
      scene.zoom->Release();
      AwaitCount(scene.page.finished, std::int64_t{kAskers} * round);
      CHECK(scene.zoom->Calls("token/refresh_token") == before + round);
    }
    End(scene, children);
    CHECK(scene.Zooms().most_uses_of_one_token == 1);
    CHECK(scene.Missing(scene.Stored()) == 0);
  }

  TEST_CASE("thousands of contended refreshes, and none of them doubled") {
    const int rounds = Times(2500);
    constexpr int kProcesses = 4;
    constexpr int kThreads = 8;
    CrashScene scene(Rotation::kStrict);
    const std::vector<std::string> users = {kUser, "paul@acme.example", "hank@globex.example",
                                            "nora@globex.example"};
    for (std::size_t i = 1; i < users.size(); ++i) {
      scene.credential += "," + scene.Connect(users[i]);
    }
    Children children = Spawn(scene, kProcesses, kThreads);
    for (int round = 1; round <= rounds; ++round) {
      scene.clock.Advance(absl::Hours(2));
      ++scene.page.round;
      AwaitCount(scene.page.finished, std::int64_t{kProcesses} * kThreads * round);
    }
    End(scene, children);
    int refreshes = 0;
    for (const std::string& user : users) {
      CAPTURE(user);
      CHECK(scene.Zooms(user).most_uses_of_one_token == 1);
      CHECK(scene.Zooms(user).refused == 0);
      CHECK(scene.Zooms(user).generation == rounds);
      refreshes += scene.Zooms(user).generation;
    }
    std::cout << refreshes << " contended refreshes, none doubled\n";
  }
}

struct Disturbed : CrashScene {
  std::mt19937 random;
  Children children;
  int kills = 0;
  int lost = 0;

  Disturbed(Rotation rotation, unsigned seed) : CrashScene(rotation), random(seed) {}

  void Pause() { std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000)); }

  std::unique_ptr<Child> SpawnOne() const {
    auto child = Spawn({"mode=loop", "threads=8"});
    child->Await("opened");
    return child;
  }

  // Now one is stopped for a moment, now one is killed and another one comes.
  void Disturb() {
    std::unique_ptr<Child>& child = children[random() % children.size()];
    Pause();
    child->Signal(SIGSTOP);
    Pause();
    if (random() % 4 == 0) {
      child->Signal(SIGKILL);
      ++kills;
      child = SpawnOne();
    } else {
      child->Signal(SIGCONT);
    }
  }

  // Everybody dead, what has happened so far must be: each answer the successor of
  // the one before, and none not stored but, perhaps, the last.
  void CheckHistory() {
    const store::CredentialRecord stored = Stored();
    CHECK(IsWhole());
    CHECK(Missing(stored) >= 0);
    if (strict()) CHECK(Missing(stored) <= 1);
    // A lenient Zoom takes a token again whose answer died with a process.
    CHECK(Zooms().most_uses_of_one_token <= (strict() ? 1 : 1 + kills));
    if (stored.health == Health::kHealthy) return;
    CHECK(strict());
    CHECK(stored.cause == Cause::kAnswerLost);
    CHECK(Missing(stored) == 1);
    ++lost;
    Consent();
  }
};

void DisturbAtRandom(Rotation rotation, int rounds) {
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  Disturbed scene(rotation, seed);
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    for (int i = 0; i < 2; ++i) scene.children.push_back(scene.SpawnOne());
    for (int i = 0; i < 5; ++i) scene.Disturb();
    scene.kills += static_cast<int>(scene.children.size());
    scene.children.clear();
    scene.CheckHistory();
  }
  std::cout << rounds * 5 << " stops and kills (seed " << seed << "), "
            << scene.zoom->Calls("token/refresh_token") << " refreshes, " << scene.lost << " lost, "
            << (scene.strict() ? "strict" : "lenient") << "\n";
}

TEST_SUITE("Processes that refresh without a pause, stopped and killed at random") {
  TEST_CASE("lenient: nothing is lost") { DisturbAtRandom(Rotation::kLenient, Times(100)); }
  TEST_CASE("strict: no token is exchanged twice, and only a last answer is lost") {
    DisturbAtRandom(Rotation::kStrict, Times(100));
  }
}

}  // namespace
}  // namespace joinpass::testing
