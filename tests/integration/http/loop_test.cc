#include "http/loop.h"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "support/travel_clock.h"

namespace joinpass::http {
namespace {

struct LoopFixture {
  std::unique_ptr<IoLoop> loop = MakeIoLoop(base::SystemClock());

  void Sync() {
    std::promise<void> done;
    loop->Post([&] { done.set_value(); });
    done.get_future().wait();
  }
};

TEST_SUITE("The I/O loop") {
  TEST_CASE_FIXTURE(LoopFixture, "runs what is posted in order, never inside Post") {
    std::string ran;
    loop->Post([&] {
      loop->Post([&] { ran += "c"; });
      ran += "a";
    });
    loop->Post([&] { ran += "b"; });
    Sync();
    Sync();
    CHECK(ran == "abc");
  }

  TEST_CASE_FIXTURE(LoopFixture, "takes work from many threads and loses none") {
    int count = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) loop->Post([&] { ++count; });
      });
    }
    for (std::thread& thread : threads) thread.join();
    Sync();
    CHECK(count == 4000);
  }

  TEST_CASE_FIXTURE(LoopFixture, "runs timers by their moment, never early") {
    const SteadyTime start = SteadyNow();
    std::string ran;
    std::promise<SteadyTime> done;
    loop->PostAt(start + absl::Milliseconds(30), [&] { done.set_value(SteadyNow()); });
    loop->PostAt(start + absl::Milliseconds(20), [&] { ran += "b"; });
    loop->PostAt(start - absl::Hours(1), [&] { ran += "a"; });
    loop->PostAt(SteadyTime::InfiniteFuture(), [&] { ran += "never"; });
    CHECK(done.get_future().get() >= start + absl::Milliseconds(30));
    CHECK(ran == "ab");
  }

  TEST_CASE_FIXTURE(LoopFixture, "does not run what was cancelled, not even when it is due") {
    std::string ran;
    std::promise<void> done;
    loop->Post([&] {
      const SteadyTime now = SteadyNow();
      const base::Loop::TimerId due = loop->PostAt(now - absl::Seconds(1), [&] { ran += "x"; });
      loop->PostAt(now, [&] { done.set_value(); });
      loop->Cancel(due);
      loop->Cancel(due);
    });
    done.get_future().wait();
    CHECK(ran.empty());
  }

  TEST_CASE("keeps its moments after the machine slept, whatever was armed before") {
    testing::TravelClock clock;
    const auto loop = MakeIoLoop(clock);
    std::promise<void> before;
    std::promise<void> after;
    loop->PostAt(clock.SteadyNow() + absl::Hours(1), [&] { before.set_value(); });
    clock.Advance(absl::Hours(2));
    loop->PostAt(clock.SteadyNow() + absl::Milliseconds(1), [&] { after.set_value(); });
    CHECK(before.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK(after.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  }

  TEST_CASE("runs what was posted before it ends, and drops what is not due") {
    std::string ran;
    const auto held = std::make_shared<int>(0);
    {
      const std::unique_ptr<IoLoop> loop = MakeIoLoop(base::SystemClock());
      loop->PostAt(SteadyNow() + absl::Hours(1), [held, &ran] { ran += "x"; });
      loop->Post([&] {
        ran += "a";
        loop->Post([&] { ran += "b"; });
      });
    }
    CHECK(ran == "ab");
    CHECK(held.use_count() == 1);
  }
}

}  // namespace
}  // namespace joinpass::http
