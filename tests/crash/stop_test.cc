// Processes that refresh are stopped, and go on later.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "crash_scene.h"

namespace joinpass::testing {
namespace {

// What another process gets while the holder is stopped, the old token being
// expired: nothing, in its own time, unless new tokens are stored already. In the
// middle of a commit not even the store can be read.
void CheckOther(const CrashScene& scene) {
  const auto other = scene.Finish({"mode=once", "timeout=1"});
  CAPTURE(other->AllLines());
  const bool busy = other->Last("refused ") == "refresh_busy" ||
                    other->Last("refused ") == "store_unavailable" ||
                    other->Last("broken ").starts_with("store_unavailable");
  CHECK((busy || !other->Last("given ").empty()));
}

void CheckGoesOn(CrashScene& scene, Child& child) {
  child.Signal(SIGCONT);
  child.AwaitEnd();
  CAPTURE(child.AllLines());
  const store::CredentialRecord stored = scene.Stored();
  const bool expired = stored.tokens.access_expires_at < scene.clock.Now();
  if (expired) {
    // Its time to send was up before a byte left: nothing is spent.
    CHECK(child.Last("refused ") == "deadline_exceeded");
  } else {
    CHECK(child.Last("given ") == std::string(stored.tokens.access_token.Reveal()));
  }
  CHECK(scene.Stored().health == Health::kHealthy);
  CHECK_FALSE(scene.Stored().pending);
  CHECK(scene.Missing(scene.Stored()) == 0);
  CHECK(scene.Zooms().most_uses_of_one_token == 1);
  CHECK(scene.Zooms().refused == 0);
}

// Whether nobody is in the middle of a write.
bool MayWrite(const CrashScene& scene) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((scene.store + "/credentials.db").c_str(), &db) == SQLITE_OK);
  const bool may =
      sqlite3_exec(db, "BEGIN IMMEDIATE; ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(db);
  return may;
}

// A holder that Zoom has answered, stopped before it heard.
std::unique_ptr<Child> StopBeforeItHears(CrashScene& scene) {
  fake_zoom::Fault hold;
  hold.endpoint = "token/refresh_token";
  hold.kind = fake_zoom::FaultKind::kHold;
  REQUIRE(scene.zoom->SetFault(hold).ok());
  const int before = scene.zoom->Calls("token/refresh_token");
  auto child = scene.Spawn({"mode=once", "timeout=600"});
  scene.zoom->AwaitCalls("token/refresh_token", before + 1);
  child->Signal(SIGSTOP);
  child->AwaitStop();
  scene.zoom->Release();
  return child;
}

TEST_SUITE("A holder that is stopped") {
  TEST_CASE("at every step, and continued after the refresh deadline, goes on") {
    CrashScene scene(Rotation::kStrict);
    int unsent = 0;
    for (int step = 1;; ++step) {
      CAPTURE(step);
      REQUIRE(step < 500);
      scene.clock.Advance(absl::Hours(2));
      const auto child =
          scene.Spawn({"mode=once", "timeout=600", "signal=STOP", "step=" + std::to_string(step)});
      int status = 0;
      REQUIRE(child->AwaitChange(status));
      if (!WIFSTOPPED(status)) break;
      // In the middle of a commit the other waits for SQLite's lock: not at each step.
      if (step % 10 == 1) CheckOther(scene);
      scene.clock.Advance(absl::Minutes(1));
      CheckGoesOn(scene, *child);
      if (scene.Stored().tokens.access_expires_at < scene.clock.Now()) ++unsent;
    }
    // Only just before the send.
    CHECK(unsent == 1);
  }

  TEST_CASE("while Zoom answers, takes the answer that came meanwhile") {
    CrashScene scene(Rotation::kStrict);
    scene.clock.Advance(absl::Hours(2));
    const auto child = StopBeforeItHears(scene);
    CheckOther(scene);
    scene.clock.Advance(absl::Minutes(1));
    CheckGoesOn(scene, *child);
  }

  // Somebody else takes the lock and finds the token spent; then it goes on.
  void CheckRepairs(CrashScene & scene, Child & child) {
    // As a lease that lapsed: somebody else may have the lock.
    REQUIRE(std::filesystem::remove(scene.store + "/refresh.lock"));
    scene.clock.Advance(absl::Minutes(1));
    const auto other = scene.Finish({"mode=once", "timeout=5"});
    CAPTURE(other->AllLines());
    CHECK(other->Last("refused ") == "reauthorization_required/answer_lost");
    CHECK(other->Said("heard healthy reauthorization_required"));
    CHECK(scene.Stored().cause == Cause::kAnswerLost);
    child.Signal(SIGCONT);
    child.AwaitEnd();
    CAPTURE(child.AllLines());
    CHECK(child.Said("heard reauthorization_required healthy"));
    CHECK(child.Last("given ") == std::string(scene.Stored().tokens.access_token.Reveal()));
    CHECK(scene.Stored().health == Health::kHealthy);
    CHECK(scene.Missing(scene.Stored()) == 0);
  }

  TEST_CASE("past a verdict, repairs it with its late answer") {
    CrashScene scene(Rotation::kStrict);
    scene.clock.Advance(absl::Hours(2));
    const auto child = StopBeforeItHears(scene);
    CheckRepairs(scene, *child);
  }

  TEST_CASE("past a verdict, with the answer in its hands, repairs it, too") {
    CrashScene scene(Rotation::kStrict);
    int repaired = 0;
    for (int step = 1;; ++step) {
      CAPTURE(step);
      REQUIRE(step < 500);
      scene.clock.Advance(absl::Hours(2));
      const int before = scene.Zooms().generation;
      const auto child =
          scene.Spawn({"mode=once", "timeout=600", "signal=STOP", "step=" + std::to_string(step)});
      int status = 0;
      REQUIRE(child->AwaitChange(status));
      if (!WIFSTOPPED(status)) break;
      const bool answered = scene.Zooms().generation > before;
      if (answered && MayWrite(scene)) {
        CheckRepairs(scene, *child);
        ++repaired;
        continue;
      }
      child->Signal(SIGCONT);
      child->AwaitEnd();
      if (answered) break;
    }
    // From the answer to the first byte of the commit.
    CHECK(repaired > 0);
  }

  TEST_CASE("and killed then leaves the lock, and the next one says what was lost") {
    CrashScene scene(Rotation::kStrict);
    scene.clock.Advance(absl::Hours(2));
    {
      const auto child = StopBeforeItHears(scene);
      child->Signal(SIGKILL);
      child->AwaitEnd();
    }
    scene.clock.Advance(absl::Minutes(1));
    const auto next = scene.Finish({"mode=once", "timeout=5"});
    CHECK(next->Last("refused ") == "reauthorization_required/answer_lost");
  }
}

}  // namespace
}  // namespace joinpass::testing
