#include "http/loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "http/loop_context.h"
#include "http/timer_queue.h"

namespace joinpass::http {
namespace {

using boost::system::error_code;

class AsioLoop final : public IoLoop {
 public:
  explicit AsioLoop(base::Clock& clock)
      : clock_(clock), timer_(context_.io), guard_(context_.io.get_executor()) {
    thread_ = std::thread([this] { Run(); });
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
    if (std::exchange(draining_, true)) return;
    boost::asio::post(context_.io, [this] { Drain(); });
  }

  TimerId PostAt(SteadyTime when, base::Work work) override {
    base::MutexLock lock(mutex_);
    const TimerId id = timers_.Add(when, std::move(work));
    // The timer that is armed for a later moment than this one is moved; one
    // for an earlier moment finds nothing due and arms itself again. One that is
    // overdue sleeps by a clock that stood still, while the machine did.
    if (when < armed_ || armed_ <= clock_.SteadyNow()) {
      armed_ = when;
      boost::asio::post(context_.io, [this] { Arm(); });
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
    context_.io.run();
    // Whatever was posted before the stop, and what that makes ready at once.
    context_.io.restart();
    while (context_.io.poll() > 0) {
    }
    timer_.cancel();
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
    timer_.expires_after(absl::ToChronoMicroseconds(wait + absl::Microseconds(1)));
    timer_.async_wait([this](const error_code& error) {
      if (!error) RunDue();
    });
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
  boost::asio::steady_timer timer_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<IoLoop> MakeIoLoop(base::Clock& clock) { return std::make_unique<AsioLoop>(clock); }

}  // namespace joinpass::http
