// A Transport without a network: answers as it is told, and remembers what was
// asked.

#ifndef JOINPASS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
#define JOINPASS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/status.h"
#include "http/transport.h"

namespace joinpass::testing {

inline message::Response JsonAnswer(int status, std::string_view body) {
  message::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json;charset=UTF-8"}};
  response.body = base::ToBuffer(body);
  return response;
}

// What a transport says when the network fails after (or before) the request left.
inline absl::Status NetworkError(Reason reason, bool request_left) {
  ErrorInfo info;
  info.reason = reason;
  info.request_left = request_left;
  return base::MakeError(info, "http: scripted");
}

// What befalls a request on its way.
enum class NetFault {
  kNone,
  kRefused,      // nobody takes the connection
  kResetBefore,  // it is cut before the request left
  kResetAfter,   // Zoom has done what it was asked for, and the connection is cut
  kHalf,         // likewise, after half of the answer's body
  kSilence,      // likewise, and nothing comes until the deadline
};

// Thread-compatible; used from the loop.
class ScriptedTransport final : public http::Transport {
 public:
  using Answer = absl::StatusOr<message::Response>;

  struct Seen {
    std::string origin;
    std::string target;
    std::string authorization;
    std::string body;
    bool send_once = false;
    SteadyTime deadline = {};
    NetFault befell = NetFault::kNone;
  };

  // Answers every request that is not held.
  std::function<Answer(const Seen&)> answer = [](const Seen&) { return JsonAnswer(404, "{}"); };

  // What befalls each request; asked once a request.
  std::function<NetFault(const Seen&)> fault = [](const Seen&) { return NetFault::kNone; };

  // Runs between the moment a request leaves and that of its answer: time may go by.
  std::function<void()> on_the_way = [] {};

  // While true, requests (warming) wait for Release().
  bool hold = false;
  bool hold_warm = false;

  std::vector<Seen> seen;
  std::vector<message::Request> requests;  // the same, whole
  int warmed = 0;
  absl::Status warm_answer = absl::OkStatus();

  // Lets all that is held go.
  void Release() {
    hold = false;
    hold_warm = false;
    auto held = std::exchange(held_, {});
    for (auto& done : held) done(true);
  }

  // How many requests had `part` in their target or body.
  int Count(std::string_view part) const {
    int count = 0;
    for (const Seen& one : seen) {
      count +=
          one.target.find(part) != std::string::npos || one.body.find(part) != std::string::npos;
    }
    return count;
  }

  // For silences: where the deadlines of requests are waited for.
  explicit ScriptedTransport(base::Loop& loop) : loop_(loop) {}

  base::Task<Answer> Send(message::Request request, SteadyTime deadline) override {
    requests.push_back(request);
    Seen one;
    one.origin = message::WriteOrigin(request.origin);
    const Secret& secret = request.secret_target;
    one.target = secret.empty() ? request.target : std::string(secret.Reveal());
    one.authorization = std::string(request.authorization.Reveal());
    one.body = std::string(request.body.Reveal());
    one.send_once = request.send_once;
    one.deadline = deadline;
    const NetFault befalls = fault(one);
    one.befell = befalls;
    seen.push_back(one);
    if (befalls == NetFault::kRefused || befalls == NetFault::kResetBefore) {
      co_return NetworkError(Reason::kNetworkUnreachable, false);
    }
    on_the_way();
    if (hold) {
      co_await base::Await<bool>(
          [this](absl::AnyInvocable<void(bool)> done) { held_.push_back(std::move(done)); });
    }
    Answer answered = answer(one);
    if (befalls == NetFault::kHalf && request.take_partial && answered.ok()) {
      answered->body.resize(answered->body.size() / 2);
      answered->whole = false;
      co_return answered;
    }
    if (befalls == NetFault::kSilence) {
      co_await base::Await<bool>([this, deadline](absl::AnyInvocable<void(bool)> done) {
        loop_.PostAt(deadline, [done = std::move(done)]() mutable { done(true); });
      });
      co_return NetworkError(Reason::kDeadlineExceeded, true);
    }
    if (befalls != NetFault::kNone) co_return NetworkError(Reason::kNetworkUnreachable, true);
    co_return answered;
  }

  base::Task<absl::Status> Warm(message::Origin, int sockets, SteadyTime) override {
    if (hold_warm) {
      co_await base::Await<bool>(
          [this](absl::AnyInvocable<void(bool)> done) { held_.push_back(std::move(done)); });
    }
    warmed = std::max(warmed, sockets);
    co_return warm_answer;
  }

 private:
  base::Loop& loop_;
  std::deque<absl::AnyInvocable<void(bool)>> held_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
