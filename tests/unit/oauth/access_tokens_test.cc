#include "oauth/access_tokens.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/oauth/token_scene.h"

namespace joinpass::oauth {
namespace {

TEST_SUITE("AccessTokens") {
  TEST_CASE_FIXTURE(TokenScene, "gives a fresh token without a request") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(TokenScene, "knows nothing of a credential that is not there") {
    CHECK(Given() == "credential_unknown");
  }

  TEST_CASE_FIXTURE(TokenScene, "refreshes once, however many ask, and stores before it gives") {
    Connect(absl::Minutes(2));
    transport.hold = true;
    std::vector<std::shared_ptr<std::optional<absl::StatusOr<Grant>>>> answers;
    for (int i = 0; i < 10; ++i) answers.push_back(Begin(Ask()));
    CHECK(Refreshes() == 1);
    REQUIRE(Stored().pending);
    CHECK(Stored().pending->sends == 1);
    transport.Release();
    loop.Run();
    for (const auto& answer : answers) {
      REQUIRE(answer->has_value());
      CHECK(Name(**answer) == "access-1");
    }
    CHECK(Refreshes() == 1);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
    CHECK(Stored().generation == 2);
    CHECK_FALSE(Stored().pending);
  }

  TEST_CASE_FIXTURE(TokenScene, "has stored what it gives by the time that it gives it") {
    Connect(absl::ZeroDuration());
    Secret stored;
    base::Start<absl::StatusOr<Grant>>(Ask(), [&](absl::StatusOr<Grant> grant) {
      CHECK(Name(grant) == "access-1");
      stored = Stored().tokens.refresh_token;
    });
    loop.Run();
    CHECK(stored == Secret("refresh-1"));
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "keeps tokens that the store refuses, gives them to nobody, and writes "
                    "them before it refreshes again") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    BreakStore();
    transport.Release();
    loop.Run();
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "store_unavailable");
    CHECK(Given() == "store_unavailable");
    CHECK(Refreshes() == 1);
    CHECK(noticed == "tokens_unsaved ");
    MendStore();
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
    loop.Advance(absl::Seconds(1));
    CHECK(noticed == "tokens_unsaved tokens_saved ");
  }

