#include "http/loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <deque>
#include <system_error>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/thread.h"
#include "http/alarm.h"
#include "http/loop_context.h"
#include "http/timer_queue.h"

namespace joinpass::http {
namespace {

class AsioLoop final : public IoLoop {
 public:
  explicit AsioLoop(base::Clock& clock)
      : clock_(clock), alarm_(context_.io), guard_(context_.io.get_executor()) {
    thread_ = base::StartThread("joinpass-loop", [this] { Run(); });
  }

  ~AsioLoop() override {
    boost::asio::post(context_.io, [this] { context_.io.stop(); });
    thread_.join();
    // What is dropped may own sockets, which must not outlive the context.
    std::deque<base::Work> queue;
    TimerQueue timers;
    base::MutexLock lock(mutex_);
    queue.swap(queue_);
    std::swap(timers, timers_);
  }

  Context& context() override { return context_; }

  void Post(base::Work work) override {
    base::MutexLock lock(mutex_);
    queue_.push_back(std::move(work));
    if (draining_) return;
    try {
      boost::asio::post(context_.io, [this] { Drain(); });
    } catch (...) {
      queue_.pop_back();
      throw;
    }
    draining_ = true;
  }

  TimerId PostAt(SteadyTime when, base::Work work) override {
    base::MutexLock lock(mutex_);
    const TimerId id = timers_.Add(when, std::move(work));
    // The timer that is armed for a later moment than this one is moved; one
    // for an earlier moment finds nothing due and arms itself again. One that is
    // overdue is armed by a clock of the test, which was moved.
    if (when < armed_ || armed_ <= clock_.SteadyNow()) {
      try {
        boost::asio::post(context_.io, [this] { Arm(); });
      } catch (...) {
        (void)timers_.Remove(id);
        throw;
      }
      armed_ = when;
    }
    return id;
  }

  void Cancel(TimerId id) override {
    std::optional<base::Work> dropped;  // Destroyed outside the lock.
    base::MutexLock lock(mutex_);
    dropped = timers_.Remove(id);
  }

  bool IsCurrent() const override { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void Run() {
    // What a handler throws (there is no memory) ends that handler alone.
    for (bool ended = false; !ended;) {
      try {
        context_.io.run();
        ended = true;
      } catch (...) {
      }
    }
    // Whatever was posted before the stop, and what that makes ready at once.
    context_.io.restart();
    while (context_.io.poll() > 0) {
    }
    alarm_.Cancel();
    context_.io.poll();
  }

  // Runs what is queued now; what that adds comes in the next turn, so that
  // sockets have theirs.
  void Drain() {
    std::deque<base::Work> batch;
    {
      base::MutexLock lock(mutex_);
      batch.swap(queue_);
    }
    for (base::Work& work : batch) {
      work();
      work = nullptr;
    }
    base::MutexLock lock(mutex_);
    draining_ = !queue_.empty();
    if (draining_) boost::asio::post(context_.io, [this] { Drain(); });
  }

  void Arm() {
    SteadyTime next;
    {
      base::MutexLock lock(mutex_);
      next = armed_ = timers_.Next();
    }
    if (next == SteadyTime::InfiniteFuture()) return;
    // Rounded up, so that it is never early, and bounded, so that it fits.
    const absl::Duration wait =
        std::clamp(next - clock_.SteadyNow(), absl::ZeroDuration(), absl::Hours(24));
    alarm_.Set(wait + absl::Microseconds(1), [this] { RunDue(); });
  }

  void RunDue() {
    for (;;) {
      std::optional<base::Work> work;
      {
        base::MutexLock lock(mutex_);
        work = timers_.TakeDue(clock_.SteadyNow());
      }
      if (!work) break;
      (*work)();
    }
    Arm();
  }

  base::Clock& clock_;
  base::Mutex mutex_;
  std::deque<base::Work> queue_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  TimerQueue timers_ ABSL_GUARDED_BY(mutex_);
  SteadyTime armed_ ABSL_GUARDED_BY(mutex_) = SteadyTime::InfiniteFuture();

  Context context_;
  Alarm alarm_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<IoLoop> MakeIoLoop(base::Clock& clock) {
  try {
    return std::make_unique<AsioLoop>(clock);
  } catch (const boost::system::system_error& error) {
    // Who looks at what was thrown shall not have to know Boost.
    throw std::system_error(error.code());
  }
}

}  // namespace joinpass::http
