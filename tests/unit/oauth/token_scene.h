// A AccessTokens with one credential, and all that it says.

#ifndef JOINPASS_TESTS_UNIT_OAUTH_TOKEN_SCENE_H_
#define JOINPASS_TESTS_UNIT_OAUTH_TOKEN_SCENE_H_

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oauth/access_tokens.h"
#include "support/engine_room.h"

namespace joinpass::oauth {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::NetworkError;
using testing::ScriptedTransport;
using testing::TokenAnswer;

struct TokenScene : EngineRoom {
  AccessTokens tokens{context};
  int generation = 0;
  std::vector<HealthChange> changes;
  std::string noticed;

  TokenScene() {
    context.listeners.on_health_change = [this](const HealthChange& change) {
      changes.push_back(change);
    };
    context.listeners.on_notice = [this](const Notice& notice) { noticed += notice.name + " "; };
    transport.answer = [this](const ScriptedTransport::Seen&) { return TokenAnswer(++generation); };
  }

  base::Task<absl::StatusOr<Grant>> Ask(absl::Duration patience = absl::Seconds(60)) {
    return tokens.Get("cred_1", In(patience));
  }

  // The access token that is given, or the name of the error.
  std::string Given(absl::Duration patience = absl::Seconds(60)) {
    return Name(Finish(Ask(patience)));
  }

  static std::string Name(const absl::StatusOr<Grant>& grant) {
    if (grant.ok()) return std::string(grant->access.access_token.Reveal());
    return std::string(ReasonName(ReasonOf(grant.status())));
  }

  std::optional<AccessToken> Cached() { return tokens.cache().Find("cred_1", context.Now()); }

  // What the listener was told, in order.
  std::string Heard() const {
    std::string text;
    for (const HealthChange& change : changes) {
      text += std::string(HealthName(change.from)) + ">" + std::string(HealthName(change.to));
      if (!change.cause.empty()) text += "(" + change.cause + ")";
      text += " ";
    }
    return text;
  }

  // The log, newest first.
  std::string Kinds() {
    std::string text;
    const auto events = records.ListEvents("cred_1");
    REQUIRE(events.ok());
    for (const store::EventRecord& event : *events) {
      text += std::string(CredentialEventName(event.kind)) + " ";
    }
    return text;
  }

  int Refreshes() const { return transport.Count("grant_type=refresh_token"); }

  void AnswerWith(ScriptedTransport::Answer answer) {
    transport.answer = [answer](const ScriptedTransport::Seen&) { return answer; };
  }
};

inline const auto kInvalidGrant =
    JsonAnswer(400, R"({"reason":"Invalid Token!","error":"invalid_grant"})");

}  // namespace joinpass::oauth

#endif  // JOINPASS_TESTS_UNIT_OAUTH_TOKEN_SCENE_H_
