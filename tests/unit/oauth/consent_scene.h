// A consent from its first page to what is stored of it.

#ifndef JOINPASS_TESTS_UNIT_OAUTH_CONSENT_SCENE_H_
#define JOINPASS_TESTS_UNIT_OAUTH_CONSENT_SCENE_H_

#include <doctest/doctest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "oauth/consent.h"
#include "support/engine_room.h"

namespace joinpass::oauth {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;
using testing::TokenAnswer;

// A JWT with this payload and no signature worth the name.
inline std::string Jwt(const std::string& payload) {
  return "e30." + absl::WebSafeBase64Escape(payload) + ".c2ln";
}

struct ConsentScene : EngineRoom {
  ConnectRequest request;
  AccessTokens tokens{context};
  AuthorizedCalls calls{context, tokens};
  Upkeep upkeep{context, tokens, calls};
  Consents consents{context, calls, upkeep};

  ConsentScene() {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.client_id = "client";
    app.settings.client_secret = Secret("client-secret");
    REQUIRE(records.CreateApp(app).ok());
    request.app_id = "app_1";
    request.redirect_uri = "https://bot.example/cb";
    request.bound_to = "cookie";
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1","email":"a@b.example"})");
    };
  }

  // The state of a consent that has begun.
  std::string Begun() {
    const auto start = BeginConsent(context, request);
    REQUIRE(start.ok());
    const std::size_t at = start->authorize_url.find("state=");
    REQUIRE(at != std::string::npos);
    const std::string rest = start->authorize_url.substr(at + 6);
    return rest.substr(0, rest.find('&'));
  }

  absl::StatusOr<store::CredentialRecord> End(const std::string& query,
                                              const std::string& bound_to = "cookie") {
    return testing::EngineRoom::Finish(consents.Finish(Secret(request.redirect_uri + "?" + query),
                                                       bound_to, In(absl::Seconds(9))));
  }

  auto BeginToEnd(const std::string& state = "") {
    const std::string query = "?code=c&state=" + (state.empty() ? Begun() : state);
    return testing::EngineRoom::Begin(
        consents.Finish(Secret(request.redirect_uri + query), "cookie", In(absl::Seconds(9))));
  }

  void AnswerAsGeneration(int n) {
    transport.answer = [n](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(n);
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})");
    };
  }

  std::string NameOf(const absl::StatusOr<store::CredentialRecord>& ended) {
    if (!ended.ok()) return std::string(ReasonName(ReasonOf(ended.status())));
    return ended->IsNamed() ? "ok" : "unnamed";
  }
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_TESTS_UNIT_OAUTH_CONSENT_SCENE_H_
