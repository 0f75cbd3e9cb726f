// Pool: who may use which socket of one origin. Book-keeping only.

#ifndef JOINPASS_LIB_HTTP_POOL_H_
#define JOINPASS_LIB_HTTP_POOL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "joinpass/time.h"

namespace joinpass::http {

enum class Freshness { kAny, kNewOnly };

// Counts the sockets of one origin, keeps the idle ones and the queue of those
// who wait. `Socket` is a pointer that compares. Thread-compatible.
template <typename Socket>
class Pool {
 public:
  // A right to one socket of the origin, to be given back by Keep() or Drop().
  // Without `kept`, its owner opens a new one.
  struct Turn {
    std::optional<Socket> kept = {};
  };
  using Done = absl::AnyInvocable<void(std::optional<Turn>)>;
  using WaiterId = std::uint64_t;

  explicit Pool(std::size_t most) : most_(most) {}

  // Gives a turn if one is free: the socket that fell idle last, or the right to
  // open one. A new one takes the place of the oldest idle one if there is no
  // other, which then stands in `evicted`. Nothing if all are in use, or others
  // wait.
  std::optional<Turn> Take(Freshness freshness, std::optional<Socket>& evicted) {
    if (!waiters_.empty()) return std::nullopt;
    return TakeNow(freshness, evicted);
  }

  // Waits in order for what Take() did not give. `done` runs once, inside Keep(),
  // Drop(), Leave() or Clear().
  WaiterId Wait(Freshness freshness, Done done) {
    waiters_.push_back({++last_id_, freshness, std::move(done)});
    return last_id_;
  }

  // Ends a wait without a turn. An id that is not waiting is no error.
  void Leave(WaiterId id) {
    const auto found = std::find_if(waiters_.begin(), waiters_.end(),
                                    [id](const Waiter& waiter) { return waiter.id == id; });
    if (found == waiters_.end()) return;
    Done done = std::move(found->done);
    waiters_.erase(found);
    done(std::nullopt);
  }

  // Ends a turn with a socket that is fit for another, until `until`. Gives a
  // socket that must close for a waiter who wants a new one.
  std::optional<Socket> Keep(Socket socket, SteadyTime until) {
    idle_.push_back({std::move(socket), until});
    return Serve();
  }

  // Ends a turn; its socket, if there was one, is closed.
  void Drop() {
    --open_;
    Serve();
  }

  // Takes out an idle socket, which is gone; false if it is not there.
  bool Forget(const Socket& socket) {
    const auto found = std::find_if(idle_.begin(), idle_.end(),
                                    [&](const Idle& idle) { return idle.socket == socket; });
    if (found == idle_.end()) return false;
    idle_.erase(found);
    Drop();
    return true;
  }

  // Takes out the idle sockets whose time is over, to be closed.
  std::vector<Socket> TakeExpired(SteadyTime now) {
    std::vector<Socket> expired;
    if (now < NextExpiry()) return expired;
    std::vector<Idle> kept;
    for (Idle& idle : idle_) {
      if (idle.until <= now) {
        expired.push_back(std::move(idle.socket));
      } else {
        kept.push_back(std::move(idle));
      }
    }
    idle_ = std::move(kept);
    open_ -= expired.size();
    return expired;
  }

  // When the next idle socket expires; InfiniteFuture if none is idle.
  SteadyTime NextExpiry() const {
    SteadyTime next = SteadyTime::InfiniteFuture();
    for (const Idle& idle : idle_) next = std::min(next, idle.until);
    return next;
  }

  // Whether nobody has a turn, waits for one, or left a socket.
  bool IsUnused() const { return open_ == 0 && waiters_.empty(); }

  std::size_t idle() const { return idle_.size(); }
  std::size_t open() const { return open_; }

 private:
  struct Idle {
    Socket socket;
    SteadyTime until;
  };
  struct Waiter {
    WaiterId id;
    Freshness freshness;
    Done done;
  };

  std::optional<Turn> TakeNow(Freshness freshness, std::optional<Socket>& evicted) {
    if (freshness == Freshness::kAny && !idle_.empty()) {
      Turn turn;
      turn.kept = std::move(idle_.back().socket);
      idle_.pop_back();
      return turn;
    }
    if (open_ < most_) {
      ++open_;
      return Turn();
    }
    if (idle_.empty()) return std::nullopt;
    evicted = std::move(idle_.front().socket);
    idle_.erase(idle_.begin());
    return Turn();
  }

  // At most one socket or place came free, so one waiter at most is served.
  std::optional<Socket> Serve() {
    std::optional<Socket> evicted;
    if (waiters_.empty()) return evicted;
    std::optional<Turn> turn = TakeNow(waiters_.front().freshness, evicted);
    if (!turn) return evicted;
    Done done = std::move(waiters_.front().done);
    waiters_.pop_front();
    done(std::move(turn));
    return evicted;
  }

  const std::size_t most_;
  std::size_t open_ = 0;    // In use, being opened, or idle.
  std::vector<Idle> idle_;  // The last one fell idle last.
  std::list<Waiter> waiters_;
  WaiterId last_id_ = 0;
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_POOL_H_
