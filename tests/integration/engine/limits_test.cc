// Engines that keep to Zoom's rate limits, over TLS.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "integration/engine/engine_scene.h"

namespace joinpass::testing {
namespace {

// Of eight calls at once: five, and three.
const absl::Duration kLongestOfPro = absl::Seconds(1) / (6 * 0.95);

struct Scene : EngineScene {
  base::Mutex waits_mutex;
  std::vector<Wait> waits ABSL_GUARDED_BY(waits_mutex);

  // With this app's consent of Jill, and nothing asked of Zoom since.
  std::string OpenAnew(ZoomPlan plan, RateLimits rate_limits = RateLimits::kKept) {
    EngineOptions options = Options();
    options.plan = plan;
    options.rate_limits = rate_limits;
    options.on_wait = [this](const Wait& wait) {
      base::MutexLock lock(waits_mutex);
      waits.push_back(wait);
    };
    engine.reset();
    auto opened = engine::OpenWith(options, clock, base::SystemRandom());
    REQUIRE(NameOf(opened) == "ok");
    engine = *std::move(opened);
    const auto credential = TryConnect(kJill);
    REQUIRE(NameOf(credential) == "ok");
    zoom->ResetCalls();
    return credential->id;
  }

  // So many calls at once, whose answers, from which the limit could be learnt, come after all
  // of them were sent.
  void AskAtOnce(const std::string& credential) {
    constexpr int kMany = 8;  // that many sockets has an origin
    zoom->ResetCalls();
    fake_zoom::Fault hold;
    hold.endpoint = "users/me";
    hold.kind = fake_zoom::FaultKind::kHold;
    hold.times = kMany;
    REQUIRE(zoom->SetFault(hold).ok());
    std::vector<std::thread> threads;
    for (int i = 0; i < kMany; ++i) {
      threads.emplace_back([&] {
        CHECK(NameOf(engine->credentials().Validate(credential, absl::Seconds(60))) == "ok");
      });
    }
    zoom->AwaitCalls("users/me", kMany);
    zoom->Release();
    for (std::thread& thread : threads) thread.join();
  }

  std::vector<Wait> Waits() {
    base::MutexLock lock(waits_mutex);
    return waits;
  }
  static absl::Duration Longest(const std::vector<Wait>& all) {
    absl::Duration longest;
    for (const Wait& wait : all) longest = std::max(longest, wait.time);
    return longest;
  }
};

TEST_SUITE("An engine and Zoom's rate limits") {
  TEST_CASE_FIXTURE(Scene, "goes by the plan that it is told, until Zoom says another") {
    const std::string free = OpenAnew(ZoomPlan::kFree);
    AskAtOnce(free);
    const std::vector<Wait> waited = Waits();
    REQUIRE_FALSE(waited.empty());
    CHECK(waited[0].what == WaitFor::kTurn);
    CHECK(waited[0].credential_id == free);
    CHECK_FALSE(waited[0].in_background);
    CHECK(Longest(waited) > kLongestOfPro);
    // By its headers the account is a Pro's: 30 a second, 5 at once.
    const std::size_t before = waited.size();
    AskAtOnce(free);
    const std::vector<Wait> then = Waits();
    CHECK(Longest({then.begin() + static_cast<std::ptrdiff_t>(before), then.end()}) <=
          kLongestOfPro);
  }

  TEST_CASE_FIXTURE(Scene, "makes nobody wait where it shall ignore them") {
    AskAtOnce(OpenAnew(ZoomPlan::kFree, RateLimits::kIgnored));
    CHECK(Waits().empty());
  }

  TEST_CASE_FIXTURE(Scene, "repeats what was refused for a moment, and not for ever") {
    for (const auto& [rate_limits, calls] :
         {std::pair{RateLimits::kIgnored, 1}, {RateLimits::kKept, 4}}) {
      const std::string credential = OpenAnew(ZoomPlan::kPro, rate_limits);
      // Another app has all that there is.
      zoom->SetLimits({.kept = true,
                       .windows = fake_zoom::LimitWindows::kSliding,
                       .refused_count = true,
                       .foreign_a_second = 1'000});
      CHECK(NameOf(engine->credentials().Validate(credential, absl::Seconds(60))) ==
            "rate_limited");
      CHECK(zoom->Calls("users/me") == calls);
      zoom->SetLimits({});
    }
    CHECK(WaitForName(WaitFor::kTurn) == "turn");
    CHECK(WaitForName(WaitFor::kRetry) == "retry");
  }
}

}  // namespace
}  // namespace joinpass::testing
