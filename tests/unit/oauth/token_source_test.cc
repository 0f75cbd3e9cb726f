#include "oauth/token_source.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "oauth/refresh_rules.h"
#include "support/engine_room.h"

namespace joinpass::oauth {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::NetworkError;
using testing::ScriptedTransport;
using testing::TokenAnswer;

struct Scene : EngineRoom {
  TokenSource tokens{context};
  int generation = 0;

  Scene() {
    transport.answer = [this](const ScriptedTransport::Seen&) { return TokenAnswer(++generation); };
  }

  base::Task<absl::StatusOr<Grant>> Ask(absl::Duration patience = absl::Seconds(60)) {
    return tokens.Get("cred_1", In(patience));
  }

  // The access token that is given, or the name of the error.
  std::string Given(absl::Duration patience = absl::Seconds(60)) {
    return Name(Finish(Ask(patience)));
  }

  static std::string Name(const absl::StatusOr<Grant>& grant) {
    if (grant.ok()) return std::string(grant->access.access_token.Reveal());
    return std::string(ReasonName(ReasonOf(grant.status())));
  }

  int Refreshes() const { return transport.Count("grant_type=refresh_token"); }

  void AnswerWith(ScriptedTransport::Answer answer) {
    transport.answer = [answer](const ScriptedTransport::Seen&) { return answer; };
  }
};

const auto kInvalidGrant =
    JsonAnswer(400, R"({"reason":"Invalid Token!","error":"invalid_grant"})");

TEST_SUITE("TokenSource") {
  TEST_CASE_FIXTURE(Scene, "gives a fresh token without a request") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(Scene, "knows nothing of a credential that is not there") {
    CHECK(Given() == "credential_unknown");
  }

  TEST_CASE_FIXTURE(Scene, "refreshes once, however many ask, and stores before it gives") {
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

  TEST_CASE_FIXTURE(Scene, "has stored what it gives by the time that it gives it") {
    Connect(absl::ZeroDuration());
    Secret stored;
    base::Start<absl::StatusOr<Grant>>(Ask(), [&](absl::StatusOr<Grant> grant) {
      CHECK(Name(grant) == "access-1");
      stored = Stored().tokens.refresh_token;
    });
    loop.Run();
    CHECK(stored == Secret("refresh-1"));
  }

  TEST_CASE_FIXTURE(Scene,
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
    MendStore();
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
  }

  TEST_CASE_FIXTURE(Scene, "draining writes what the store refused, or says that it could not") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask());
    BreakStore();
    transport.Release();
    loop.Run();
    const auto hurried = Begin(tokens.Drain(In(absl::Milliseconds(100))));
    REQUIRE(hurried->has_value());
    CHECK_FALSE(**hurried);
    const auto drained = Begin(tokens.Drain(In(absl::Seconds(10))));
    CHECK_FALSE(drained->has_value());
    MendStore();
    loop.Advance(absl::Seconds(1));
    REQUIRE(drained->has_value());
    CHECK(**drained);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
  }

  TEST_CASE_FIXTURE(Scene, "begins no refresh once it is draining") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto first = Begin(Ask());
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

