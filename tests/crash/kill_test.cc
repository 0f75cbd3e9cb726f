// Processes that refresh are killed: at every step, and at any moment. On a Zoom
// that honours an old refresh token until the new one is used nothing is ever
// lost; on a strict one only what Zoom had answered and we had not stored, and
// then it is reported as that.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "crash_scene.h"
#include "times.h"

namespace joinpass::testing {
namespace {

struct Tally {
  int kills = 0;
  int lost = 0;
  std::vector<long> from_byte_us;  // from the last byte of the answer until it is durable
  std::vector<long> from_zoom_us;  // from when Zoom committed it
};

struct KillScene : CrashScene {
  using CrashScene::CrashScene;
  Tally tally;

  // What a process that comes after a kill makes of it: it settles all that is
  // open, and nothing is lost that could be kept.
  void CheckAfterwards(bool may_lose) {
    ++tally.kills;
    CHECK(IsWhole());
    const store::CredentialRecord left = Stored();
    const int missing = Missing(left);
    CHECK(missing >= 0);
    if (strict()) CHECK(missing <= 1);
    clock.Advance(absl::Hours(2));
    const auto settled = Finish({"mode=settle"});
    CAPTURE(settled->AllLines());
    CHECK(settled->ended_well());
    CHECK(settled->Last("upkeep ") == "ok");
    const store::CredentialRecord after = Stored();
    if (after.health == Health::kHealthy) {
      CHECK_FALSE(after.pending);
    } else {
      CHECK(may_lose);
      CHECK(after.health == Health::kReauthorizationRequired);
      CHECK(after.cause == Cause::kAnswerLost);
      // Only between Zoom's commit and ours.
      CHECK(missing == 1);
      ++tally.lost;
      Consent();
    }
    clock.Advance(absl::Hours(2));
    const auto works = Finish({"mode=once"});
    CAPTURE(works->AllLines());
    CHECK(works->Last("refused ").empty());
    CHECK(works->Last("given ") == std::string(Stored().tokens.access_token.Reveal()));
    CHECK(Missing(Stored()) == (strict() ? 0 : Missing(Stored())));
    if (strict()) CHECK(Zooms().most_uses_of_one_token == 1);
    const std::int64_t durable_ns = std::stoll(works->Last("durable_ns "));
    tally.from_byte_us.push_back((durable_ns - std::stoll(works->Last("answered_ns "))) / 1000);
    const std::int64_t zoom_ns = absl::ToInt64Nanoseconds(Zooms().refreshed.SinceBoot());
    tally.from_zoom_us.push_back((durable_ns - zoom_ns) / 1000);
  }

