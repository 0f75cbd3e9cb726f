// Calls that keep to the limits, of a credential whose consent is good.

#ifndef JOINPASS_TESTS_UNIT_OAUTH_PACED_SCENE_H_
#define JOINPASS_TESTS_UNIT_OAUTH_PACED_SCENE_H_

#include <string>
#include <utility>
#include <vector>

#include "oauth/authorized_calls.h"
#include "support/engine_room.h"
#include "zoom/endpoints.h"

namespace joinpass::oauth {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;
using testing::TokenAnswer;

struct PacedScene : EngineRoom {
  limits::Limiter limiter{context, ZoomPlan::kPro};
  AccessTokens tokens{context};
  AuthorizedCalls calls{context, tokens, {&limiter, limits::Urgency::kJoin}};
  std::vector<message::Response> answers;  // the last one again and again

  static message::Response TooMany() {
    return JsonAnswer(429, R"({"code":429,"message":"You have reached the maximum per-second )"
                           R"(rate limit for this API. Try again later."})");
  }
  PacedScene() {
    Connect(absl::Hours(1));
    transport.answer = [this](const auto&) {
      message::Response answer = answers.front();
      if (answers.size() > 1) answers.erase(answers.begin());
      return answer;
    };
  }
  // Ends all that still waits.
  ~PacedScene() {
    context.closing->Begin();
    loop.Run();
  }
  auto Ask(absl::Duration timeout = absl::Seconds(10)) {
    return Begin(calls.Call(zoom::GetUser(zoom::Whom::Me()), "cred_1", In(timeout)));
  }
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_TESTS_UNIT_OAUTH_PACED_SCENE_H_
