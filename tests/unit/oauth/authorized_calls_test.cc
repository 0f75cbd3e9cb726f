#include "oauth/authorized_calls.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/engine_room.h"
#include "zoom/endpoints.h"

namespace joinpass::oauth {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;
using testing::TokenAnswer;

struct Scene : EngineRoom {
  AccessTokens tokens{context};
  AuthorizedCalls calls{context, tokens};

  absl::StatusOr<Called<zoom::User>> Call() {
    return Finish(calls.Call(zoom::GetUser(zoom::Whom::Me()), "cred_1", In(absl::Seconds(10))));
  }
  absl::Status CallForRecording() {
    return Finish(calls.Call(zoom::MeetingRecordingToken(1, zoom::WaitingRoom::kWait), "cred_1",
                             In(absl::Seconds(10))))
        .status();
  }
};

TEST_SUITE("AuthorizedCalls") {
  TEST_CASE_FIXTURE(Scene, "sends the token of the credential, and reads the answer") {
    Connect(absl::Hours(1));
    transport.answer = [](const auto&) { return JsonAnswer(200, R"({"id":"u"})"); };
    const auto user = Call();
    REQUIRE(user.ok());
    CHECK(user->value.id == "u");
    CHECK(user->sent_at.steady == clock.SteadyNow());
    CHECK(user->sent_at.wall == clock.Now());
    REQUIRE(transport.seen.size() == 1);
    CHECK(transport.seen[0].target == "/v2/users/me");
    CHECK(transport.seen[0].authorization == "Bearer access-0");
  }

  TEST_CASE_FIXTURE(Scene, "counts the life of what comes from before the request left") {
    Connect(absl::Hours(1));
    transport.answer = [](const auto&) { return JsonAnswer(200, R"({"id":"u"})"); };
    transport.on_the_way = [this] { clock.Advance(absl::Seconds(3)); };
    const base::Moment before = context.Now();
    const auto user = Call();
    REQUIRE(user.ok());
    CHECK(clock.SteadyNow() == before.steady + absl::Seconds(3));
    CHECK(user->sent_at.steady == before.steady);
    CHECK(user->sent_at.wall == before.wall);
    CHECK(transport.seen[0].origin == "https://api.zoom.us");
    CHECK(transport.seen[0].deadline == before.steady + absl::Seconds(10));
  }

  TEST_CASE_FIXTURE(Scene, "gives a refusal by its reason") {
    Connect(absl::Hours(1));
    transport.answer = [](const auto&) { return JsonAnswer(404, R"({"code":1001})"); };
    CHECK(ReasonOf(Call().status()) == Reason::kUserUnknown);
    CHECK(transport.seen.size() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "a refused access token leads to one refresh and one repetition") {
    Connect(absl::Hours(1));
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      if (seen.authorization == "Bearer access-1")
        return JsonAnswer(200, R"({"id":"u","token":"t"})");
      return JsonAnswer(401, R"({"code":124,"message":"Access token is expired."})");
    };
    CHECK(Call().ok());
    CHECK(transport.seen.size() == 3);
  }

  TEST_CASE_FIXTURE(Scene, "never refreshes a second time for one call") {
    Connect(absl::Hours(1));
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      return JsonAnswer(401, R"({"code":124,"message":"Invalid access token."})");
    };
    CHECK(GetErrorInfo(Call().status())->http_status == 401);
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
    CHECK(GetErrorInfo(Call().status())->http_status == 401);
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
    CHECK(ReasonOf(CallForRecording()) == Reason::kScopeMissing);
    store::CredentialRecord again = Consent("cred_1", "user-1", absl::Hours(1));
    again.tokens.access_token = Secret("access-again");
    again.tokens.refresh_token = Secret("refresh-again");
    REQUIRE(records.PutConsented(again).ok());
    transport.answer = [](const auto&) { return JsonAnswer(200, R"({"id":"u","token":"t"})"); };
    CHECK(CallForRecording().ok());
    CHECK(transport.seen.back().authorization == "Bearer access-again");
  }

  TEST_CASE_FIXTURE(Scene, "sends nothing without the scope, and names what would do") {
    Connect(absl::Hours(1), "user:read:user");
    const absl::Status refused = CallForRecording();
    REQUIRE(ReasonOf(refused) == Reason::kScopeMissing);
    const auto missing = GetErrorInfo(refused)->missing_scopes;
    CHECK(std::count(missing.begin(), missing.end(), "meeting:read:local_recording_token") == 1);
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(Scene, "a token may also be refused by a 400") {
    Connect(absl::Hours(1));
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      if (seen.authorization == "Bearer access-1")
        return JsonAnswer(200, R"({"id":"u","token":"t"})");
      return JsonAnswer(400, R"({"code":124,"message":"Access token is expired."})");
    };
    CHECK(Call().ok());
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
    const absl::Status refused = CallForRecording();
    CHECK(ReasonOf(refused) == Reason::kScopeMissing);
    CHECK(GetErrorInfo(refused)->request_left);
  }

  TEST_CASE_FIXTURE(Scene, "goes by the scopes of the newest token") {
    Connect(absl::ZeroDuration());
    transport.answer = [](const ScriptedTransport::Seen&) {
      return JsonAnswer(200, R"({"access_token":"a","refresh_token":"r","expires_in":3599,)"
                             R"("scope":"user:read:user"})");
    };
    CHECK(ReasonOf(CallForRecording()) == Reason::kScopeMissing);
    CHECK(transport.seen.size() == 1);
    CHECK(Stored().tokens.scopes == std::vector<std::string>{"user:read:user"});
  }
}

}  // namespace
}  // namespace joinpass::oauth
