#include "oauth/delegated_tokens.h"

#include <doctest/doctest.h>

#include <string>

#include "oauth/access_tokens.h"
#include "oauth/authorized_calls.h"
#include "oauth/validate.h"
#include "support/engine_room.h"
#include "zoom/endpoints.h"

namespace joinpass::oauth {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;

const Secret kOther("https://tokens.example/other");
const Secret kUrl("https://tokens.example/zoom?key=CANARY%20x&user=7");

// A delegated credential "cred_1", whose callback gives "token-1", "token-2", ….
struct DelegatedScene : EngineRoom {
  AccessTokens tokens{context};
  int given = 0;

  DelegatedScene() {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.client_id = "client";
    app.settings.client_secret = Secret("a dummy");
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord credential = Consent("cred_1", "user-1", absl::ZeroDuration());
    credential.tokens = {};
    credential.tokens.callback_url = kUrl;
    REQUIRE(records.PutConsented(credential).ok());
    transport.answer = [this](const ScriptedTransport::Seen&) {
      return JsonAnswer(200, "token-" + std::to_string(++given));
    };
  }

  // Another process, or another thread of this one, has set the credential anew.
  void SetUrl(const Secret& url) {
    store::CredentialRecord again = Stored();
    again.tokens = {};
    again.tokens.callback_url = url;
    REQUIRE(records.PutConsented(again).ok());
  }

  std::string Given() {
    const auto grant = Finish(tokens.Get("cred_1", In(absl::Seconds(60))));
    if (!grant.ok()) return std::string(ReasonName(ReasonOf(grant.status())));
    CHECK_FALSE(grant->scopes_known);
    return std::string(grant->access.access_token.Reveal());
  }
};

TEST_SUITE("A delegated credential") {
  TEST_CASE_FIXTURE(DelegatedScene, "asks the callback once an hour, and stores no token") {
    CHECK(Given() == "token-1");
    CHECK(Given() == "token-1");
    clock.Advance(absl::Hours(1) - absl::Minutes(11));
    CHECK(Given() == "token-1");
    CHECK(given == 1);
    clock.Advance(absl::Minutes(10));
    CHECK(Given() == "token-2");
    CHECK(Stored().tokens.access_token.empty());
    CHECK_FALSE(Stored().pending);
    CHECK(tokens.cache().Find("cred_1", context.Now())->value == Secret("token-2"));
    tokens.Reject("cred_1", Secret("token-2"));
    CHECK(tokens.cache().Find("cred_1", context.Now()) == std::nullopt);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "a token that Zoom refuses is asked for anew, once") {
    CHECK(Given() == "token-1");
    tokens.Reject("cred_1", Secret("token-1"));
    CHECK(Given() == "token-2");
    tokens.Reject("cred_1", Secret("token-2"));
    transport.answer = [](const ScriptedTransport::Seen&) { return JsonAnswer(200, "token-2"); };
    CHECK(Given() == "callback_answer_invalid");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "a token that Zoom refused pauses it until there is another") {
    REQUIRE(Given() == "token-1");
    tokens.Reject("cred_1", Secret("token-1"));
    given = 0;
    CHECK(Given() == "callback_answer_invalid");
    CHECK(Stored().health == Health::kPaused);
    CHECK(Stored().cause == Cause::kTokenRefused);
    CHECK(Given() == "token-2");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "follows what another process has stored of it") {
    REQUIRE(Given() == "token-1");
    SetUrl(kOther);
    clock.Advance(absl::Minutes(61));
    CHECK(Given() == "token-2");
    CHECK(transport.Count("/other") == 1);
    // A consent that takes its place gives tokens of its own.
    REQUIRE(records.PutConsented(Consent("cred_1", "user-1", absl::Hours(10))).ok());
    clock.Advance(absl::Minutes(61));
    const auto managed = Finish(tokens.Get("cred_1", In(absl::Seconds(60))));
    REQUIRE(managed.ok());
    CHECK(managed->access.access_token == Secret("access-0"));
    CHECK(given == 2);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is asked for no more once another process disconnects it") {
    REQUIRE(Given() == "token-1");
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    clock.Advance(absl::Minutes(61));
    CHECK(Given() == "credential_disconnecting");
    CHECK(given == 1);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "that is forgotten while its callback is asked is looked up") {
    transport.hold = true;
    const auto grant = Begin(tokens.Get("cred_1", In(absl::Seconds(60))));
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    tokens.Forget("cred_1");
    transport.Release();
    loop.Run();
    REQUIRE(*grant);
    CHECK(ReasonOf((*grant)->status()) == Reason::kCredentialDisconnecting);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is asked for when the last token is over, and not before") {
    REQUIRE(Given() == "token-1");
    clock.Advance(absl::Minutes(57));
    transport.answer = [](const ScriptedTransport::Seen&) { return JsonAnswer(503, ""); };
    for (int i = 0; i < 10; ++i) CHECK(Given() == "token-1");
    CHECK(transport.seen.size() == 1);
    CHECK(Stored().health == Health::kHealthy);
    clock.Advance(absl::Minutes(3));
    CHECK(Given() == "callback_failed");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is not paused by an asking that a better one overtook") {
    AccessTokens elsewhere(context);
    transport.hold = true;
    const auto slow = Begin(elsewhere.Get("cred_1", In(absl::Seconds(60))));
    clock.Advance(absl::Seconds(1));
    transport.hold = false;
    CHECK(Given() == "token-1");
    clock.Advance(absl::Seconds(4));
    transport.answer = [](const ScriptedTransport::Seen&) { return JsonAnswer(503, ""); };
    transport.Release();
    loop.Run();
    REQUIRE(*slow);
    CHECK(ReasonOf((*slow)->status()) == Reason::kCallbackFailed);
    CHECK(Stored().health == Health::kHealthy);
    CHECK(records.ListEvents("cred_1")->front().kind == CredentialEventKind::kRefreshFailed);
  }

  struct ZoomsWordScene : DelegatedScene {
    AuthorizedCalls calls{context, tokens};
    std::string heard;
    int callback_status = 200;
    ScriptedTransport::Answer zoom = kGood;

    static inline const message::Response kGood =
        JsonAnswer(200, R"({"id":"user-1","account_id":"account-1","status":"active"})");

    ZoomsWordScene() {
      context.listeners.on_health_change = [this](const HealthChange& change) {
        heard +=
            std::string(HealthName(change.from)) + ">" + std::string(HealthName(change.to)) + " ";
      };
      transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
        if (seen.origin != "https://tokens.example") return zoom;
        return JsonAnswer(callback_status, "token-" + std::to_string(++given));
      };
    }
    std::string Call() {
      const auto called = FinishInTime(
          calls.Call(zoom::GetUser(zoom::Whom::Me()), "cred_1", In(absl::Seconds(60))));
      return called.ok() ? "ok" : std::string(ReasonName(ReasonOf(called.status())));
    }
    std::string Validated() {
      const absl::Status validated =
          Finish(Validate(context, tokens, calls, "cred_1", In(absl::Seconds(60))));
      return validated.ok() ? "ok" : std::string(ReasonName(ReasonOf(validated)));
    }
  };

