// Runner: the door between the caller's threads and the loop.

#ifndef JOINPASS_LIB_ENGINE_RUNNER_H_
#define JOINPASS_LIB_ENGINE_RUNNER_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "base/executor.h"
#include "base/mutex.h"
#include "base/task.h"

namespace joinpass::engine {

// The error of a call that came after the engine closed.
absl::Status EngineClosed();

// Starts tasks on the loop and counts them, until the door is shut. Outlives
// the engine where a session of its caller does; then it refuses all.
// Thread-safe.
class Runner : public std::enable_shared_from_this<Runner> {
 public:
  explicit Runner(base::Loop& loop) : loop_(&loop) {}

  // Runs what `make` returns on the loop and gives its value to `done` there.
  // False, and nothing happens, if the door is shut.
  //
  // `make` dies before its task ends: it must be a lambda that calls a
  // coroutine, and never be one.
  template <typename T>
  bool Spawn(absl::AnyInvocable<base::Task<T>()> make, absl::AnyInvocable<void(T)> done) {
    base::MutexLock lock(mutex_);
    if (shut_) return false;
    // Counted after it is posted: what was thrown instead is not under way. It can end
    // only after this, since Finish() needs the lock.
    loop_->Post(
        [self = shared_from_this(), make = std::move(make), done = std::move(done)]() mutable {
          base::Start<T>(make(), [self, done = std::move(done)](T value) mutable {
            done(std::move(value));
            self->Finish();
          });
        });
    ++active_;
    return true;
  }

  // The same, and waits for the value, an absl::Status or StatusOr.
  //
  // Errors beside its own: cancelled (the door is shut), wrong_thread (the caller is
  // the loop itself, which would wait for itself for ever)
  template <typename T>
  T Run(absl::AnyInvocable<base::Task<T>()> make) {
    Box<T> box;
    if (absl::Status mine = CheckThread(); !mine.ok()) return mine;
    if (!Spawn<T>(std::move(make), [&box](T value) { box.Put(std::move(value)); })) {
      return EngineClosed();
    }
    return box.Take();
  }

  // OK, cancelled or wrong_thread, as for Run().
  absl::Status CheckThread();

  // Refuses all that comes from now on.
  void Shut();

  // Waits until all that was started has ended.
  void AwaitIdle();

 private:
  // A value on its way from one thread to another.
  template <typename T>
  class Box {
   public:
    void Put(T value) {
      base::MutexLock lock(mutex_);
      value_.emplace(std::move(value));
      filled_.NotifyOne();  // Under the lock: the taker may free the box right after.
    }
    T Take() {
      base::MutexLock lock(mutex_);
      while (!value_) filled_.Wait(mutex_);
      return *std::move(value_);
    }

   private:
    base::Mutex mutex_;
    base::CondVar filled_;
    std::optional<T> value_ ABSL_GUARDED_BY(mutex_);
  };

  void Finish();

  base::Mutex mutex_;
  base::CondVar idle_;
  base::Loop* const loop_;  // not touched once the door is shut
  bool shut_ ABSL_GUARDED_BY(mutex_) = false;
  int active_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_RUNNER_H_
