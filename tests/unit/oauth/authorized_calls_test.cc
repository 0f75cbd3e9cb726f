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

struct PacedScene : EngineRoom {
  limits::Limiter limiter{context, ZoomPlan::kPro};
  AccessTokens tokens{context};
  AuthorizedCalls calls{context, tokens, {&limiter, limits::Urgency::kJoin}};
  std::vector<message::Response> answers;  // the last one again and again

  static message::Response TooMany() {
    return JsonAnswer(429, R"({"code":429,"message":"You have reached the maximum per-second )"
                           R"(rate limit for this API. Try again later."})");
  }
  PacedScene() {
    Connect(absl::Hours(1));
    transport.answer = [this](const auto&) {
      message::Response answer = answers.front();
      if (answers.size() > 1) answers.erase(answers.begin());
      return answer;
    };
  }
  // Ends all that still waits.
  ~PacedScene() {
    context.closing->Begin();
    loop.Run();
  }
  auto Ask(absl::Duration timeout = absl::Seconds(10)) {
    return Begin(calls.Call(zoom::GetUser(zoom::Whom::Me()), "cred_1", In(timeout)));
  }
};

const message::Origin kApi = {.host = "api.zoom.us"};

// Zoom as it is when it is out of order.
struct TroubledScene : PacedScene {
  std::vector<Wait> waits;

  ~TroubledScene() {
    context.closing->Begin();
    context.circuits->Wake();
    loop.Run();
  }
  TroubledScene() {
    context.listeners.on_wait = [this](const Wait& wait) { waits.push_back(wait); };
  }
  static message::Response Good() { return JsonAnswer(200, R"({"id":"u"})"); }
  static message::Response Outage() { return JsonAnswer(503, "<html></html>"); }

  absl::Status Result(absl::Duration timeout = absl::Seconds(10)) {
    return FinishInTime(calls.Call(zoom::GetUser(zoom::Whom::Me()), "cred_1", In(timeout)))
        .status();
  }
  // So many failures as open the circuit.
  void BreakDown() {
    answers = {Outage()};
    CHECK(ReasonOf(Result()) == Reason::kZoomUnavailable);
    CHECK(ReasonOf(Result(absl::Milliseconds(1))) == Reason::kZoomUnavailable);
    REQUIRE(transport.seen.size() == 5);
    transport.seen.clear();
    waits.clear();
  }
};

