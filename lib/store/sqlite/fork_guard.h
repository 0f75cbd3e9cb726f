// ForkGuard: no fork in the middle of what a lock guards.

#ifndef JOINPASS_LIB_STORE_SQLITE_FORK_GUARD_H_
#define JOINPASS_LIB_STORE_SQLITE_FORK_GUARD_H_

#include "base/mutex.h"

namespace joinpass::store::sqlite {

// A child of fork() has SQLite's memory as it was in that moment. A transaction of a thread that
// the child lacks would never end there, and lock the file for every connection that the child
// opens. So fork() waits until nobody holds the mutex of any guard, for half a second at most:
// whoever forks may hold one himself, in a callback.
//
// Thread-safe. The mutex outlives it.
class ForkGuard {
 public:
  explicit ForkGuard(base::Mutex& mutex);
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;

 private:
  base::Mutex& mutex_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_FORK_GUARD_H_