  TEST_CASE_FIXTURE(TokenScene, "writes what the store refused by itself, as soon as it can") {
    Connect(absl::Minutes(1));
    transport.hold = true;
    const auto answer = Begin(Ask(absl::Seconds(10)));
    BreakStore();
    transport.Release();
    loop.Run();
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "access-0");
    loop.Advance(absl::Seconds(10));
    MendStore();
    CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
    loop.Advance(absl::Seconds(10));
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
    CHECK(noticed == "tokens_unsaved tokens_saved ");
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "a verdict that the store refused is written later, with its own cause") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    BreakStore();
    AnswerWith(kInvalidGrant);
    transport.Release();
    loop.Run();
    CHECK(Name(**answer) == "store_unavailable");
    MendStore();
    CHECK(Stored().health == Health::kHealthy);
    loop.Advance(absl::Seconds(10));
    CHECK(Stored().cause == Cause::kRevokedOrExpired);
    CHECK(Given() == "reauthorization_required");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "draining writes what the store refused, or says that it could not") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    BreakStore();
    transport.Release();
    loop.Run();
    context.closing->Begin();
    const auto hurried = Begin(tokens.Drain(In(absl::Milliseconds(100))));
    REQUIRE(hurried->has_value());
    CHECK_FALSE(**hurried);
    context.closing->Begin();
    const auto drained = Begin(tokens.Drain(In(absl::Seconds(10))));
    CHECK_FALSE(drained->has_value());
    MendStore();
    loop.Advance(absl::Seconds(1));
    REQUIRE(drained->has_value());
    CHECK(**drained);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
  }

  // Its reading of the store must not go on when the store is gone.
  TEST_CASE_FIXTURE(TokenScene, "draining waits for what is being read") {
    Connect(absl::Hours(1));
    const auto asked = Start(Ask());
    context.closing->Begin();
    const auto drained = Start(tokens.Drain(In(absl::Seconds(60))));
    CHECK_FALSE(asked->has_value());
    CHECK_FALSE(drained->has_value());
    loop.Run();
    REQUIRE(drained->has_value());
    CHECK(**drained);
    CHECK(Name(**asked) == "access-0");
  }

  TEST_CASE_FIXTURE(TokenScene, "what was removed is forgotten, with its token") {
    Connect(absl::Minutes(5));
    CHECK(Given() == "access-0");
    loop.Run();
    clock.Advance(absl::Hours(1));
    transport.hold = true;
    const auto asked = Begin(Ask());
    REQUIRE(records.BeginDisconnect("cred_1", clock.Now()).ok());
    REQUIRE(records.RemoveCredential(Stored()).ok());
    transport.Release();
    loop.Run();
    CHECK(Name(**asked) == "credential_unknown");
    CHECK_FALSE(Cached());
    CHECK(Given() == "credential_unknown");
  }

  TEST_CASE_FIXTURE(TokenScene, "begins no refresh once it is draining") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto first = Begin(Ask());
    context.closing->Begin();
    const auto drained = Begin(tokens.Drain(In(absl::Seconds(60))));
    const auto second = Begin(tokens.Get("cred_2", In(absl::Seconds(60))));
    REQUIRE(second->has_value());
    CHECK(Name(**second) == "cancelled");
    CHECK(Refreshes() == 1);
    CHECK_FALSE(drained->has_value());
    transport.Release();
    loop.Run();
    CHECK(Name(**first) == "access-1");
    CHECK(**drained);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "keeps half of the time for the old token when the refresh is slow") {
    Connect(absl::Seconds(90));
    transport.hold = true;
    const auto answer = Begin(Ask(absl::Seconds(10)));
    loop.Advance(absl::Seconds(5) - absl::Milliseconds(1));
    CHECK_FALSE(answer->has_value());
    loop.Advance(absl::Milliseconds(1));
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "access-0");
    transport.Release();
    loop.Run();
  }

  TEST_CASE_FIXTURE(TokenScene, "does not send what another process is just sending") {
    Connect(absl::ZeroDuration());
    REQUIRE(*records.OpenPending("cred_1", Secret("refresh-0"), std::nullopt, clock.Now()));
    CHECK(Given(absl::Seconds(9)) == "refresh_unanswered");
    CHECK(Refreshes() == 0);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "while another process holds the lock, waits, and fails at its own deadline") {
    Connect(absl::ZeroDuration());
    auto lock = *records.TryLockRefresh("cred_1");
    REQUIRE(lock);
    const auto hurried = Begin(Ask(absl::Seconds(2)));
    const auto patient = Begin(Ask(absl::Seconds(20)));
    loop.Advance(absl::Seconds(2));
    REQUIRE(hurried->has_value());
    CHECK(Name(**hurried) == "refresh_busy");
    CHECK_FALSE(patient->has_value());
    store::Tokens other;
    other.access_token = Secret("access-9");
    other.refresh_token = Secret("refresh-9");
    other.access_expires_at = clock.Now() + absl::Hours(1);
    REQUIRE(*records.CommitTokens("cred_1", Secret("refresh-0"), other, clock.Now()));
    lock.reset();
    loop.Advance(absl::Milliseconds(20));
    REQUIRE(patient->has_value());
    CHECK(Name(**patient) == "access-9");
    CHECK(Refreshes() == 0);
  }

  TEST_CASE_FIXTURE(TokenScene, "while another process holds the lock, serves the old token") {
    Connect(absl::Seconds(90));
    const auto lock = *records.TryLockRefresh("cred_1");
    const auto answer = Begin(Ask(absl::Seconds(2)));
    loop.Advance(absl::Seconds(1));
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "access-0");
    loop.Advance(absl::Minutes(1));
    CHECK(Refreshes() == 0);
  }

  TEST_CASE_FIXTURE(TokenScene, "closing does not wait for a lock that somebody else holds") {
    Connect(absl::ZeroDuration());
    const auto lock = *records.TryLockRefresh("cred_1");
    const auto answer = Begin(Ask());
    context.closing->Begin();
    const auto drained = Begin(tokens.Drain(In(absl::Seconds(5))));
    loop.Advance(absl::Milliseconds(200));
    REQUIRE(drained->has_value());
    CHECK(**drained);
  }

  TEST_CASE_FIXTURE(TokenScene, "sends a refresh so that nothing below repeats it") {
    Connect(absl::ZeroDuration());
    Given();
    REQUIRE(transport.seen.size() == 1);
    CHECK(transport.seen[0].send_once);
    CHECK(transport.seen[0].target.substr(0, 12) == "/oauth/token");
    CHECK(transport.seen[0].body.find("refresh-0") != std::string::npos);
  }

  TEST_CASE_FIXTURE(TokenScene, "gives a refresh 30 s of its own, however little the caller has") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto hurried = Begin(Ask(absl::Seconds(1)));
    REQUIRE(transport.seen.size() == 1);
    CHECK(transport.seen[0].deadline == In(absl::Seconds(30)));
    loop.Advance(absl::Seconds(1));
    CHECK(Name(**hurried) == "refresh_busy");
    transport.Release();
    loop.Run();
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene, "gives the old token while it is refreshed ahead of need") {
    Connect(absl::Minutes(5));
    CHECK(Given() == "access-0");
    CHECK(Refreshes() == 1);
    CHECK(Given() == "access-1");
    clock.Advance(absl::Minutes(53));
    transport.hold = true;
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 2);
    transport.Release();
    loop.Run();
    CHECK(Given() == "access-2");
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "falls back on a token that has ten seconds left, and on no older one") {
    Connect(absl::Seconds(70));
    AnswerWith(JsonAnswer(503, "<html>busy</html>"));
    CHECK(Given() == "access-0");
    clock.Advance(absl::Seconds(60));
    CHECK(Given() == "access-0");
    clock.Advance(absl::Seconds(1));
    CHECK(Given() == "refresh_unanswered");
  }
}

}  // namespace
}  // namespace joinpass::oauth
