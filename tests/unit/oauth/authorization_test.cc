#include "oauth/authorization.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/oauth/consent_scene.h"

namespace joinpass::oauth {
namespace {

// The browser brings the same response again: it fetched the page beforehand, or its user
// clicked twice.
struct TwiceScene : ConsentScene {
  // What another process does.
  AccessTokens its_tokens{context};
  AuthorizedCalls its_calls{context, its_tokens};
  Upkeep its_upkeep{context, its_tokens, its_calls};
  Consents its_consents{context, its_calls, its_upkeep};

  auto BeginElsewhere(const std::string& state, absl::Duration patience = absl::Seconds(9)) {
    return EngineRoom::Begin(
        its_consents.Finish(Secret("?code=c&state=" + state), "cookie", In(patience)));
  }
  int Exchanges() const { return transport.Count("/oauth/token"); }
};

TEST_SUITE("A response that is brought twice") {
  TEST_CASE_FIXTURE(TwiceScene, "gives the same credential, and is exchanged once") {
    const std::string state = Begun();
    const auto first = End("code=c&state=" + state);
    REQUIRE(NameOf(first) == "ok");
    const auto second = End("code=c&state=" + state);
    REQUIRE(NameOf(second) == "ok");
    CHECK(second->id == first->id);
    CHECK((**BeginElsewhere(state))->id == first->id);
    CHECK(Exchanges() == 1);
    CHECK(records.ListCredentials("")->size() == 1);
  }

  TEST_CASE_FIXTURE(TwiceScene, "while the first is under way waits for it, here and elsewhere") {
    const std::string state = Begun();
    transport.hold = true;
    const auto first = BeginToEnd(state);
    const auto second = BeginToEnd(state);
    const auto elsewhere = BeginElsewhere(state);
    CHECK_FALSE(*second);
    transport.Release();
    for (int i = 0; i < 3; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(*first);
    REQUIRE(*second);
    REQUIRE(*elsewhere);
    REQUIRE(NameOf(**first) == "ok");
    CHECK((**second)->id == (**first)->id);
    CHECK((**elsewhere)->id == (**first)->id);
    CHECK(Exchanges() == 1);
  }

  TEST_CASE_FIXTURE(TwiceScene, "of a user who has a credential gives that one's id") {
    const auto before = End("code=c&state=" + Begun());
    AnswerAsGeneration(2);
    const std::string state = Begun();
    REQUIRE(End("code=d&state=" + state)->id == before->id);
    CHECK(End("code=d&state=" + state)->id == before->id);
  }

  TEST_CASE_FIXTURE(TwiceScene, "gives the same error as the first") {
    transport.answer = [](const auto&) {
      return JsonAnswer(400, R"({"reason":"x","error":"invalid_client"})");
    };
    const std::string state = Begun();
    CHECK(NameOf(End("code=c&state=" + state)) == "app_credentials_invalid");
    AnswerAsGeneration(1);
    CHECK(NameOf(End("code=c&state=" + state)) == "app_credentials_invalid");
    CHECK(Exchanges() == 1);
  }

  TEST_CASE_FIXTURE(TwiceScene, "whose name Zoom does not say is given without it, in time") {
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      return JsonAnswer(503, "<html></html>");
    };
    const std::string state = Begun();
    const auto first = BeginToEnd(state);
    const auto hasty = BeginElsewhere(state, absl::Milliseconds(120));
    const auto second = BeginElsewhere(state);
    loop.Advance(absl::Milliseconds(200));
    REQUIRE(*hasty);
    CHECK(NameOf(**hasty) == "unnamed");
    CHECK_FALSE(*second);
    while (!*second && loop.AdvanceToNext()) {
    }
    REQUIRE(*second);
    CHECK(NameOf(**second) == "unnamed");
    CHECK((**second)->id == (**first)->id);
  }

  TEST_CASE_FIXTURE(TwiceScene, "waits no longer than its own time") {
    const std::string state = Begun();
    transport.hold = true;
    const auto first = BeginToEnd(state);
    const auto second = BeginElsewhere(state, absl::Seconds(2));
    loop.Advance(absl::Seconds(2));
    REQUIRE(*second);
    CHECK(NameOf(**second) == "deadline_exceeded");
    transport.Release();
    loop.Run();
    CHECK(NameOf(**first) == "ok");
  }

  TEST_CASE_FIXTURE(TwiceScene, "after a process that ended before it was done says so") {
    const std::string state = Begun();
    REQUIRE(*records.TakeAuthorization(state, clock.Now()));
    const auto waits = BeginElsewhere(state, absl::Minutes(2));
    loop.Advance(absl::Seconds(40));
    CHECK_FALSE(*waits);
    for (int i = 0; i < 2; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(*waits);
    CHECK(NameOf(**waits) == "consent_state_invalid");
    CHECK(Exchanges() == 0);
  }

  TEST_CASE_FIXTURE(TwiceScene, "of a credential that is gone says so") {
    const std::string state = Begun();
    const auto first = End("code=c&state=" + state);
    REQUIRE(*records.BeginDisconnect(first->id, clock.Now()));
    REQUIRE(*records.RemoveCredential(Stored(first->id)));
    CHECK(NameOf(End("code=c&state=" + state)) == "consent_state_invalid");
  }

  TEST_CASE_FIXTURE(TwiceScene, "by another browser is refused, and tells nothing") {
    const std::string state = Begun();
    REQUIRE(End("code=c&state=" + state).ok());
    CHECK(NameOf(End("code=c&state=" + state, "another cookie")) == "consent_state_invalid");
  }

  TEST_CASE_FIXTURE(TwiceScene, "ends with the engine") {
    const std::string state = Begun();
    REQUIRE(*records.TakeAuthorization(state, clock.Now()));
    const auto waits = BeginElsewhere(state);
    context.closing->Begin();
    loop.Advance(absl::Seconds(1));
    REQUIRE(*waits);
    CHECK(NameOf(**waits) == "cancelled");
  }
}

TEST_SUITE("Two tabs") {
  TEST_CASE_FIXTURE(ConsentScene, "of one browser each end their own consent, in any order") {
    const std::string first = Begun();
    const std::string second = Begun();
    AnswerAsGeneration(2);
    const auto later = End("code=d&state=" + second);
    AnswerAsGeneration(3);
    const auto earlier = End("code=c&state=" + first);
    REQUIRE(NameOf(later) == "ok");
    REQUIRE(NameOf(earlier) == "ok");
    CHECK(earlier->id == later->id);
    CHECK(Stored(later->id).tokens.refresh_token == Secret("refresh-3"));
  }
}

}  // namespace
}  // namespace joinpass::oauth