TEST_SUITE("AuthorizedCalls where Zoom is out of order") {
  TEST_CASE_FIXTURE(TroubledScene, "are sent again, and say so") {
    answers = {Outage(), JsonAnswer(500, "{}"), Good()};
    CHECK(Result().ok());
    CHECK(transport.seen.size() == 3);
    REQUIRE(waits.size() == 2);
    for (const Wait& wait : waits) {
      CHECK(wait.what == WaitFor::kRetry);
      CHECK(wait.credential_id == "cred_1");
      CHECK(wait.time <= absl::Milliseconds(400));
    }
  }

  TEST_CASE_FIXTURE(TroubledScene, "are sent again where nobody answers, and there is time") {
    answers = {Good()};
    transport.fault = [this](const auto&) {
      return transport.seen.size() < 2 ? testing::NetFault::kSilence
                                       : testing::NetFault::kResetBefore;
    };
    const SteadyTime begun = clock.SteadyNow();
    const auto user = Ask(absl::Seconds(60));
    while (transport.seen.size() < 4 && loop.AdvanceToNext()) {
    }
    CHECK(transport.seen[0].deadline == begun + absl::Seconds(30));
    CHECK(transport.seen[1].deadline < begun + absl::Seconds(46));
    CHECK(transport.seen[3].deadline == begun + absl::Seconds(60));
    REQUIRE(user->has_value());
    CHECK(ReasonOf((*user)->status()) == Reason::kNetworkUnreachable);
  }

  TEST_CASE_FIXTURE(TroubledScene, "are not sent again when there is no time, nor use") {
    answers = {Outage()};
    CHECK(ReasonOf(Result(absl::Nanoseconds(1))) == Reason::kZoomUnavailable);
    CHECK(transport.seen.size() == 1);
    transport.answer = [](const auto&) { return testing::NetworkError(Reason::kTlsFailed, false); };
    CHECK(ReasonOf(Result()) == Reason::kTlsFailed);
    CHECK(transport.seen.size() == 2);
  }

  TEST_CASE_FIXTURE(TroubledScene, "wait as long as Zoom says, if that is short") {
    message::Response busy = Outage();
    busy.headers.push_back({"Retry-After", "9"});
    busy.received_at = clock.Now();
    answers = {busy, Good()};
    CHECK(Result().ok());
    REQUIRE(waits.size() == 1);
    CHECK(waits[0].time == absl::Seconds(9));
    busy.headers.back().value = "16";
    busy.received_at = clock.Now();
    answers = {busy, Good()};
    CHECK(GetErrorInfo(Result(absl::Minutes(1)))->retry_at == clock.Now() + absl::Seconds(16));
  }

  TEST_CASE_FIXTURE(TroubledScene, "do not ask an origin in vain, and say until when") {
    BreakDown();
    const absl::Status refused = Result(absl::Milliseconds(400));
    CHECK(ReasonOf(refused) == Reason::kZoomUnavailable);
    const auto info = GetErrorInfo(refused);
    CHECK_FALSE(info->request_left);
    CHECK(info->http_status == 503);
    CHECK(*info->retry_at >= clock.Now() + absl::Milliseconds(500));
    CHECK(*info->retry_at <= clock.Now() + absl::Seconds(1));
    CHECK(transport.seen.empty());
    CHECK(waits.empty());
  }

  TEST_CASE_FIXTURE(TroubledScene, "wait until one of them has seen that it is in order again") {
    BreakDown();
    answers = {Good()};
    transport.hold = true;
    std::vector<decltype(Ask())> asked;
    for (int i = 0; i < 9; ++i) asked.push_back(Ask());
    CHECK(transport.seen.empty());
    REQUIRE(waits.size() == 9);
    CHECK(waits[0].what == WaitFor::kOutage);
    loop.Advance(absl::Seconds(1));
    CHECK(transport.seen.size() == 1);
    transport.Release();
    for (int i = 0; i < 20; ++i) loop.Advance(absl::Milliseconds(50));
    CHECK(transport.seen.size() == 9);
    for (const auto& user : asked) {
      REQUIRE(user->has_value());
      CHECK((*user)->ok());
    }
  }

  TEST_CASE_FIXTURE(TroubledScene, "fail together with the one that looked, one try in all") {
    BreakDown();
    std::vector<decltype(Ask())> asked;
    for (int i = 0; i < 9; ++i) asked.push_back(Ask(absl::Seconds(1)));
    loop.Advance(absl::Seconds(1));
    CHECK(transport.seen.size() == 1);
    for (const auto& user : asked) {
      REQUIRE(user->has_value());
      CHECK(ReasonOf((*user)->status()) == Reason::kZoomUnavailable);
    }
  }

  TEST_CASE_FIXTURE(TroubledScene, "do not wait for one that looked and never came to it") {
    BreakDown();
    clock.Advance(absl::Seconds(1));
    answers = {Good()};
    {
      const auto pass = context.circuits->TryEnter(kApi);
      REQUIRE(pass.ok());
      CHECK(pass->is_probe());
      CHECK_FALSE(Ask()->has_value());
    }
    loop.Advance(absl::Seconds(1));
    CHECK(transport.seen.size() == 1);
  }

  TEST_CASE_FIXTURE(TroubledScene,
                    "are not held up by one that wants to look and waits for its turn") {
    BreakDown();
    answers = {Good()};
    // Another account's, whose day is over but for a few seconds.
    store::CredentialRecord other = Consent("cred_2", "user-2", absl::Hours(1));
    other.account_id = "account-2";
    REQUIRE(records.PutConsented(other).ok());
    limits::Call call;
    call.account_id = "account-2";
    zoom::RateNews closed;
    closed.throttled = zoom::Throttled::kASecond;
    closed.until = clock.Now() + absl::Seconds(14);
    REQUIRE(Finish(limiter.Hear(call, closed, clock.SteadyNow())).ok());
    const auto stuck =
        Begin(calls.Call(zoom::GetUser(zoom::Whom::Me()), "cred_2", In(absl::Seconds(60))));
    loop.Advance(absl::Seconds(1));
    CHECK(transport.seen.empty());
    const auto user = Ask();
    loop.Advance(absl::Seconds(1));
    REQUIRE(user->has_value());
    CHECK((*user)->ok());
  }

  TEST_CASE_FIXTURE(TroubledScene, "that wait for their turn see that the origin has failed") {
    answers = {Outage()};
    std::vector<decltype(Ask())> asked;
    for (int i = 0; i < 150; ++i) asked.push_back(Ask(absl::Seconds(4)));
    for (int i = 0; i < 80; ++i) loop.Advance(absl::Milliseconds(50));
    for (const auto& user : asked) CHECK(user->has_value());
    CHECK(transport.seen.size() <= 12);
  }

  TEST_CASE_FIXTURE(TroubledScene, "go on as soon as an older one is answered") {
    answers = {Good()};
    transport.hold = true;
    const auto older = Ask(absl::Seconds(60));
    for (int i = 0; i < 5; ++i) {
      auto pass = context.circuits->TryEnter(kApi);
      REQUIRE(pass.ok());
      pass->Tell(testing::NetworkError(Reason::kNetworkUnreachable, false), clock.SteadyNow());
    }
    const auto waits_for_it = Ask();
    CHECK_FALSE(waits_for_it->has_value());
    transport.Release();
    loop.Run();
    CHECK(older->has_value());
    CHECK(waits_for_it->has_value());
  }

  TEST_CASE_FIXTURE(TroubledScene, "that look wait 5 s for the answer, and no longer") {
    BreakDown();
    transport.fault = [](const auto&) { return testing::NetFault::kSilence; };
    const auto user = Ask(absl::Seconds(60));
    loop.Advance(absl::Seconds(1));
    REQUIRE(transport.seen.size() == 1);
    CHECK(transport.seen[0].deadline == In(absl::Seconds(5)));
    loop.Advance(absl::Seconds(5));
    REQUIRE(user->has_value());
    // Whoever comes now is told what is wrong, and not that his time is over.
    const absl::Status refused = Result(absl::Milliseconds(100));
    CHECK(ReasonOf(refused) == Reason::kZoomUnavailable);
    CHECK(GetErrorInfo(refused)->befell == Reason::kDeadlineExceeded);
  }

  TEST_CASE_FIXTURE(TroubledScene, "find an origin that fails, however many others there are") {
    BreakDown();
    for (int i = 0; i < 1'000; ++i) {
      CHECK(context.circuits->TryEnter(message::Origin{.host = std::to_string(i)}).ok());
    }
    CHECK_FALSE(context.circuits->TryEnter(kApi).ok());
  }

  TEST_CASE_FIXTURE(TroubledScene, "look at different moments, in different processes") {
    BreakDown();
    const auto until = GetErrorInfo(context.circuits->TryEnter(kApi).status())->retry_at;
    int same = 0;
    for (int i = 0; i < 9; ++i) {
      service::Circuits another(loop, clock, base::SystemRandom());
      for (int k = 0; k < 5; ++k) {
        another.TryEnter(kApi)->Tell(Outage(), clock.SteadyNow());
      }
      same += GetErrorInfo(another.TryEnter(kApi).status())->retry_at == until ? 1 : 0;
    }
    CHECK(same < 9);
  }

  TEST_CASE_FIXTURE(TroubledScene, "of another cluster go on") {
    BreakDown();
    CHECK(context.circuits->TryEnter(message::Origin{.host = "api-eu.zoom.us"}).ok());
    CHECK_FALSE(context.circuits->TryEnter(kApi).ok());
  }

  TEST_CASE_FIXTURE(TroubledScene, "end with the engine, whatever they wait for") {
    answers = {Outage()};
    const auto retries = Ask();
    CHECK_FALSE(retries->has_value());
    context.closing->Begin();
    loop.Run();
    REQUIRE(retries->has_value());
    CHECK(ReasonOf((*retries)->status()) == Reason::kCancelled);
  }

  TEST_CASE_FIXTURE(TroubledScene, "end with the engine, though somebody else still looks") {
    BreakDown();
    clock.Advance(absl::Seconds(1));
    const auto pass = context.circuits->TryEnter(kApi);
    REQUIRE(pass.ok());
    const auto user = Ask();
    context.closing->Begin();
    context.circuits->Wake();
    loop.Run();
    REQUIRE(user->has_value());
    CHECK(ReasonOf((*user)->status()) == Reason::kCancelled);
  }
}

