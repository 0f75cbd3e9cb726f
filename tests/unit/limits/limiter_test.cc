#include "limits/limiter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/engine_room.h"

namespace joinpass::limits {
namespace {

using zoom::RateLabel;
using zoom::RateNews;
using zoom::Throttled;
using Result = std::shared_ptr<std::optional<absl::Status>>;

struct Scene : testing::EngineRoom {
  std::vector<Wait> waits;
  Limiter limiter{context, ZoomPlan::kPro};  // of calls that list: 20 a second, in bursts of 4

  Scene() {
    context.listeners.on_wait = [this](const Wait& wait) { waits.push_back(wait); };
  }
  // Ends all that still waits.
  ~Scene() {
    context.closing->Begin();
    loop.Run();
  }

  static Call Listing(Urgency urgency = Urgency::kJoin, std::string account = "account-1") {
    Call call;
    call.account_id = std::move(account);
    call.label = RateLabel::kMedium;
    call.urgency = urgency;
    call.credential_id = "cred_1";
    return call;
  }
  Result Begin(const Call& call, absl::Duration timeout = absl::Minutes(1)) {
    return EngineRoom::Begin(limiter.AwaitTurn(call, In(timeout)));
  }
  void SpendBurst() {
    for (int i = 0; i < 4; ++i) REQUIRE(Begin(Listing())->has_value());
  }
  void Hear(const RateNews& news, SteadyTime sent_at) {
    REQUIRE(Finish(limiter.Hear(Listing(), news, sent_at)).ok());
  }
};

const absl::Duration kBetweenBursts = absl::Seconds(1) / (5 * 0.95);

TEST_SUITE("The limiter") {
  TEST_CASE_FIXTURE(Scene, "lets a call go when it is its turn, and says that it waits") {
    SpendBurst();
    CHECK(waits.empty());
    const Result fifth = Begin(Listing());
    CHECK_FALSE(fifth->has_value());
    REQUIRE(waits.size() == 1);
    CHECK(waits[0].what == WaitFor::kTurn);
    CHECK(waits[0].credential_id == "cred_1");
    CHECK_FALSE(waits[0].in_background);
    CHECK(waits[0].time == kBetweenBursts);
    // Another account's, and one of another label, do not stand behind it.
    CHECK(Begin(Listing(Urgency::kJoin, "account-2"))->has_value());
    Call light = Listing();
    light.label = RateLabel::kLight;
    CHECK(Begin(light)->has_value());
    loop.Advance(kBetweenBursts - absl::Milliseconds(1));
    CHECK_FALSE(fifth->has_value());
    loop.Advance(absl::Milliseconds(1));
    REQUIRE(fifth->has_value());
    CHECK((*fifth)->ok());
  }

  TEST_CASE_FIXTURE(Scene, "refuses at once what has no turn in time, and says when one would be") {
    SpendBurst();
    const Result late = Begin(Listing(), absl::Milliseconds(200));
    REQUIRE(late->has_value());
    const auto info = GetErrorInfo(**late);
    REQUIRE(info.has_value());
    CHECK(info->reason == Reason::kRateLimited);
    CHECK(absl::AbsDuration(*info->retry_at - clock.Now() - kBetweenBursts) <
          absl::Milliseconds(1));
    CHECK_FALSE(info->request_left);
    const Result next = Begin(Listing());
    CHECK(waits.back().time == kBetweenBursts);
  }

  TEST_CASE_FIXTURE(Scene, "has the background wait until something is free") {
    SpendBurst();
    const Result background = Begin(Listing(Urgency::kBackground));
    const Result join = Begin(Listing());
    CHECK(waits[0].in_background);
    loop.Advance(kBetweenBursts);
    CHECK(join->has_value());
    CHECK(background->has_value());  // there were four places, and one was taken
    // There is none before its deadline: it does not wait for that.
    loop.Advance(absl::Seconds(1));
    SpendBurst();
    const Result late = Begin(Listing(Urgency::kBackground), absl::Milliseconds(10));
    REQUIRE(late->has_value());
    CHECK(ReasonOf(**late) == Reason::kRateLimited);
  }

  TEST_CASE_FIXTURE(Scene, "has those who wait look again after a refusal") {
    SpendBurst();
    const SteadyTime sent_at = clock.SteadyNow();
    const Result fifth = Begin(Listing());
    loop.Advance(absl::Milliseconds(100));
    Hear({.throttled = Throttled::kASecond}, sent_at);
    loop.Advance(kBetweenBursts);
    CHECK_FALSE(fifth->has_value());
    loop.Advance(absl::Milliseconds(500) - kBetweenBursts - absl::Milliseconds(101));
    CHECK_FALSE(fifth->has_value());
    loop.Advance(absl::Milliseconds(1));
    CHECK(fifth->has_value());
  }

  TEST_CASE_FIXTURE(Scene, "keeps what it hears for the others who share the store") {
    auto prepared = store::PrepareFolder(folder / "store");
    REQUIRE(prepared.ok());
    auto opened = store::OpenSqliteStore(*prepared, keys, base::SystemRandom());
    REQUIRE(opened.ok());
    store::Records their_records(**opened, keys, base::SystemRandom());
    const service::Context there{loop,      {loop, loop, loop}, clock, base::SystemRandom(),
                                 transport, their_records,      {}};
    Limiter theirs(there, ZoomPlan::kPro);
    SpendBurst();
    CHECK_FALSE(EngineRoom::Begin(theirs.AwaitTurn(Listing(), In(absl::Seconds(9))))->has_value());
    Hear({.throttled = Throttled::kADay}, clock.SteadyNow());
    const auto closed = EngineRoom::Begin(theirs.AwaitTurn(Listing(), In(absl::Seconds(9))));
    REQUIRE(closed->has_value());
    CHECK(GetErrorInfo(**closed)->retry_at == absl::FromUnixSeconds(1'700'006'400));
    there.closing->Begin();
    loop.Run();
  }

  TEST_CASE_FIXTURE(Scene, "goes by what it knows itself where the store fails") {
    // There is no place for its file.
    std::filesystem::remove_all(folder / "store");
    SpendBurst();
    const Result fifth = Begin(Listing());
    CHECK_FALSE(fifth->has_value());
    Hear({.limit = zoom::RateLimitOf(ZoomPlan::kBusiness, RateLabel::kMedium)}, clock.SteadyNow());
    loop.Advance(kBetweenBursts);
    CHECK(fifth->has_value());
    CHECK(Begin(Listing())->has_value());
    // It asks the store again after a second, and not before.
    REQUIRE(std::filesystem::create_directory(folder / "store"));
    CHECK(Begin(Listing())->has_value());
    CHECK(std::filesystem::is_empty(folder / "store"));
    loop.Advance(absl::Seconds(1));
    CHECK(Begin(Listing())->has_value());
    CHECK_FALSE(std::filesystem::is_empty(folder / "store"));
  }

  TEST_CASE_FIXTURE(Scene, "brings to the store what was done without it") {
    std::filesystem::remove_all(folder / "store");
    for (int i = 0; i < 8; ++i) (void)Begin(Listing());
    REQUIRE(std::filesystem::create_directory(folder / "store"));
    loop.Advance(absl::Seconds(1));
    for (int i = 0; i < 12; ++i) (void)Begin(Listing());
    CHECK(waits.back().time > 2 * kBetweenBursts - absl::Milliseconds(1));
    CHECK_FALSE(std::filesystem::is_empty(folder / "store"));
  }

  TEST_CASE_FIXTURE(Scene, "has those who slept too long wait again") {
    std::vector<Result> all;
    for (int i = 0; i < 200; ++i) all.push_back(Begin(Listing()));
    const auto left = [&] {
      return std::count_if(all.begin(), all.end(),
                           [](const Result& one) { return one->has_value(); });
    };
    loop.Advance(absl::Milliseconds(1));
    CHECK(left() == 4);
    // As a machine that was stopped.
    loop.Advance(absl::Seconds(8));
    CHECK(left() <= 4 + 8);
    for (int i = 0; i < 400; ++i) loop.AdvanceToNext();
    CHECK(left() == 200);
  }

  TEST_CASE_FIXTURE(Scene, "ends all waiting when the engine closes") {
    SpendBurst();
    const Result join = Begin(Listing());
    const Result background = Begin(Listing(Urgency::kBackground));
    context.closing->Begin();
    loop.Run();
    REQUIRE(join->has_value());
    CHECK(ReasonOf(**join) == Reason::kCancelled);
    REQUIRE(background->has_value());
    CHECK(ReasonOf(**background) == Reason::kCancelled);
  }
}

}  // namespace
}  // namespace joinpass::limits
