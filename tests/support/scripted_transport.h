// A Transport without a network: answers as it is told, and remembers what was
// asked.

#ifndef JOINPASS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
#define JOINPASS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

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

// Thread-compatible; used from the loop.
class ScriptedTransport final : public http::Transport {
 public:
  using Answer = absl::StatusOr<message::Response>;

  struct Seen {
    std::string target;
    std::string authorization;
    std::string body;
    bool send_once = false;
  };

  // Answers every request that is not held.
  std::function<Answer(const Seen&)> answer = [](const Seen&) { return JsonAnswer(404, "{}"); };

  // While true, requests (warming) wait for Release().
  bool hold = false;
  bool hold_warm = false;

  std::vector<Seen> seen;
  std::vector<message::Request> requests;  // the same, whole
  std::vector<SteadyTime> deadlines;
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

  base::Task<Answer> Send(message::Request request, SteadyTime deadline) override {
    requests.push_back(request);
    deadlines.push_back(deadline);
    Seen one;
    one.target = request.target;
    one.authorization = std::string(request.authorization.Reveal());
    one.body = std::string(request.body.Reveal());
    one.send_once = request.send_once;
    seen.push_back(one);
    if (hold) {
      co_await base::Await<bool>(
          [this](absl::AnyInvocable<void(bool)> done) { held_.push_back(std::move(done)); });
    }
    co_return answer(one);
  }

  base::Task<absl::Status> Warm(std::string, int sockets, SteadyTime) override {
    if (hold_warm) {
      co_await base::Await<bool>(
          [this](absl::AnyInvocable<void(bool)> done) { held_.push_back(std::move(done)); });
    }
    warmed = std::max(warmed, sockets);
    co_return warm_answer;
  }

 private:
  std::deque<absl::AnyInvocable<void(bool)>> held_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
