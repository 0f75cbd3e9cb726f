// NoSigPipe: writing to a peer that has left, in somebody else's program.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_NO_SIGPIPE_H_
#define JOINPASS_TESTS_FAKE_ZOOM_NO_SIGPIPE_H_

#include <pthread.h>
#include <signal.h>
#include <time.h>

namespace joinpass::fake_zoom {

// OpenSSL writes without MSG_NOSIGNAL. While this lives, that raises no SIGPIPE in its
// thread; one that the program had waiting before keeps on waiting.
class NoSigPipe {
 public:
  NoSigPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t waiting;
    sigpending(&waiting);
    waited_before_ = sigismember(&waiting, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigPipe(const NoSigPipe&) = delete;
  NoSigPipe& operator=(const NoSigPipe&) = delete;
  ~NoSigPipe() {
    const timespec at_once = {};
    if (!waited_before_) sigtimedwait(&pipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_;
  sigset_t before_ = {};
  bool waited_before_ = false;
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_NO_SIGPIPE_H_
