#include "engine/at_exit.h"

#include <openssl/ssl.h>
#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace joinpass::engine {
namespace {

struct Engines {
  base::Mutex mutex;
  std::vector<std::shared_ptr<AssembledEngine>> alive ABSL_GUARDED_BY(mutex);
};

// Never destroyed: statics of the host may hold engines longer than ours live.
Engines& TheEngines() {
  static Engines& engines = *new Engines;
  return engines;
}

void EndAll() {
  std::vector<std::shared_ptr<AssembledEngine>> alive;
  {
    Engines& engines = TheEngines();
    base::MutexLock lock(engines.mutex);
    alive = engines.alive;
  }
  for (const auto& engine : alive) engine->EndForGood();
}

// A child that was forked while another thread held the lock could never have it.
void LockForFork() ABSL_NO_THREAD_SAFETY_ANALYSIS { TheEngines().mutex.Lock(); }
void UnlockAfterFork() ABSL_NO_THREAD_SAFETY_ANALYSIS { TheEngines().mutex.Unlock(); }

bool Register() {
  // What OpenSSL has to do at exit() is registered now, and so done after ours.
  OPENSSL_init_ssl(0, nullptr);
  std::atexit(&EndAll);
  pthread_atfork(&LockForFork, &UnlockAfterFork, &UnlockAfterFork);
  return true;
}

}  // namespace

void EndAtExit(std::shared_ptr<AssembledEngine> engine) {
  static const bool registered = Register();
  (void)registered;
  Engines& engines = TheEngines();
  base::MutexLock lock(engines.mutex);
  engines.alive.push_back(std::move(engine));
}

void Forget(const std::shared_ptr<AssembledEngine>& engine) {
  Engines& engines = TheEngines();
  base::MutexLock lock(engines.mutex);
  std::erase(engines.alive, engine);
}

}  // namespace joinpass::engine
