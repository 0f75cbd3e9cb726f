// The disk fails at every write, truncation and sync of a refresh, once and for
// good: no token is given that is not durable, no refresh follows one that is not
// stored, and nothing is lost once the disk is well again.

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <atomic>
#include <iostream>
#include <string>
#include <thread>

#include "crash_scene.h"
#include "support/fault_vfs.h"

namespace joinpass::testing {
namespace {

enum class Lasts { kOnce, kForGood };

// What this process's disk does from now on.
struct Disk {
  std::atomic<int> operations = 0;
  std::atomic<int> fails_at = 0;  // 0: never
  std::atomic<bool> for_good = false;
  std::atomic<int> failures = 0;
  std::atomic<int> full_or_broken = SQLITE_FULL;
  std::atomic<bool> hangs = false;

  Disk() {
    FaultVfsOptions options;
    options.on_step = [this] { hangs.wait(true); };
    options.fault = [this](DiskOp op) { return Fault(op); };
    InstallFaultVfs(options);
  }

  int Fault(DiskOp op) {
    if (op == DiskOp::kLock) return SQLITE_OK;
    const int now = ++operations;
    const int at = fails_at;
    if (at == 0 || now < at || (now > at && !for_good)) return SQLITE_OK;
    ++failures;
    if (op == DiskOp::kSync) return SQLITE_IOERR_FSYNC;
    if (op == DiskOp::kTruncate) return SQLITE_IOERR_TRUNCATE;
    return full_or_broken;
  }

  void FailAt(int at, Lasts lasts) {
    operations = 0;
    failures = 0;
    for_good = lasts == Lasts::kForGood;
    fails_at = at;
  }
  void Mend() { fails_at = 0; }

  void Hang() { hangs = true; }
  void GoOn() {
    hangs = false;
    hangs.notify_all();
  }
};

Disk& TheDisk() {
  static Disk disk;
  return disk;
}

struct DiskScene : CrashScene {
  DiskScene() : CrashScene(Rotation::kStrict) {}

  std::string Ask(Engine& engine) {
    const auto token = engine.credentials().GetAccessToken(credential, absl::Seconds(20));
    return token.ok() ? std::string(token->value.Reveal())
                      : std::string(ReasonName(ReasonOf(token.status())));
  }

  // One refresh on a disk that fails at its `at`-th operation. False: there are
  // fewer.
  bool RefreshWithFailureAt(int at, Lasts lasts) {
    clock.Advance(absl::Hours(2));
    const int before = zoom->Calls("token/refresh_token");
    const std::string old(Stored().tokens.access_token.Reveal());
    const auto engine = Open();
    TheDisk().FailAt(at, lasts);
    const std::string given = Ask(*engine);
    // Whoever asks again causes no second refresh while an answer is not stored.
    const std::string again = Ask(*engine);
    const bool failed = TheDisk().failures > 0;
    TheDisk().Mend();
    CAPTURE(given);
    CAPTURE(again);
    CHECK(zoom->Calls("token/refresh_token") <= before + 1);
    CHECK(given != old);
    CHECK((given == "store_unavailable" || given == again || again.starts_with("ey")));
    CHECK(engine->Close(absl::Seconds(20)).ok());
    const store::CredentialRecord stored = Stored();
    CHECK(IsWhole());
    CHECK(Missing(stored) == 0);
    CHECK(stored.health == Health::kHealthy);
    // Given to somebody, so durable; or nobody has it.
    for (const std::string& token : {given, again}) {
      if (token.starts_with("ey")) CHECK(token == stored.tokens.access_token.Reveal());
    }
    const auto next = Open();
    // The intent may have been stored by a write that SQLite said had failed: then
    // nobody knows that nothing was sent, and the next send has to wait.
    if (Stored().pending) {
      CHECK(zoom->Calls("token/refresh_token") == before);
      CHECK(Ask(*next) == "refresh_unanswered");
      clock.Advance(absl::Seconds(31));
    }
    CHECK(Ask(*next).starts_with("ey"));
    CHECK(next->Close(absl::Seconds(20)).ok());
    CHECK(Zooms().most_uses_of_one_token <= 1);
    return failed;
  }

  void FailEverywhere(int code, Lasts lasts) {
    TheDisk().full_or_broken = code;
    int at = 1;
    while (at < 500) {
      CAPTURE(at);
      if (!RefreshWithFailureAt(at, lasts)) break;
      ++at;
    }
    CHECK(at > 10);
    std::cout << "a disk that fails at each of " << at - 1 << " operations"
              << (lasts == Lasts::kOnce ? ", once" : ", for good") << "\n";
  }
};

TEST_SUITE("A disk that fails at every operation of a refresh") {
  TEST_CASE("once, being full") {
    TheDisk();
    DiskScene().FailEverywhere(SQLITE_FULL, Lasts::kOnce);
  }
  TEST_CASE("for good, being full") {
    TheDisk();
    DiskScene().FailEverywhere(SQLITE_FULL, Lasts::kForGood);
  }
  TEST_CASE("once, with an error of its own") {
    TheDisk();
    DiskScene().FailEverywhere(SQLITE_IOERR_WRITE, Lasts::kOnce);
  }
  TEST_CASE("for good, with an error of its own") {
    TheDisk();
    DiskScene().FailEverywhere(SQLITE_IOERR_WRITE, Lasts::kForGood);
  }
}

TEST_SUITE("A disk that hangs while an answer is stored") {
  TEST_CASE("keeps nobody beyond his own deadline, and loses nothing") {
    TheDisk();
    DiskScene scene;
    scene.clock.Advance(absl::Hours(2));
    const auto engine = scene.Open();
    fake_zoom::Fault hold;
    hold.endpoint = "token/refresh_token";
    hold.kind = fake_zoom::FaultKind::kHold;
    REQUIRE(scene.zoom->SetFault(hold).ok());
    const int before = scene.zoom->Calls("token/refresh_token");
    std::thread first([&] {
      CHECK(ReasonOf(engine->credentials()
                         .GetAccessToken(scene.credential, absl::Milliseconds(300))
                         .status()) == Reason::kRefreshBusy);
    });
    scene.zoom->AwaitCalls("token/refresh_token", before + 1);
    TheDisk().Hang();
    scene.zoom->Release();
    first.join();
    CHECK(ReasonOf(engine->credentials()
                       .GetAccessToken(scene.credential, absl::Milliseconds(300))
                       .status()) == Reason::kRefreshBusy);
    TheDisk().GoOn();
    CHECK(scene.Ask(*engine).starts_with("ey"));
    CHECK(engine->Close(absl::Seconds(20)).ok());
    CHECK(scene.Missing(scene.Stored()) == 0);
    CHECK(scene.zoom->Calls("token/refresh_token") == before + 1);
  }
}

}  // namespace
}  // namespace joinpass::testing
