// Processes that end a consent are killed at every step of it. What Zoom gave for
// the code is the only copy, and has voided the consent before: it is lost only
// between Zoom's answer and our first commit.

#include <doctest/doctest.h>

#include <iostream>
#include <string>
#include <vector>

#include "crash_scene.h"
#include "times.h"

namespace joinpass::testing {
namespace {

struct ConsentScene : CrashScene {
  using CrashScene::CrashScene;
  int ends = 0;
  int kept_unnamed = 0;  // at the end of a process
  std::vector<int> lost_at;

  int Exchanges() const { return zoom->Calls("token/authorization_code"); }

  // Whether the next process, with whatever is stored, comes to a credential that
  // works, and that is the one there was.
  void CheckWorks() {
    const auto settled = Finish({"mode=settle"});
    CAPTURE(settled->AllLines());
    CHECK(settled->ended_well());
    CHECK(settled->Last("upkeep ") == "ok");
    CHECK(Unnamed().empty());
    CHECK(Read([](store::Records& records) { return records.ListCredentials(""); }).size() == 1);
    CHECK(Stored().health == Health::kHealthy);
    clock.Advance(absl::Hours(2));
    const auto works = Finish({"mode=once"});
    CAPTURE(works->AllLines());
    CHECK(works->Last("given ") == std::string(Stored().tokens.access_token.Reveal()));
  }

  // One consent by a process that ends at its `step`-th step. False: it has fewer.
  bool EndAt(int step, const std::string& vfs, const std::string& signal) {
    const std::string redirect = BeginConsent(kUser);
    const int before = Exchanges();
    const std::string old(Stored().tokens.refresh_token.Reveal());
    const auto child = Finish({"mode=consent", "redirect=" + redirect, "vfs=" + vfs,
                               "signal=" + signal, "step=" + std::to_string(step)});
    CAPTURE(child->AllLines());
    ++ends;
    CHECK(IsWhole());
    const bool unnamed = !Unnamed().empty();
    const bool kept = unnamed || old != Stored().tokens.refresh_token.Reveal();
    kept_unnamed += unnamed ? 1 : 0;
    if (signal == "TERM") CHECK(child->ended_well());
    if (!child->Last("connected ").empty()) CHECK(kept);
    if (kept || Exchanges() == before) {
      CheckWorks();
    } else {
      lost_at.push_back(step);
      Consent();
      clock.Advance(absl::Hours(2));  // as CheckWorks() does: each process finds the same to forget
    }
    const std::string steps = child->Last("steps ");
    return steps.empty() || std::stoi(steps) >= step;
  }
};

void EndAtEveryStep(Rotation rotation, const std::string& vfs, const std::string& signal) {
  ConsentScene scene(rotation);
  const int stride = IsZoomHarsh() && Times(8) == 1 ? 5 : 1;
  int step = 1;
  for (bool more = true; more; step += stride) {
    CAPTURE(step);
    REQUIRE(step < 500);
    more = scene.EndAt(step, vfs, signal);
  }
  CHECK(scene.kept_unnamed > 0);
  if (signal == "TERM") {
    CHECK(scene.lost_at.empty());
  } else {
    // From Zoom's answer to the sync of the first commit, and at no other step.
    REQUIRE_FALSE(scene.lost_at.empty());
    const int apart = (scene.lost_at.back() - scene.lost_at.front()) / stride;
    CHECK(apart + 1 == static_cast<int>(scene.lost_at.size()));
  }
  std::cout << "a consent, every step, " << signal << ", " << vfs << " disk, "
            << (scene.strict() ? "strict" : "lenient") << ": " << scene.ends << " ends, "
            << scene.lost_at.size() << " lost, " << scene.kept_unnamed << " named by the next\n";
}

TEST_SUITE("A consent that ends at every step") {
  TEST_CASE("by SIGKILL: lost only between Zoom's answer and the first commit") {
    EndAtEveryStep(Rotation::kStrict, "plain", "KILL");
  }
  TEST_CASE("by SIGKILL with all that was not synced: the same") {
    EndAtEveryStep(Rotation::kLenient, "drop", "KILL");
  }
  TEST_CASE("by SIGTERM: nothing is lost") { EndAtEveryStep(Rotation::kStrict, "plain", "TERM"); }
}

}  // namespace
}  // namespace joinpass::testing
