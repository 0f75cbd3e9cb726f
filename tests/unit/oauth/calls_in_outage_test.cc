// Calls while Zoom, or the way to it, is out of order.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "paced_scene.h"

namespace joinpass::oauth {
namespace {

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

}  // namespace
}  // namespace joinpass::oauth
