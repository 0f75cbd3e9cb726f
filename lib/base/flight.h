// Flight: one answer for many who asked.

#ifndef JOINPASS_LIB_BASE_FLIGHT_H_
#define JOINPASS_LIB_BASE_FLIGHT_H_

#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "base/executor.h"
#include "base/task.h"

namespace joinpass::base {

// The first caller starts the work and Lands its answer; everybody Waits, each
// with a deadline of its own. Whoever leaves early leaves the work running.
//
// Used from the loop's thread only. Held by shared_ptr by those who wait.
template <typename T>
class Flight {
 public:
  explicit Flight(Loop& loop) : loop_(loop) {}

  bool landed() const { return value_.has_value(); }
  const std::optional<T>& value() const { return value_; }

  // Answers all who wait and all who come later. Once.
  void Land(T value) {
    value_.emplace(std::move(value));
    std::list<Waiter> waiters = std::move(waiters_);
    waiters_.clear();
    for (Waiter& waiter : waiters) {
      loop_.Cancel(waiter.timer);
      waiter.done(true);
    }
  }

  // The answer, or nothing if `deadline` passed first.
  static Task<std::optional<T>> Wait(std::shared_ptr<Flight> flight, SteadyTime deadline) {
    if (!flight->landed()) {
      const bool in_time = co_await Await<bool>(
          [&](absl::AnyInvocable<void(bool)> done) { flight->Enter(deadline, std::move(done)); });
      if (!in_time) co_return std::nullopt;
    }
    co_return flight->value_;
  }

 private:
  struct Waiter {
    Loop::TimerId timer = 0;
    absl::AnyInvocable<void(bool)> done;
  };

  void Enter(SteadyTime deadline, absl::AnyInvocable<void(bool)> done) {
    const auto here = waiters_.emplace(waiters_.end());
    here->done = std::move(done);
    here->timer = loop_.PostAt(deadline, [this, here] {
      // A waiter's task holds the flight, and Land() cancels the timer, so both
      // are still there.
      absl::AnyInvocable<void(bool)> late = std::move(here->done);
      waiters_.erase(here);
      late(false);
    });
  }

  Loop& loop_;
  std::optional<T> value_;
  std::list<Waiter> waiters_;
};

// Runs `task`, but waits for it no longer than to `deadline`: nothing then, and
// the task goes on to its end. It must refer to nothing that its caller owns.
template <typename T>
Task<std::optional<T>> Within(Loop& loop, Task<T> task, SteadyTime deadline) {
  auto flight = std::make_shared<Flight<T>>(loop);
  Start<T>(std::move(task), [flight](T value) { flight->Land(std::move(value)); });
  co_return co_await Flight<T>::Wait(flight, deadline);
}

// Goes on at `when`.
inline Task<bool> SleepUntil(Loop& loop, SteadyTime when) {
  co_return co_await Await<bool>([&](absl::AnyInvocable<void(bool)> done) {
    loop.PostAt(when, [done = std::move(done)]() mutable { done(true); });
  });
}

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_FLIGHT_H_