  TEST_CASE_FIXTURE(ZoomsWordScene, "is well again when Zoom says so, not when a token comes") {
    zoom = JsonAnswer(401, R"({"code":124,"message":"Invalid access token."})");
    CHECK(Call() == "callback_answer_invalid");
    CHECK(given == 2);
    CHECK(transport.seen.size() == 4);
    CHECK(Stored().health == Health::kPaused);
    CHECK(Stored().cause == Cause::kTokenRefused);
    for (int i = 0; i < 3; ++i) CHECK(Call() == "callback_answer_invalid");
    zoom = JsonAnswer(503, "");
    CHECK_FALSE(Call() == "ok");
    CHECK(heard == "healthy>paused ");
    zoom = kGood;
    CHECK(Call() == "ok");
    CHECK(heard == "healthy>paused paused>healthy ");
    CHECK(Call() == "ok");
    CHECK(heard == "healthy>paused paused>healthy ");
  }

  TEST_CASE_FIXTURE(ZoomsWordScene, "keeps a token that works when it is validated") {
    CHECK(Call() == "ok");
    CHECK(Validated() == "ok");
    const auto events = records.ListEvents("cred_1");
    REQUIRE(events->size() >= 2);
    CHECK(events->at(0).kind == CredentialEventKind::kValidated);
    CHECK(events->at(1).kind == CredentialEventKind::kRefreshed);
    CHECK(events->at(1).times == 2);  // one an asking
    callback_status = 500;
    CHECK(Validated() == "callback_failed");
    CHECK(Call() == "ok");
    callback_status = 200;
    CHECK(Validated() == "ok");
    CHECK(heard == "healthy>paused paused>healthy ");
  }

  TEST_CASE_FIXTURE(ZoomsWordScene, "of somebody else's token is paused until it is his again") {
    zoom = JsonAnswer(200, R"({"id":"user-2","account_id":"account-1"})");
    CHECK(Validated() == "callback_answer_invalid");
    CHECK(Stored().cause == Cause::kWrongUser);
    CHECK(Validated() == "callback_answer_invalid");
    CHECK(heard == "healthy>paused ");
    // Neither another trouble nor a call that goes well says whose it is.
    callback_status = 500;
    CHECK(Validated() == "callback_failed");
    callback_status = 200;
    zoom = JsonAnswer(401, R"({"code":124,"message":"Invalid access token."})");
    CHECK(Call() == "callback_answer_invalid");
    zoom = kGood;
    CHECK(Call() == "ok");
    CHECK(Stored().health == Health::kPaused);
    CHECK(Stored().cause == Cause::kWrongUser);
    CHECK(Validated() == "ok");
    CHECK(heard == "healthy>paused paused>healthy ");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is not paused by what its callback's predecessor answers") {
    transport.hold = true;
    const auto grant = Begin(tokens.Get("cred_1", In(absl::Seconds(60))));
    store::CredentialRecord again = Stored();
    again.tokens.callback_url = Secret("https://tokens.example/other");
    REQUIRE(records.PutConsented(again).ok());
    transport.answer = [](const ScriptedTransport::Seen&) { return JsonAnswer(503, ""); };
    transport.Release();
    loop.Run();
    REQUIRE(*grant);
    CHECK_FALSE((*grant)->ok());
    CHECK(Stored().health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "a callback that fails pauses it, and is in the log") {
    transport.answer = [](const ScriptedTransport::Seen&) { return JsonAnswer(503, ""); };
    CHECK(Given() == "callback_failed");
    CHECK(Given() == "callback_failed");
    CHECK(Stored().health == Health::kPaused);
    CHECK(Stored().cause == Cause::kHttpStatus);
    CHECK(Stored().tokens.callback_url == kUrl);
    const auto events = records.ListEvents("cred_1");
    REQUIRE(events.ok());
    CHECK(events->front().kind == CredentialEventKind::kRefreshFailed);
    CHECK(events->front().reason == "callback_failed");
    CHECK(events->front().http_status == 503);
    CHECK(events->front().times == 2);
  }
}

}  // namespace
}  // namespace joinpass::oauth
