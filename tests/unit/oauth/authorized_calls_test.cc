#include "oauth/authorized_calls.h"

#include <doctest/doctest.h>

#include <string>

#include "support/engine_room.h"
#include "zoom/errors.h"

namespace joinpass::oauth {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;
using testing::TokenAnswer;

struct Scene : EngineRoom {
  TokenSource tokens{context};
  AuthorizedCalls calls{context, tokens};

  absl::StatusOr<Answer> Call(Feature feature = Feature::kReadUser) {
    return Finish(calls.Send(
        "cred_1", feature, [](const Grant& grant) { return zoom::GetUser(grant.access, "me"); },
        In(absl::Seconds(10))));
  }
};

TEST_SUITE("AuthorizedCalls") {
  TEST_CASE_FIXTURE(Scene, "sends the token of the credential, and any status is an answer") {
    Connect(absl::Hours(1));
    transport.answer = [](const auto&) { return JsonAnswer(404, R"({"code":1001})"); };
    const auto answer = Call();
    REQUIRE(answer.ok());
    CHECK(answer->response.status == 404);
    CHECK(answer->sent_at == clock.SteadyNow());
    REQUIRE(transport.seen.size() == 1);
    CHECK(transport.seen[0].authorization == "Bearer access-0");
  }

  TEST_CASE_FIXTURE(Scene, "a refused access token leads to one refresh and one repetition") {
    Connect(absl::Hours(1));
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      if (seen.authorization == "Bearer access-1") return JsonAnswer(200, "{}");
      return JsonAnswer(401, R"({"code":124,"message":"Access token is expired."})");
    };
    const auto answer = Call();
    REQUIRE(answer.ok());
    CHECK(answer->response.status == 200);
    CHECK(transport.seen.size() == 3);
  }

  TEST_CASE_FIXTURE(Scene, "never refreshes a second time for one call") {
    Connect(absl::Hours(1));
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      return JsonAnswer(401, R"({"code":124,"message":"Invalid access token."})");
    };
    const auto answer = Call();
    REQUIRE(answer.ok());
    CHECK(answer->response.status == 401);
    CHECK(transport.Count("grant_type=refresh_token") == 1);
    CHECK(transport.seen.size() == 3);
  }

  TEST_CASE_FIXTURE(Scene,
                    "an API that refuses every token costs one rotation, however many call") {
    Connect(absl::Hours(1));
    clock.Advance(absl::Minutes(1));
    int generation = 0;
    transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(++generation);
      return JsonAnswer(401, R"({"code":124,"message":"Invalid access token."})");
    };
    CHECK(Call()->response.status == 401);
    for (int i = 0; i < 1000; ++i) {
      const absl::Status refused = Call().status();
      REQUIRE(ReasonOf(refused) == Reason::kZoomUnavailable);
      CHECK(GetErrorInfo(refused)->retry_at == clock.Now() + absl::Minutes(5));
    }
    CHECK(generation == 1);
    CHECK(transport.seen.size() == 3);
    clock.Advance(absl::Minutes(5));
    for (int i = 0; i < 1000; ++i) CHECK(ReasonOf(Call().status()) == Reason::kZoomUnavailable);
    CHECK(generation == 2);
  }

  TEST_CASE_FIXTURE(Scene, "sees what another process stored before it refuses for a scope") {
    Connect(absl::Hours(1), "user:read:user");
    CHECK(ReasonOf(Call(Feature::kRecordingToken).status()) == Reason::kScopeMissing);
    store::CredentialRecord again = Consent("cred_1", "user-1", absl::Hours(1));
    again.tokens.access_token = Secret("access-again");
    again.tokens.refresh_token = Secret("refresh-again");
    REQUIRE(records.PutConsented(again).ok());
    transport.answer = [](const auto&) { return JsonAnswer(200, "{}"); };
    CHECK(Call(Feature::kRecordingToken).ok());
    CHECK(transport.seen.back().authorization == "Bearer access-again");
  }

  TEST_CASE_FIXTURE(Scene, "sends nothing without the scope, and names what would do") {
    Connect(absl::Hours(1), "user:read:user");
    const auto answer = Call(Feature::kRecordingToken);
    REQUIRE(ReasonOf(answer.status()) == Reason::kScopeMissing);
    const auto missing = GetErrorInfo(answer.status())->missing_scopes;
    CHECK(std::count(missing.begin(), missing.end(), "meeting:read:local_recording_token") == 1);
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(Scene, "a token may also be refused by a 400") {
    Connect(absl::Hours(1));
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      if (seen.authorization == "Bearer access-1") return JsonAnswer(200, "{}");
      return JsonAnswer(400, R"({"code":124,"message":"Access token is expired."})");
    };
    CHECK(Call()->response.status == 200);
    CHECK(transport.Count("grant_type=refresh_token") == 1);
  }

  TEST_CASE_FIXTURE(Scene, "looks at the scopes again after a refresh") {
    Connect(absl::Hours(1));
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) {
        return JsonAnswer(200, R"({"access_token":"a","refresh_token":"r","expires_in":3599,)"
                               R"("scope":"meeting:read:list_meetings"})");
      }
      return JsonAnswer(401, R"({"code":124,"message":"Access token is expired."})");
    };
    CHECK(ReasonOf(Call().status()) == Reason::kScopeMissing);
    CHECK(transport.Count("/v2/users/me") == 1);
  }

  TEST_CASE_FIXTURE(Scene, "refuses nothing for a scope where nobody said which there are") {
    Connect(absl::Hours(1), "");
    transport.answer = [](const auto&) {
      return JsonAnswer(400, R"({"code":4711,"message":"does not contain scopes:[a]."})");
    };
    const auto answer = Call(Feature::kRecordingToken);
    REQUIRE(answer.ok());
    CHECK(ReasonOf(zoom::ClassifyError(answer->response, "x")) == Reason::kScopeMissing);
  }

  TEST_CASE_FIXTURE(Scene, "goes by the scopes of the newest token") {
    Connect(absl::ZeroDuration());
    transport.answer = [](const ScriptedTransport::Seen&) {
      return JsonAnswer(200, R"({"access_token":"a","refresh_token":"r","expires_in":3599,)"
                             R"("scope":"user:read:user"})");
    };
    CHECK(ReasonOf(Call(Feature::kRecordingToken).status()) == Reason::kScopeMissing);
    CHECK(transport.seen.size() == 1);
    CHECK(Stored().tokens.scopes == std::vector<std::string>{"user:read:user"});
  }
}

}  // namespace
}  // namespace joinpass::oauth
