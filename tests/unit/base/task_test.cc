#include "base/task.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>

#include "base/flight.h"
#include "base/random.h"
#include "base/worker.h"
#include "support/manual_loop.h"

namespace joinpass::base {
namespace {

using testing::FakeClock;
using testing::ManualLoop;

Task<int> Later(Executor& executor, int value) {
  co_await GoTo(executor);
  co_return value;
}

Task<std::string> Sum(Executor& executor) {
  std::vector<Task<int>> parts;
  for (int i = 1; i <= 4; ++i) parts.push_back(Later(executor, i));
  const std::vector<int> values = co_await WhenAll(std::move(parts));
  int sum = 0;
  for (const int value : values) sum = sum * 10 + value;
  co_return std::to_string(sum);
}

struct LoopFixture {
  FakeClock clock;
  ManualLoop loop{clock};
};

TEST_SUITE("Task") {
  TEST_CASE_FIXTURE(LoopFixture, "does nothing until it is awaited, and all at once in WhenAll") {
    std::string result;
    { Task<int> never = Later(loop, 7); }
    Start<std::string>(Sum(loop), [&](std::string value) { result = std::move(value); });
    CHECK(result.empty());
    loop.Run();
    CHECK(result == "1234");
  }

  TEST_CASE_FIXTURE(LoopFixture, "WhenAll of nothing is done at once") {
    bool done = false;
    Start<std::vector<int>>(WhenAll(std::vector<Task<int>>()),
                            [&](std::vector<int> v) { done = v.empty(); });
    CHECK(done);
  }

  TEST_CASE_FIXTURE(LoopFixture, "a callback may answer at once, or move-only values later") {
    const auto ask = [](Loop& on) -> Task<std::unique_ptr<int>> {
      const int now = co_await Await<int>([](absl::AnyInvocable<void(int)> done) { done(3); });
      auto later = co_await Await<std::unique_ptr<int>>(
          [&](absl::AnyInvocable<void(std::unique_ptr<int>)> done) {
            on.Post([done = std::move(done), now]() mutable { done(std::make_unique<int>(now)); });
          });
      co_return later;
    };
    std::unique_ptr<int> result;
    Start<std::unique_ptr<int>>(ask(loop), [&](std::unique_ptr<int> v) { result = std::move(v); });
    loop.Run();
    REQUIRE(result);
    CHECK(*result == 3);
  }

  TEST_CASE_FIXTURE(LoopFixture, "RunOn works in a thread of its own and comes home") {
    Worker worker;
    std::thread::id there;
    std::thread::id back;
    std::atomic<bool> posted = false;
    struct Home final : Executor {
      explicit Home(ManualLoop& to, std::atomic<bool>& flag) : loop(to), posted(flag) {}
      void Post(Work work) override {
        loop.Post(std::move(work));
        posted = true;
        posted.notify_one();
      }
      ManualLoop& loop;
      std::atomic<bool>& posted;
    } home(loop, posted);
    Start<int>(RunOn<int>(worker, home,
                          [&] {
                            there = std::this_thread::get_id();
                            return 5;
                          }),
               [&](int value) {
                 CHECK(value == 5);
                 back = std::this_thread::get_id();
               });
    posted.wait(false);
    loop.Run();
    CHECK(there != std::this_thread::get_id());
    CHECK(back == std::this_thread::get_id());
  }
}

TEST_SUITE("Flight") {
  struct Passengers : LoopFixture {
    std::shared_ptr<Flight<int>> flight = std::make_shared<Flight<int>>(loop);
    std::vector<std::optional<int>> answers;

    void Board(absl::Duration patience) {
      Start<std::optional<int>>(Flight<int>::Wait(flight, clock.SteadyNow() + patience),
                                [this](std::optional<int> v) { answers.push_back(v); });
    }
  };

  TEST_CASE_FIXTURE(Passengers, "one answer serves all who wait and all who come later") {
    Board(absl::Seconds(1));
    Board(absl::Seconds(2));
    flight->Land(9);
    Board(absl::ZeroDuration());
    loop.Run();
    CHECK(answers == std::vector<std::optional<int>>{9, 9, 9});
    CHECK(loop.timers() == 0);
  }

  TEST_CASE_FIXTURE(Passengers, "each leaves at its own deadline, the flight goes on") {
    Board(absl::Seconds(1));
    Board(absl::Seconds(3));
    loop.Advance(absl::Seconds(1));
    CHECK(answers == std::vector<std::optional<int>>{std::nullopt});
    flight->Land(4);
    CHECK(answers == std::vector<std::optional<int>>{std::nullopt, 4});
  }
}

TEST_SUITE("Random") {
  TEST_CASE("tokens are of the length that was asked for, and never the same") {
    const std::string a = SystemRandom().Token(16);
    CHECK(a.size() == 22);
    CHECK(a != SystemRandom().Token(16));
    CHECK(a.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
  }
}

}  // namespace
}  // namespace joinpass::base
