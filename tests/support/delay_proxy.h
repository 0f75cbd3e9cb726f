// A long way to a server on this machine.

#ifndef JOINPASS_TESTS_SUPPORT_DELAY_PROXY_H_
#define JOINPASS_TESTS_SUPPORT_DELAY_PROXY_H_

#include <atomic>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace joinpass::testing {

// Listens on a port of 127.0.0.1, and hands on what comes after half of a `round_trip`, in both
// directions. Since the system answers a connection at once, what a client says first is held
// back for a round trip more: so that to connect takes one, too.
class DelayProxy {
 public:
  DelayProxy(int target_port, absl::Duration round_trip);
  ~DelayProxy();

  std::string origin() const { return "https://127.0.0.1:" + std::to_string(port_); }

  // So far.
  int connections() const { return connections_; }

 private:
  class Loop;

  int port_ = 0;
  int stop_[2] = {-1, -1};
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_DELAY_PROXY_H_
