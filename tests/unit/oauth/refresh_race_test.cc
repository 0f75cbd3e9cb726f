#include <doctest/doctest.h>

#include <string>

#include "oauth/authorized_calls.h"
#include "oauth/upkeep.h"
#include "unit/oauth/token_scene.h"

namespace joinpass::oauth {
namespace {

TEST_SUITE("A refresh beside others who write") {
  TEST_CASE_FIXTURE(TokenScene, "uses what another process stored, without a request") {
    Connect(absl::ZeroDuration());
    store::Tokens other;
    other.access_token = Secret("access-9");
    other.refresh_token = Secret("refresh-9");
    other.access_expires_at = clock.Now() + absl::Hours(1);
    REQUIRE(*records.CommitTokens("cred_1", Secret("refresh-0"), other, clock.Now()));
    CHECK(Given() == "access-9");
    CHECK(Refreshes() == 0);
  }

  TEST_CASE_FIXTURE(TokenScene, "an answer that finds a successor stored gives way to it") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    store::Tokens other;
    other.access_token = Secret("access-9");
    other.refresh_token = Secret("refresh-9");
    other.access_expires_at = clock.Now() + absl::Hours(1);
    REQUIRE(*records.CommitTokens("cred_1", Secret("refresh-0"), other, clock.Now()));
    transport.Release();
    loop.Run();
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "access-9");
    CHECK(Stored().tokens.refresh_token == Secret("refresh-9"));
  }

  TEST_CASE_FIXTURE(TokenScene, "a refusal that finds a successor stored is no verdict") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    store::Tokens other;
    other.access_token = Secret("access-9");
    other.refresh_token = Secret("refresh-9");
    other.access_expires_at = clock.Now() + absl::Hours(1);
    REQUIRE(*records.CommitTokens("cred_1", Secret("refresh-0"), other, clock.Now()));
    AnswerWith(kInvalidGrant);
    transport.Release();
    loop.Run();
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "access-9");
    CHECK(Stored().health == Health::kHealthy);
    CHECK(Heard().empty());
  }

  TEST_CASE_FIXTURE(TokenScene, "whose intent upkeep finds open is not sent after it again") {
    Connect(absl::ZeroDuration());
    AuthorizedCalls calls(context, tokens);
    Upkeep upkeep(context, tokens, calls);
    transport.hold = true;
    const auto answer = Begin(Ask());
    const auto report = Begin(upkeep.Run(In(absl::Seconds(60))));
    transport.Release();
    loop.Run();
    REQUIRE(report->has_value());
    CHECK((*report)->ok());
    CHECK(Name(**answer) == "access-1");
    CHECK(Refreshes() == 1);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
  }

  TEST_CASE_FIXTURE(TokenScene, "keeps its lock while the store refuses its answer") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    BreakStore();
    transport.Release();
    loop.Run();
    CHECK(Name(**answer) == "store_unavailable");
    loop.Advance(absl::Seconds(2));
    CHECK(*records.TryLockRefresh("cred_1") == nullptr);
    MendStore();
    loop.Advance(absl::Seconds(10));
    CHECK(*records.TryLockRefresh("cred_1") != nullptr);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
  }

  TEST_CASE_FIXTURE(TokenScene, "that finds the store put back stores what it knows better") {
    Connect(absl::ZeroDuration());
    CHECK(Given() == "access-1");
    const std::string file = folder / "store/credentials.db";
    const std::string old = testing::ReadFile(file);
    clock.Advance(absl::Hours(2));
    CHECK(Given() == "access-2");
    testing::WriteFile(file, old);
    REQUIRE(Stored().tokens.refresh_token == Secret("refresh-1"));
    clock.Advance(absl::Hours(2));
    CHECK(Given() == "access-3");
    CHECK(transport.Count("refresh_token=refresh-1") == 1);
    CHECK(transport.Count("refresh_token=refresh-2") == 1);
    CHECK(noticed == "store_put_back ");
    CHECK(Heard().empty());
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "a new consent during a refresh wins, and the late answer is dropped") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    store::CredentialRecord again = Consent("cred_2", "user-1", absl::Hours(1));
    again.tokens.access_token = Secret("access-5");
    again.tokens.refresh_token = Secret("refresh-5");
    REQUIRE(records.PutConsented(again).ok());
    tokens.Forget("cred_1");
    transport.Release();
    loop.Run();
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "access-5");
    CHECK(Stored().tokens.refresh_token == Secret("refresh-5"));
  }

  TEST_CASE_FIXTURE(TokenScene, "a late answer repairs a verdict that was written meanwhile") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    // As another machine may, whose lease began when this one's had lapsed.
    REQUIRE(*records.Condemn("cred_1", Secret("refresh-0"), Cause::kAnswerLost, {}, clock.Now()) ==
            store::Records::Verdict::kWritten);
    transport.Release();
    loop.Run();
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "access-1");
    CHECK(Stored().health == Health::kHealthy);
    CHECK(Heard() == "reauthorization_required>healthy ");
    CHECK(Kinds().substr(0, 10) == "recovered ");
  }

  TEST_CASE_FIXTURE(TokenScene, "a credential that was disconnected during a refresh stays so") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    transport.Release();
    loop.Run();
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "credential_disconnecting");
    CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
    CHECK(Given() == "credential_disconnecting");
    CHECK(Refreshes() == 1);
  }
}

}  // namespace
}  // namespace joinpass::oauth