  // A token that a process had when it died was durable by then.
  void CheckGiven(const Child& child) const {
    const std::string given = child.Last("given ");
    if (given.empty()) return;
    CHECK(given == std::string(Stored().tokens.access_token.Reveal()));
  }
};

// "2400 us (median), 3100 us (p95)"
std::string Spread(std::vector<long> micros) {
  std::sort(micros.begin(), micros.end());
  const auto at = [&](std::size_t percent) {
    return std::to_string(micros[(micros.size() - 1) * percent / 100]) + " us ";
  };
  return at(50) + "(median), " + at(95) + "(p95)";
}

void Report(const std::string& what, const Tally& tally) {
  std::cout << what << ": " << tally.kills << " ends, " << tally.lost
            << " lost; last byte to durable " << Spread(tally.from_byte_us) << "; Zoom to durable "
            << Spread(tally.from_zoom_us) << "\n";
}

void EndAtEveryStep(Rotation rotation, const std::string& vfs, const std::string& signal) {
  KillScene scene(rotation);
  const bool kills = signal == "KILL";
  // Every step, but for the short form on a harsh Zoom.
  const int stride = IsZoomHarsh() && Times(8) == 1 ? 5 : 1;
  for (int step = 1;; step += stride) {
    CAPTURE(step);
    REQUIRE(step < 500);
    scene.clock.Advance(absl::Hours(2));
    const auto child = scene.Finish(
        {"mode=once", "vfs=" + vfs, "signal=" + signal, "step=" + std::to_string(step)});
    CAPTURE(child->AllLines());
    if (kills) {
      scene.CheckGiven(*child);
    } else {
      CHECK(child->ended_well());
      // Whoever closes in order stores what Zoom answers meanwhile.
      CHECK(scene.Missing(scene.Stored()) == 0);
    }
    const std::string steps = child->Last("steps ");
    scene.CheckAfterwards(kills && scene.strict());
    if (!steps.empty() && std::stoi(steps) < step) break;
  }
  if (!scene.strict() || !kills) CHECK(scene.tally.lost == 0);
  if (scene.strict() && kills) CHECK(scene.tally.lost > 0);
  Report("every step, " + signal + ", " + vfs + " disk, " + (scene.strict() ? "strict" : "lenient"),
         scene.tally);
}

TEST_SUITE("A refresh that ends at every step") {
  TEST_CASE("by SIGKILL, lenient: nothing is lost") {
    EndAtEveryStep(Rotation::kLenient, "plain", "KILL");
  }
  TEST_CASE("by SIGKILL with all that was not synced, lenient: nothing is lost") {
    EndAtEveryStep(Rotation::kLenient, "drop", "KILL");
  }
  TEST_CASE("by SIGKILL, strict: lost only between Zoom's commit and ours") {
    EndAtEveryStep(Rotation::kStrict, "plain", "KILL");
  }
  TEST_CASE("by SIGKILL with all that was not synced, strict: the same") {
    EndAtEveryStep(Rotation::kStrict, "drop", "KILL");
  }
  TEST_CASE("by SIGTERM, strict: nothing is lost") {
    EndAtEveryStep(Rotation::kStrict, "plain", "TERM");
  }
  TEST_CASE("by SIGTERM, lenient: nothing is lost") {
    EndAtEveryStep(Rotation::kLenient, "plain", "TERM");
  }
}

// Refreshes without a pause, and is killed at any moment; the next one goes on.
void KillAtAnyMoment(Rotation rotation, const std::string& vfs, int kills) {
  KillScene scene(rotation);
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < kills; ++i) {
    CAPTURE(i);
    scene.clock.Advance(absl::Hours(2));
    const auto child = scene.Spawn({"mode=loop", "vfs=" + vfs});
    child->Await("opened");
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    child->Signal(SIGKILL);
    child->AwaitEnd();
    CHECK(child->was_killed());
    ++scene.tally.kills;
    const store::CredentialRecord left = scene.Stored();
    const int missing = scene.Missing(left);
    if (scene.strict()) {
      CHECK(missing >= 0);
      CHECK(missing <= 1);
      CHECK(scene.Zooms().most_uses_of_one_token <= 1);
    } else {
      CHECK(left.health == Health::kHealthy);
    }
    if (left.health != Health::kHealthy) {
      // The process before this one was killed between Zoom's commit and ours.
      CHECK(left.cause == Cause::kAnswerLost);
      CHECK(missing == 1);
      ++scene.tally.lost;
      scene.Consent();
    }
    if (i % 50 == 0) CHECK(scene.IsWhole());
  }
  scene.clock.Advance(absl::Hours(2));
  const auto works = scene.Finish({"mode=once"});
  CAPTURE(works->AllLines());
  const bool lost = scene.strict() && scene.Stored().cause == Cause::kAnswerLost;
  CHECK((!works->Last("given ").empty() || lost));
  std::cout << "any moment, " << vfs << " disk, " << (scene.strict() ? "strict" : "lenient") << ": "
            << kills << " kills (seed " << seed << "), " << scene.tally.lost << " lost\n";
}

TEST_SUITE("A process that refreshes without a pause, killed at any moment") {
  TEST_CASE("lenient: loses nothing") { KillAtAnyMoment(Rotation::kLenient, "plain", Times(500)); }
  TEST_CASE("lenient, with all that was not synced: loses nothing") {
    KillAtAnyMoment(Rotation::kLenient, "drop", Times(500));
  }
  TEST_CASE("strict: loses only what Zoom had answered, and says so") {
    KillAtAnyMoment(Rotation::kStrict, "plain", Times(500));
  }
  TEST_CASE("strict, with all that was not synced: the same") {
    KillAtAnyMoment(Rotation::kStrict, "drop", Times(500));
  }
}

TEST_SUITE("A disk that says it has synced, and has not") {
  TEST_CASE("loses a credential even on a lenient Zoom: so this suite would notice") {
    CrashScene scene(Rotation::kLenient);
    const auto child = scene.Spawn({"mode=loop", "vfs=off"});
    // The second refresh spends what the first one was given.
    for (int i = 0; i < 3; ++i) child->Await("given ");
    child->Signal(SIGKILL);
    child->AwaitEnd();
    scene.clock.Advance(absl::Hours(2));
    const auto after = scene.Finish({"mode=once"});
    CAPTURE(after->AllLines());
    CHECK(after->Last("refused ") == "reauthorization_required/revoked_or_expired");
  }
}

}  // namespace
}  // namespace joinpass::testing
