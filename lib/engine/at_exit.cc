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

struct Houses {
  base::Mutex mutex;
  std::vector<std::shared_ptr<House>> alive ABSL_GUARDED_BY(mutex);
};

// Never destroyed: statics of the host may hold engines longer than ours live.
Houses& TheHouses() {
  static Houses& houses = *new Houses;
  return houses;
}

void EndAll() {
  std::vector<std::shared_ptr<House>> alive;
  {
    Houses& houses = TheHouses();
    base::MutexLock lock(houses.mutex);
    alive = houses.alive;
  }
  for (const auto& house : alive) house->EndForGood();
}

// A child that was forked while another thread held the lock could never have it.
void LockForFork() ABSL_NO_THREAD_SAFETY_ANALYSIS { TheHouses().mutex.Lock(); }
void UnlockAfterFork() ABSL_NO_THREAD_SAFETY_ANALYSIS { TheHouses().mutex.Unlock(); }

bool Register() {
  // What OpenSSL has to do at exit() is registered now, and so done after ours.
  OPENSSL_init_ssl(0, nullptr);
  std::atexit(&EndAll);
  pthread_atfork(&LockForFork, &UnlockAfterFork, &UnlockAfterFork);
  return true;
}

}  // namespace

void EndAtExit(std::shared_ptr<House> house) {
  static const bool registered = Register();
  (void)registered;
  Houses& houses = TheHouses();
  base::MutexLock lock(houses.mutex);
  houses.alive.push_back(std::move(house));
}

void Forget(const std::shared_ptr<House>& house) {
  Houses& houses = TheHouses();
  base::MutexLock lock(houses.mutex);
  std::erase(houses.alive, house);
}

}  // namespace joinpass::engine
