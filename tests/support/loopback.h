// Sockets of this machine.

#ifndef JOINPASS_TESTS_SUPPORT_LOOPBACK_H_
#define JOINPASS_TESTS_SUPPORT_LOOPBACK_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>

namespace joinpass::testing {

inline sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// On a free port of 127.0.0.1.
inline int ListenOnLoopback(int& port, int backlog) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, size) != 0 || listen(listener, backlog) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    std::abort();
  }
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_LOOPBACK_H_
