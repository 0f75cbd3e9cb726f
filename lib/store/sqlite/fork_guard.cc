#include "store/sqlite/fork_guard.h"

#include <pthread.h>

#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace joinpass::store::sqlite {
namespace {

constexpr absl::Duration kLongestWait = absl::Milliseconds(500);

// Never destroyed: the process may fork while its statics go.
struct Guarded {
  base::Mutex mutex;
  std::vector<base::Mutex*> all;
  std::vector<base::Mutex*> held;  // by whoever forks
};

Guarded& AllGuarded() {
  static auto* const guarded = new Guarded;
  return *guarded;
}

// One after the other, so that nobody who comes again and again can keep all of them from it.
// Where somebody else holds one and waits for another, in an order of his own, time decides.
void Prepare() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Guarded& guarded = AllGuarded();
  guarded.mutex.Lock();  // Held by others for no longer than to change the list.
  const timespec until = absl::ToTimespec(absl::Now() + kLongestWait);
  for (base::Mutex* mutex : guarded.all) {
    if (mutex->TryLockUntil(until)) guarded.held.push_back(mutex);
  }
}

void Release() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Guarded& guarded = AllGuarded();
  for (base::Mutex* mutex : guarded.held) mutex->Unlock();
  guarded.held.clear();
  guarded.mutex.Unlock();
}

// What was open is of no use to a child, whose own forks need not wait for it: of a lock that a
// thread holds which is not here, they would wait in vain.
void ReleaseInChild() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  AllGuarded().all.clear();
  Release();
}

}  // namespace

ForkGuard::ForkGuard(base::Mutex& mutex) : mutex_(mutex) {
  // Goes with the library, where that is unloaded.
  static const int registered = pthread_atfork(Prepare, Release, ReleaseInChild);
  (void)registered;
  base::MutexLock lock(AllGuarded().mutex);
  AllGuarded().all.push_back(&mutex_);
  AllGuarded().held.reserve(AllGuarded().all.size());  // fork() allocates nothing
}

ForkGuard::~ForkGuard() {
  base::MutexLock lock(AllGuarded().mutex);
  std::erase(AllGuarded().all, &mutex_);
}

}  // namespace joinpass::store::sqlite
