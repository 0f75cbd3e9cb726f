#include "directory/background_sync.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "support/engine_room.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;

constexpr absl::Duration kEvery = absl::Hours(1);

struct Scene : EngineRoom {
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  Sync sync{context, calls};
  BackgroundSync background{context, sync, kEvery};
  bool zoom_is_down = false;

  Scene() {
    Connect(absl::Hours(9));
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (zoom_is_down) return JsonAnswer(500, "");
      if (seen.target.find("/meetings") != std::string::npos) {
        return JsonAnswer(200, R"({"meetings":[]})");
      }
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1","pmi":1234567890})");
    };
  }
  // The loop's own tasks end before the room does.
  ~Scene() {
    context.closing->Begin();
    loop.Run();
  }

  store::SyncRecord Last(const std::string& id = "cred_1") {
    return records.FindSync(id)->value_or(store::SyncRecord());
  }

  int Syncs() { return static_cast<int>(transport.Count("/meetings")); }
};

TEST_SUITE("BackgroundSync") {
  TEST_CASE_FIXTURE(Scene, "syncs at once, and then every so often") {
    const auto running = Begin(background.RunWhileOpen());
    CHECK(Syncs() == 1);
    CHECK(Last().state == SyncState::kCompleted);
    loop.Advance(0.9 * kEvery - absl::Seconds(60));
    CHECK(Syncs() == 1);
    loop.Advance(0.2 * kEvery + absl::Seconds(120));
    CHECK(Syncs() == 2);
    context.closing->Begin();
    loop.Run();
    CHECK(running->has_value());
  }

  TEST_CASE_FIXTURE(Scene, "sees a new consent within half a minute, whoever took it") {
    const auto running = Begin(background.RunWhileOpen());
    store::CredentialRecord second = Consent("cred_2", "user-2", absl::Hours(9));
    REQUIRE(records.PutConsented(second).ok());
    loop.Advance(absl::Seconds(30));
    CHECK(Syncs() == 2);
    // One that its user gave once more.
    clock.Advance(absl::Seconds(1));
    REQUIRE(records.PutConsented(Consent("cred_9", "user-2", absl::Hours(9))).ok());
    loop.Advance(absl::Seconds(30));
    CHECK(Syncs() == 3);
  }

  TEST_CASE_FIXTURE(Scene, "tries again what failed, and leaves alone who must consent again") {
    zoom_is_down = true;
    const auto running = Begin(background.RunWhileOpen());
    for (int i = 0; i < 9; ++i) loop.Advance(absl::Seconds(1));
    CHECK(Last().state == SyncState::kFailed);
    CHECK(Last().reason == "zoom_unavailable");
    loop.Advance(absl::Minutes(8));
    for (int i = 0; i < 9; ++i) loop.Advance(absl::Seconds(1));
    const std::size_t asked = transport.seen.size();
    loop.Advance(absl::Minutes(4));
    CHECK(transport.seen.size() > asked);
    zoom_is_down = false;
    loop.Advance(absl::Minutes(12));
    CHECK(Last().state == SyncState::kCompleted);

    REQUIRE(records.OpenPending("cred_1", Secret("refresh-0"), {}, clock.Now()).ok());
    REQUIRE(
        records.Condemn("cred_1", Secret("refresh-0"), Cause::kRevokedOrExpired, {}, clock.Now())
            .ok());
    const int before = Syncs();
    loop.Advance(3 * kEvery);
    CHECK(Syncs() == before);
  }

  TEST_CASE_FIXTURE(Scene, "shares the work with another process on the same store") {
    service::Context there = Elsewhere();
    oauth::AccessTokens their_tokens{there};
    oauth::AuthorizedCalls their_calls{there, their_tokens};
    Sync their_sync{there, their_calls};
    BackgroundSync theirs{there, their_sync, kEvery};
    for (int i = 2; i <= 9; ++i) {
      const std::string n = std::to_string(i);
      REQUIRE(records.PutConsented(Consent("cred_" + n, "user-" + n, absl::Hours(9))).ok());
    }
    const auto ours = Start(background.RunWhileOpen());
    const auto other = Start(theirs.RunWhileOpen());
    loop.Run();
    CHECK(Syncs() == 9);
    loop.Advance(0.9 * kEvery - absl::Seconds(60));
    CHECK(Syncs() == 9);
    loop.Advance(0.2 * kEvery + absl::Seconds(120));
    CHECK(Syncs() == 18);
    there.closing->Begin();
    loop.Run();
  }

  TEST_CASE_FIXTURE(Scene, "is at no more than a few at a time") {
    for (int i = 2; i <= 9; ++i) {
      const std::string n = std::to_string(i);
      REQUIRE(records.PutConsented(Consent("cred_" + n, "user-" + n, absl::Hours(9))).ok());
    }
    transport.hold = true;
    const auto running = Begin(background.RunWhileOpen());
    CHECK(transport.seen.size() == 4);
    transport.Release();
    loop.Run();
    CHECK(Syncs() == 9);
  }

  TEST_CASE_FIXTURE(Scene, "takes over what another process has left") {
    store::SyncRecord left;
    left.credential_id = "cred_1";
    left.state = SyncState::kInProgress;
    left.began_at = clock.Now();
    left.changed_at = clock.Now();
    REQUIRE(*records.PutSync(left, {}));
    const auto running = Begin(background.RunWhileOpen());
    loop.Advance(absl::Minutes(3) - absl::Seconds(31));
    CHECK(Syncs() == 0);
    loop.Advance(absl::Seconds(62));
    CHECK(Syncs() == 1);
  }
}

}  // namespace
}  // namespace joinpass::directory
