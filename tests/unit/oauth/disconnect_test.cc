#include "oauth/disconnect.h"

#include <doctest/doctest.h>

#include <string>

#include "oauth/upkeep.h"
#include "support/engine_room.h"
#include "unit/store/raw_sqlite.h"

namespace joinpass::oauth {
namespace {

struct Scene : testing::EngineRoom {
  AccessTokens tokens{context};

  Scene() {
    Connect(absl::Hours(1));
    transport.answer = [](const testing::ScriptedTransport::Seen&) {
      return testing::JsonAnswer(200, R"({"status":"success"})");
    };
  }

  auto Ask() { return Disconnect(context, tokens, "cred_1", In(absl::Seconds(10))); }
};

TEST_SUITE("Disconnect") {
  TEST_CASE_FIXTURE(Scene, "revokes before it removes, and is durable before either") {
    transport.hold = true;
    const auto gone = Begin(Ask());
    CHECK(Stored().health == Health::kDisconnecting);
    CHECK(transport.Count("token=access-0") == 1);
    transport.Release();
    loop.Run();
    REQUIRE(*gone);
    REQUIRE((*gone)->ok());
    CHECK((**gone)->revoked);
    CHECK(ReasonOf(records.GetCredential("cred_1").status()) == Reason::kCredentialUnknown);
  }

  TEST_CASE_FIXTURE(Scene, "gives way to a consent that comes first, and revokes nothing of it") {
    // Somebody's refresh is under way.
    auto lock = records.TryLockRefresh("cred_1");
    REQUIRE(lock.ok());
    const auto gone = Begin(Ask());
    CHECK(Stored().health == Health::kDisconnecting);
    REQUIRE(records.PutConsented(Consent("cred_2", "user-1", absl::Hours(1))).ok());
    lock->reset();
    loop.Advance(absl::Seconds(1));
    REQUIRE(*gone);
    REQUIRE((*gone)->ok());
    CHECK_FALSE((**gone)->revoked);
    CHECK(ReasonOf((**gone)->why_not) == Reason::kCancelled);
    CHECK(Stored().health == Health::kHealthy);
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(Scene, "that two finish at once is no failure of either") {
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    AuthorizedCalls calls(context, tokens);
    Upkeep one(context, tokens, calls);
    Upkeep another(context, tokens, calls);
    transport.hold = true;
    const auto first = Begin(one.Run(In(absl::Minutes(1))));
    const auto second = Begin(another.Run(In(absl::Minutes(1))));
    transport.hold = false;
    transport.Release();
    for (int i = 0; i < 60 && !*second; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE((*first && *second));
    CHECK((*first)->value().disconnected + (*second)->value().disconnected == 1);
    CHECK((*first)->value().failed + (*second)->value().failed == 0);
    CHECK(transport.seen.size() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "removes what is damaged, and says that nothing was revoked") {
    store::RawSqlite(folder / "store/credentials.db")
        .Run("UPDATE credential SET sealed_tokens=zeroblob(100)");
    const auto gone = Finish(Ask());
    REQUIRE(gone.ok());
    CHECK_FALSE(gone->revoked);
    CHECK(ReasonOf(gone->why_not) == Reason::kStoreCorrupt);
    CHECK(transport.seen.empty());
    CHECK(ReasonOf(records.GetCredential("cred_1").status()) == Reason::kCredentialUnknown);
  }
}

}  // namespace
}  // namespace joinpass::oauth
