#include "support/connect_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "support/loopback.h"

namespace joinpass::testing {
namespace {

std::string ReadHead(int socket) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && recv(socket, &byte, 1, 0) == 1) head += byte;
  return head;
}

// Of "CONNECT host:port HTTP/1.1".
int PortOf(const std::string& head) {
  const std::string target = head.substr(0, head.find(" HTTP/"));
  return std::atoi(target.c_str() + target.rfind(':') + 1);
}

// False: nothing more comes.
bool Pass(int from, int to) {
  std::array<char, 16 * 1024> bytes;
  const ssize_t got = recv(from, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t more =
        send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  return true;
}

}  // namespace

ConnectProxy::ConnectProxy(std::string answer) : answer_(std::move(answer)) {
  listener_ = ListenOnLoopback(port_, 64);
  acceptor_ = std::thread([this] { Accept(); });
}

ConnectProxy::~ConnectProxy() {
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  for (const int socket : sockets_) close(socket);
  close(listener_);
}

std::vector<std::string> ConnectProxy::heads() {
  base::MutexLock lock(mutex_);
  return heads_;
}

void ConnectProxy::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    Adopt(client);
    threads_.emplace_back([this, client] { Serve(client); });
  }
}

void ConnectProxy::Adopt(int socket) {
  base::MutexLock lock(mutex_);
  sockets_.push_back(socket);
  if (stopping_) shutdown(socket, SHUT_RDWR);
}

void ConnectProxy::Serve(int client) {
  const std::string head = ReadHead(client);
  {
    base::MutexLock lock(mutex_);
    heads_.push_back(head);
  }
  if (answer_.empty()) {
    shutdown(client, SHUT_RDWR);
    return;
  }
  send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
  if (answer_.find(" 200 ") == std::string::npos) return;
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Adopt(server);
  sockaddr_in address = Loopback(PortOf(head));
  if (connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    std::array<pollfd, 2> both = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    for (bool goes_on = true; goes_on;) {
      if (poll(both.data(), both.size(), -1) < 0) break;
      if (both[0].revents != 0) goes_on = Pass(client, server);
      if (goes_on && both[1].revents != 0) goes_on = Pass(server, client);
    }
  }
  shutdown(client, SHUT_RDWR);
  shutdown(server, SHUT_RDWR);
}

}  // namespace joinpass::testing
