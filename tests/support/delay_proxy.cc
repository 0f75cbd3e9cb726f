#include "support/delay_proxy.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "joinpass/time.h"
#include "support/loopback.h"

namespace joinpass::testing {
namespace {

void Require(bool held) {
  if (!held) std::abort();
}

void SendNow(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Bytes on their way; none: the end.
struct Piece {
  SteadyTime due = {};
  int to = -1;
  std::string bytes = {};
};

}  // namespace

class DelayProxy::Loop {
 public:
  Loop(DelayProxy& proxy, int listener, int target_port, absl::Duration round_trip)
      : proxy_(proxy), listener_(listener), target_port_(target_port), round_trip_(round_trip) {}
  ~Loop() {
    for (const auto& [socket, peer] : peers_) close(socket);
    close(listener_);
  }

  void Run() {
    for (;;) {
      std::vector<pollfd> watched = {{proxy_.stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const auto& [socket, peer] : peers_) {
        if (!peer.has_ended) watched.push_back({socket, POLLIN, 0});
      }
      const timespec until_due = UntilDue();
      Require(ppoll(watched.data(), watched.size(), &until_due, nullptr) >= 0);
      if (watched[0].revents != 0) return;
      if (watched[1].revents != 0) Accept();
      for (std::size_t i = 2; i < watched.size(); ++i) {
        if (watched[i].revents != 0) Take(watched[i].fd);
      }
      HandOn();
    }
  }

 private:
  struct Peer {
    int other = -1;
    SteadyTime not_before = {};  // of what comes from here
    bool has_ended = false;
  };

  timespec UntilDue() const {
    SteadyTime next = SteadyNow() + absl::Seconds(1);
    for (const Piece& piece : pieces_) next = std::min(next, piece.due);
    return absl::ToTimespec(std::max(next - SteadyNow(), absl::ZeroDuration()));
  }

  void Accept() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(target_port_);
    Require(connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    SendNow(client);
    SendNow(server);
    peers_[client] = {.other = server, .not_before = SteadyNow() + round_trip_};
    peers_[server] = {.other = client};
    ++proxy_.connections_;
  }

  void Take(int from) {
    std::array<char, 64 * 1024> bytes;
    Peer& peer = peers_[from];
    const ssize_t got = recv(from, bytes.data(), bytes.size(), 0);
    peer.has_ended = got <= 0;
    Piece piece;
    piece.due = std::max(SteadyNow(), peer.not_before) + round_trip_ / 2;
    piece.to = peer.other;
    if (got > 0) piece.bytes.assign(bytes.data(), static_cast<std::size_t>(got));
    pieces_.push_back(std::move(piece));
  }

  void HandOn() {
    const SteadyTime now = SteadyNow();
    std::deque<Piece> later;
    for (Piece& piece : std::exchange(pieces_, {})) {
      if (piece.due > now) {
        later.push_back(std::move(piece));
      } else if (piece.bytes.empty()) {
        shutdown(piece.to, SHUT_WR);
      } else {
        // What we hand on is small, and the systems' buffers are not.
        (void)send(piece.to, piece.bytes.data(), piece.bytes.size(), MSG_NOSIGNAL);
      }
    }
    pieces_ = std::move(later);
  }

  DelayProxy& proxy_;
  const int listener_;
  const int target_port_;
  const absl::Duration round_trip_;
  std::map<int, Peer> peers_;
  std::deque<Piece> pieces_;
};

DelayProxy::DelayProxy(int target_port, absl::Duration round_trip) {
  Require(pipe(stop_) == 0);
  const int listener = ListenOnLoopback(port_, 64);
  thread_ = std::thread([this, listener, target_port, round_trip] {
    Loop(*this, listener, target_port, round_trip).Run();
  });
}

DelayProxy::~DelayProxy() {
  Require(write(stop_[1], "x", 1) == 1);
  thread_.join();
  for (const int end : stop_) close(end);
}

}  // namespace joinpass::testing
