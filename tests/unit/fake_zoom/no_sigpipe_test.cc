#include "fake_zoom/no_sigpipe.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace joinpass::fake_zoom {
namespace {

TEST_CASE("A write to a peer that has left raises no SIGPIPE, then or later") {
  struct sigaction action = {};
  static volatile sig_atomic_t raised = 0;
  action.sa_handler = [](int) { raised = raised + 1; };
  struct sigaction before = {};
  sigaction(SIGPIPE, &action, &before);
  std::array<int, 2> pipes = {};
  REQUIRE(pipe(pipes.data()) == 0);
  close(pipes[0]);
  {
    const NoSigPipe no_sigpipe;
    CHECK(write(pipes[1], "x", 1) == -1);
    CHECK(errno == EPIPE);
  }
  CHECK(raised == 0);
  // Elsewhere it is the program's own.
  CHECK(write(pipes[1], "x", 1) == -1);
  CHECK(raised == 1);
  close(pipes[1]);
  sigaction(SIGPIPE, &before, nullptr);
}

}  // namespace
}  // namespace joinpass::fake_zoom
