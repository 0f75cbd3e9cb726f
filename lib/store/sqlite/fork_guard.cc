#include "store/sqlite/fork_guard.h"

#include <pthread.h>

#include <cstddef>
#include <vector>

namespace joinpass::store::sqlite {
namespace {

constexpr int kMostTries = 500;

// Never destroyed: the process may fork while its statics go.
struct Guarded {
  base::Mutex mutex;
  std::vector<base::Mutex*> all;  // of `mutex`, but between Prepare() and Release()
  bool is_held = false;           // by whoever forks
  base::CondVar never;
};

Guarded& AllGuarded() {
  static auto* const guarded = new Guarded;
  return *guarded;
}

// All or none: others take several of them in an order of their own.
bool TryLockAll(const std::vector<base::Mutex*>& all) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->TryLock()) continue;
    while (i > 0) all[--i]->Unlock();
    return false;
  }
  return true;
}

void Prepare() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Guarded& guarded = AllGuarded();
  guarded.mutex.Lock();  // Held by others for no longer than to change the list.
  for (int i = 0; i < kMostTries; ++i) {
    guarded.is_held = TryLockAll(guarded.all);
    if (guarded.is_held) return;
    guarded.never.WaitFor(guarded.mutex, absl::Milliseconds(1));
  }
}

void Release() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Guarded& guarded = AllGuarded();
  if (guarded.is_held) {
    for (base::Mutex* mutex : guarded.all) mutex->Unlock();
  }
  guarded.is_held = false;
  guarded.mutex.Unlock();
}

}  // namespace

ForkGuard::ForkGuard(base::Mutex& mutex) : mutex_(mutex) {
  // Goes with the library, where that is unloaded.
  static const int registered = pthread_atfork(Prepare, Release, Release);
  (void)registered;
  base::MutexLock lock(AllGuarded().mutex);
  AllGuarded().all.push_back(&mutex_);
}

ForkGuard::~ForkGuard() {
  base::MutexLock lock(AllGuarded().mutex);
  std::erase(AllGuarded().all, &mutex_);
}

}  // namespace joinpass::store::sqlite
