#include "http/timer_queue.h"

#include <doctest/doctest.h>

#include <string>

namespace joinpass::http {
namespace {

SteadyTime At(int second) { return SteadyTime::FromSinceBoot(absl::Seconds(second)); }

TEST_SUITE("A timer queue") {
  TEST_CASE("gives what is due, earliest first, ties in order, nothing early") {
    TimerQueue queue;
    std::string ran;
    const auto add = [&](int second, char name) {
      return queue.Add(At(second), [&ran, name] { ran += name; });
    };
    const auto run = [&](SteadyTime now) {
      while (std::optional<base::Work> work = queue.TakeDue(now)) (*work)();
      return std::exchange(ran, "");
    };
    CHECK(queue.Next() == SteadyTime::InfiniteFuture());
    add(3, 'c');
    add(1, 'a');
    add(2, 'b');
    add(1, 'A');
    CHECK(queue.Next() == At(1));
    CHECK(run(At(1) - absl::Nanoseconds(1)).empty());
    CHECK(run(At(1)) == "aA");
    CHECK(run(At(5)) == "bc");
  }

  TEST_CASE("takes out what is cancelled, once; ids are never 0 and never the same") {
    TimerQueue queue;
    const TimerQueue::Id first = queue.Add(At(1), [] {});
    const TimerQueue::Id second = queue.Add(At(1), [] {});
    CHECK(first != 0);
    CHECK(first != second);
    CHECK(queue.Remove(first));
    CHECK_FALSE(queue.Remove(first));
    CHECK(queue.TakeDue(At(1)));
    CHECK_FALSE(queue.TakeDue(At(1)));
    CHECK_FALSE(queue.Remove(second));
    CHECK(queue.Add(At(1), [] {}) > second);
  }
}

}  // namespace
}  // namespace joinpass::http