  TEST_CASE_FIXTURE(Scene, "keeps half of the time for the old token when the refresh is slow") {
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

  TEST_CASE_FIXTURE(Scene, "does not send what another process is just sending") {
    Connect(absl::ZeroDuration());
    REQUIRE(*records.OpenPending("cred_1", Secret("refresh-0"), std::nullopt, clock.Now()));
    CHECK(Given() == "refresh_unanswered");
    CHECK(Refreshes() == 0);
  }

  TEST_CASE_FIXTURE(Scene, "sends a refresh so that nothing below repeats it") {
    Connect(absl::ZeroDuration());
    Given();
    REQUIRE(transport.seen.size() == 1);
    CHECK(transport.seen[0].send_once);
    CHECK(transport.seen[0].target.substr(0, 12) == "/oauth/token");
    CHECK(transport.seen[0].body.find("refresh-0") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Scene, "gives the old token while it is refreshed ahead of need") {
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

  TEST_CASE_FIXTURE(Scene, "falls back on a token that has ten seconds left, and on no older one") {
    Connect(absl::Seconds(70));
    AnswerWith(JsonAnswer(503, "<html>busy</html>"));
    CHECK(Given() == "access-0");
    clock.Advance(absl::Seconds(60));
    CHECK(Given() == "access-0");
    clock.Advance(absl::Seconds(1));
    CHECK(Given() == "refresh_unanswered");
  }

  TEST_CASE_FIXTURE(Scene, "a refused refresh token needs a new consent, and is not sent again") {
    Connect(absl::ZeroDuration());
    AnswerWith(kInvalidGrant);
    const auto grant = Finish(Ask());
    CHECK(ReasonOf(grant.status()) == Reason::kReauthorizationRequired);
    CHECK(GetErrorInfo(grant.status())->cause == "revoked_or_expired");
    CHECK(Stored().health == Health::kReauthorizationRequired);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
    CHECK(Given() == "reauthorization_required");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(Scene,
                    "an unanswered refresh is sent again after its whole deadline, no sooner") {
    Connect(absl::ZeroDuration());
    AnswerWith(NetworkError(Reason::kNetworkUnreachable, true));
    CHECK(Given() == "refresh_unanswered");
    CHECK(Stored().pending->sends == 1);
    clock.Advance(kRefreshDeadline - absl::Milliseconds(1));
    CHECK(Given() == "refresh_unanswered");
    CHECK(Refreshes() == 1);
    clock.Advance(absl::Milliseconds(1));
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 2);
    CHECK_FALSE(Stored().pending);
  }

  TEST_CASE_FIXTURE(Scene, "a token refused after an unanswered refresh was lost with the answer") {
    Connect(absl::ZeroDuration());
    AnswerWith(NetworkError(Reason::kDeadlineExceeded, true));
    CHECK(Given() == "refresh_unanswered");
    clock.Advance(kRefreshDeadline);
    AnswerWith(kInvalidGrant);
    CHECK(Given() == "reauthorization_required");
    CHECK(Stored().cause == "answer_lost");
  }

  TEST_CASE_FIXTURE(Scene, "a refresh that never left costs nothing and is tried again at once") {
    Connect(absl::ZeroDuration());
    AnswerWith(NetworkError(Reason::kNetworkUnreachable, false));
    CHECK(Given() == "network_unreachable");
    CHECK_FALSE(Stored().pending);
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(Scene, "a wrong client secret condemns no consent, and recovers by itself") {
    Connect(absl::ZeroDuration());
    AnswerWith(JsonAnswer(
        400, R"({"reason":"Invalid client_id or client_secret","error":"invalid_client"})"));
    CHECK(Given() == "app_credentials_invalid");
    CHECK(Stored().health == Health::kHealthy);
    CHECK_FALSE(Stored().pending);
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(Scene, "no trouble at the token endpoint changes a verdict") {
    Connect(absl::ZeroDuration());
    for (const auto& trouble :
         {JsonAnswer(500, ""), JsonAnswer(502, "<html></html>"), JsonAnswer(429, "{}"),
          JsonAnswer(200, "<xml/>"), JsonAnswer(200, "{}"), JsonAnswer(302, "")}) {
      AnswerWith(trouble);
      CHECK(Given() != "reauthorization_required");
      CHECK(Stored().health == Health::kHealthy);
      CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
      clock.Advance(absl::Hours(1));
    }
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(Scene, "keeps the refresh token when the answer brings none") {
    Connect(absl::ZeroDuration());
    AnswerWith(JsonAnswer(200, R"({"access_token":"access-1","expires_in":"3600"})"));
    CHECK(Given() == "access-1");
    CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
    CHECK(Stored().tokens.scopes.size() == 6);
  }

  TEST_CASE_FIXTURE(Scene, "who leaves at his own deadline leaves the refresh going on") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask(absl::Seconds(1)));
    loop.Advance(absl::Seconds(1));
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "refresh_busy");
    const auto drained = Begin(tokens.Drain(In(absl::Seconds(5))));
    CHECK_FALSE(drained->has_value());
    transport.Release();
    loop.Run();
    REQUIRE(drained->has_value());
    CHECK(**drained);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "uses what another process stored, without a request") {
    Connect(absl::ZeroDuration());
    store::Tokens other;
    other.access_token = Secret("access-9");
    other.refresh_token = Secret("refresh-9");
    other.access_expires_at = clock.Now() + absl::Hours(1);
    REQUIRE(*records.CommitTokens("cred_1", Secret("refresh-0"), other, clock.Now()));
    CHECK(Given() == "access-9");
    CHECK(Refreshes() == 0);
  }

  TEST_CASE_FIXTURE(Scene, "an answer that finds a successor stored gives way to it") {
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

  TEST_CASE_FIXTURE(Scene, "a new consent during a refresh wins, and the late answer is dropped") {
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

  TEST_CASE_FIXTURE(Scene, "a token that Zoom refused is replaced, though it has not expired") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    tokens.Reject("cred_1", Secret("access-0"));
    CHECK(Given() == "access-1");
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
  }
}

}  // namespace
}  // namespace joinpass::oauth
