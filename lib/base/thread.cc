#include "base/thread.h"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace joinpass::base {
namespace {

// Blocks the signals of the calling thread, as a new thread begins with the mask of
// the one that made it: it has no moment in which it could take one.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
      sigdelset(&all, fault);
    }
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_ = {};
};

}  // namespace

std::thread StartThread(const char* name, absl::AnyInvocable<void()> run) {
  const NoSignals no_signals;
  std::thread thread([run = std::move(run)]() mutable { run(); });
  pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace joinpass::base
