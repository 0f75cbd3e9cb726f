// Calls that keep to the limits.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "paced_scene.h"

namespace joinpass::oauth {
namespace {

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
