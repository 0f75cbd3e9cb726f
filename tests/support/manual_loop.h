// A Loop that runs nothing by itself and whose clock only moves when told, for
// tests of coroutines without threads.

#ifndef JOINPASS_TESTS_SUPPORT_MANUAL_LOOP_H_
#define JOINPASS_TESTS_SUPPORT_MANUAL_LOOP_H_

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "base/clock.h"
#include "base/executor.h"

namespace joinpass::testing {

// Both clocks stand still until Advance(). Thread-compatible.
class FakeClock final : public base::Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1'700'000'000)) : now_(now) {}

  absl::Time Now() override { return now_; }
  SteadyTime SteadyNow() override { return steady_; }
  void Advance(absl::Duration by) {
    now_ += by;
    steady_ = steady_ + by;
  }
  void SetBack(absl::Duration by) { now_ -= by; }  // the wall clock alone

 private:
  absl::Time now_;
  SteadyTime steady_ = SteadyTime::FromSinceBoot(absl::Hours(1));
};

class ManualLoop final : public base::Loop {
 public:
  explicit ManualLoop(FakeClock& clock) : clock_(clock) {}

  void Post(base::Work work) override { queue_.push_back(std::move(work)); }
  TimerId PostAt(SteadyTime when, base::Work work) override {
    timers_.emplace(++last_id_, std::make_pair(when, std::move(work)));
    return last_id_;
  }
  void Cancel(TimerId id) override { timers_.erase(id); }
  bool IsCurrent() const override { return true; }

  // Runs until nothing is left to do now.
  void Run() {
    while (RunOne()) {
    }
  }

  // Moves the clock and runs what came due.
  void Advance(absl::Duration by) {
    clock_.Advance(by);
    Run();
  }

  // Moves the clock to when the next timer is due, and runs it. False: there is none.
  bool AdvanceToNext() {
    if (timers_.empty()) return false;
    const auto next = std::min_element(timers_.begin(), timers_.end(), [](auto& a, auto& b) {
      return a.second.first < b.second.first;
    });
    Advance(std::max(next->second.first - clock_.SteadyNow(), absl::ZeroDuration()));
    return true;
  }

  std::size_t timers() const { return timers_.size(); }

 private:
  bool RunOne() {
    for (auto it = timers_.begin(); it != timers_.end(); ++it) {
      if (it->second.first > clock_.SteadyNow()) continue;
      base::Work work = std::move(it->second.second);
      timers_.erase(it);
      work();
      return true;
    }
    if (queue_.empty()) return false;
    base::Work work = std::move(queue_.front());
    queue_.pop_front();
    work();
    return true;
  }

  FakeClock& clock_;
  std::deque<base::Work> queue_;
  std::map<TimerId, std::pair<SteadyTime, base::Work>> timers_;
  TimerId last_id_ = 0;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_MANUAL_LOOP_H_
