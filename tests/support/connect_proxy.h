// An HTTP proxy on loopback that makes tunnels.

#ifndef JOINPASS_TESTS_SUPPORT_CONNECT_PROXY_H_
#define JOINPASS_TESTS_SUPPORT_CONNECT_PROXY_H_

#include <list>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace joinpass::testing {

// Whatever host it is asked for, the tunnel leads to that port of 127.0.0.1. Each connection has
// a thread. Thread-safe.
class ConnectProxy {
 public:
  static constexpr const char* kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";

  // Without 200 in its `answer` there is no tunnel, and the connection is kept open; with an
  // empty one it is closed.
  explicit ConnectProxy(std::string answer = kEstablished);
  ~ConnectProxy();

  int port() const { return port_; }
  std::string url(const std::string& user = "") const {
    return "http://" + user + "127.0.0.1:" + std::to_string(port_);
  }

  // What it was asked, in order.
  std::vector<std::string> heads();

 private:
  void Accept();
  void Serve(int client);
  void Adopt(int socket);

  const std::string answer_;
  int listener_ = -1;
  int port_ = 0;
  base::Mutex mutex_;
  std::vector<std::string> heads_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> sockets_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_CONNECT_PROXY_H_