TEST_SUITE("AuthorizedCalls that keep to the limits") {
  TEST_CASE_FIXTURE(PacedScene, "send again what came too early, when it is its turn") {
    answers = {TooMany(), JsonAnswer(200, R"({"id":"u"})")};
    const auto user = Ask();
    CHECK_FALSE(user->has_value());
    CHECK(transport.seen.size() == 1);
    loop.Advance(absl::Milliseconds(499));
    CHECK(transport.seen.size() == 1);
    loop.Advance(absl::Milliseconds(1));
    REQUIRE(user->has_value());
    CHECK((*user)->value().value.id == "u");
    CHECK((*user)->value().sent_at.steady == clock.SteadyNow());
  }

  TEST_CASE_FIXTURE(PacedScene, "give up after four times, and where there is no turn in time") {
    answers = {TooMany()};
    const auto user = Ask();
    for (int i = 0; i < 9; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(user->has_value());
    CHECK(ReasonOf((*user)->status()) == Reason::kRateLimited);
    CHECK(transport.seen.size() == 4);
    const auto hurried = Ask(absl::Milliseconds(100));
    REQUIRE(hurried->has_value());
    CHECK(ReasonOf((*hurried)->status()) == Reason::kRateLimited);
    CHECK(transport.seen.size() == 5);
  }

  TEST_CASE("do not repeat what the day's limit or one user's refuses") {
    for (const auto& [text, closes] :
         {std::pair{"daily rate limit for this API", true},
          {"daily rate limit (100) of requests permitted for this particular user", false}}) {
      PacedScene scene;
      scene.answers = {
          JsonAnswer(429, std::string(R"({"code":429,"message":"the )") + text + "\"}"),
          JsonAnswer(200, R"({"id":"u"})")};
      const auto user = scene.Ask();
      REQUIRE(user->has_value());
      CHECK(ReasonOf((*user)->status()) == Reason::kRateLimited);
      CHECK(scene.transport.seen.size() == 1);
      // A day's closes the account.
      const auto next = scene.Ask();
      REQUIRE(next->has_value());
      CHECK((*next)->ok() != closes);
    }
  }

  TEST_CASE_FIXTURE(PacedScene, "wait as long as Zoom says, if that is short, and tell so") {
    std::vector<Wait> waits;
    context.listeners.on_wait = [&waits](const Wait& wait) { waits.push_back(wait); };
    message::Response later = TooMany();
    later.headers.push_back({"Retry-After", "9"});
    later.received_at = clock.Now();
    answers = {later, JsonAnswer(200, R"({"id":"u"})")};
    const auto user = Ask(absl::Minutes(1));
    REQUIRE(waits.size() == 1);
    CHECK(waits[0].what == WaitFor::kRetry);
    CHECK(waits[0].time == absl::Seconds(9));
    loop.Advance(absl::Seconds(9));
    REQUIRE(user->has_value());
    CHECK((*user)->ok());

    later.headers.back().value = "16";
    later.received_at = clock.Now();
    answers = {later};
    const auto refused = Ask(absl::Minutes(1));
    REQUIRE(refused->has_value());
    CHECK(GetErrorInfo((*refused)->status())->retry_at == clock.Now() + absl::Seconds(16));
    CHECK(transport.seen.size() == 3);
  }

  TEST_CASE_FIXTURE(PacedScene, "send no token that has ended while they waited") {
    answers = {JsonAnswer(200, R"({"id":"u"})")};
    transport.answer = [this](const auto& seen) {
      return seen.target == "/oauth/token" ? TokenAnswer(1) : answers[0];
    };
    // So that one waits for minutes.
    auto spend = [this]() -> base::Task<absl::Status> {
      limits::Call call;
      call.account_id = "account-1";
      co_return co_await limiter.AwaitTurn(call, In(absl::Minutes(9)));
    };
    clock.Advance(absl::Minutes(57));  // the token has three left
    for (int i = 0; i < 30 * 60 * 4; ++i) (void)Start(spend());
    loop.Run();
    const auto user = Ask(absl::Minutes(9));
    CHECK_FALSE(user->has_value());
    while (!user->has_value() && loop.AdvanceToNext()) {
    }
    REQUIRE(user->has_value());
    CHECK((*user)->ok());
    CHECK(transport.seen.back().authorization == "Bearer access-1");
    const auto old =
        std::count_if(transport.seen.begin(), transport.seen.end(),
                      [](const auto& seen) { return seen.authorization == "Bearer access-0"; });
    CHECK(old == 0);
  }

  TEST_CASE_FIXTURE(PacedScene, "learn the account's limit from an answer") {
    message::Response answer = JsonAnswer(200, R"({"id":"u"})");
    answer.headers.push_back({"X-RateLimit-Category", "Light"});
    answer.headers.push_back({"X-RateLimit-Type", "QPS"});
    answer.headers.push_back({"X-RateLimit-Limit", "4"});
    answers = {answer};
    for (int i = 0; i < 4; ++i) CHECK(Ask()->has_value());
    const auto fifth = Ask();
    CHECK_FALSE(fifth->has_value());
    loop.Advance(absl::Seconds(1) / 0.95 + absl::Nanoseconds(1));
    CHECK(fifth->has_value());
  }
}

}  // namespace
}  // namespace joinpass::oauth
