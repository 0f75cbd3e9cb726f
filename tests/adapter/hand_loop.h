// HandLoop: the example bot's main loop, whose time passes when a test says so.

#ifndef JOINPASS_TESTS_ADAPTER_HAND_LOOP_H_
#define JOINPASS_TESTS_ADAPTER_HAND_LOOP_H_

#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "example_bot/loop.h"

namespace joinpass::testing {

class HandLoop final : public example_bot::Loop {
 public:
  std::unique_ptr<Timer> After(absl::Duration wait, std::function<void()> work) override {
    if (wait <= absl::ZeroDuration()) {
      PostWhileOpen([this] { Advance(absl::ZeroDuration()); });
    }
    return std::make_unique<HandTimer>(*this, now_ + wait, std::move(work));
  }

  // From another thread: after all that was posted before, this much time goes by, and what is due
  // is done. Comes back then.
  // At once if the loop has ended.
  void Pass(absl::Duration time) {
    bool has_passed = false;
    PostWhileOpen([&] {
      Advance(time);
      base::MutexLock lock(mutex_);
      has_passed = true;
      changed_.NotifyAll();
    });
    base::MutexLock lock(mutex_);
    while (!has_passed && !has_ended_) changed_.Wait(mutex_);
  }

  // Nothing that was posted runs any more. In the thread of the loop, when it has ended.
  void End() {
    {
      base::MutexLock lock(mutex_);
      has_ended_ = true;
      changed_.NotifyAll();
    }
    open_.reset();
    while (g_main_context_iteration(nullptr, FALSE)) {
    }
  }

 private:
  // Work that does not run once the loop has ended.
  void PostWhileOpen(std::function<void()> work) {
    Post([open = std::weak_ptr<bool>(open_), work = std::move(work)] {
      if (const auto is_open = open.lock()) work();
    });
  }

  struct Entry {
    absl::Duration due;
    std::function<void()> work;
  };

  class HandTimer final : public Timer {
   public:
    HandTimer(HandLoop& loop, absl::Duration due, std::function<void()> work)
        : loop_(loop), entry_(std::make_shared<Entry>(Entry{due, std::move(work)})) {
      loop_.entries_.push_back(entry_);
    }
    ~HandTimer() override { loop_.entries_.remove(entry_); }

   private:
    HandLoop& loop_;
    std::shared_ptr<Entry> entry_;
  };

  void Advance(absl::Duration time) {
    const absl::Duration until = now_ + time;
    while (true) {
      const auto next = std::min_element(
          entries_.begin(), entries_.end(),
          [](const auto& one, const auto& other) { return one->due < other->due; });
      if (next == entries_.end() || (*next)->due > until) break;
      const std::shared_ptr<Entry> entry = *next;  // held, since its work may end its timer
      entries_.erase(next);
      now_ = std::max(now_, entry->due);
      entry->work();
    }
    now_ = until;
  }

  base::Mutex mutex_;
  base::CondVar changed_;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<bool> open_ = std::make_shared<bool>(true);
  absl::Duration now_ = absl::ZeroDuration();
  std::list<std::shared_ptr<Entry>> entries_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_ADAPTER_HAND_LOOP_H_
