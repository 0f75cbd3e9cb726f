// Mutex: std::mutex with the annotations that clang's -Wthread-safety checks.
// Not absl::Mutex: some distributions ship it with deadlock detection compiled
// in, which is slow and may abort the process of the bot.

#ifndef JOINPASS_LIB_BASE_MUTEX_H_
#define JOINPASS_LIB_BASE_MUTEX_H_

#include <pthread.h>

#include <condition_variable>
#include <ctime>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace joinpass::base {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  // False: others held it until then, by the wall clock; or the caller holds it himself.
  bool TryLockUntil(const timespec& when) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    return pthread_mutex_timedlock(mutex_.native_handle(), &when) == 0;
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  // Waits for a Notify, or for nothing at all: loop over the condition.
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // The same, for at most `time`, by a clock that may stand still in a suspend.
  void WaitFor(Mutex& mutex, absl::Duration time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_for(lock, absl::ToChronoNanoseconds(time));
    lock.release();
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_MUTEX_H_
