#include "oauth/consent.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "oauth/health.h"
#include "oauth/identify.h"
#include "support/engine_room.h"

namespace joinpass::oauth {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;
using testing::TokenAnswer;

struct Scene : EngineRoom {
  ConnectRequest request;
  TokenSource tokens{context};
  AuthorizedCalls calls{context, tokens};
  Upkeep upkeep{context, tokens, calls};
  Consents consents{context, calls, upkeep};

  Scene() {
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

TEST_SUITE("Consent") {
  TEST_CASE_FIXTURE(Scene, "goes from the authorize page to a stored credential") {
    const auto ended = End("code=the-code&state=" + Begun());
    REQUIRE(NameOf(ended) == "ok");
    CHECK(ended->user_id == "user-1");
    CHECK(Stored(ended->id).tokens.refresh_token == Secret("refresh-1"));
    REQUIRE(transport.seen.size() == 2);
    const auto& exchange = transport.seen[0];
    CHECK(exchange.send_once);
    for (const char* part : {"grant_type=authorization_code", "code=the-code",
                             "code_verifier=", "redirect_uri=https%3A%2F%2Fbot.example%2Fcb"}) {
      CAPTURE(part);
      CHECK(exchange.body.find(part) != std::string::npos);
    }
    CHECK(transport.seen[1].authorization == "Bearer access-1");
  }

  TEST_CASE_FIXTURE(Scene, "sends the browser away with a challenge, and never with the verifier") {
    const auto start = BeginConsent(context, request);
    REQUIRE(start.ok());
    CHECK(start->authorize_url.find("https://zoom.us/oauth/authorize?") == 0);
    for (const char* part : {"response_type=code", "client_id=client", "code_challenge_method=S256",
                             "code_challenge=", "redirect_uri=https"}) {
      CAPTURE(part);
      CHECK(start->authorize_url.find(part) != std::string::npos);
    }
    CHECK(start->authorize_url.find("cookie") == std::string::npos);
    CHECK(start->authorize_url.find("verifier") == std::string::npos);
    CHECK(start->expires_at == clock.Now() + absl::Minutes(10));
  }

  TEST_CASE_FIXTURE(Scene, "bounds what it is begun with, and what it waits for") {
    request.redirect_uri = "https://bot.example/" + std::string(2048 - 20, 'x');
    CHECK(BeginConsent(context, request).ok());
    request.redirect_uri += 'x';
    CHECK(ReasonOf(BeginConsent(context, request).status()) == Reason::kInvalidArgument);
    request.redirect_uri = "https://bot.example/cb";
    REQUIRE(NameOf(End("code=c&state=" + Begun())) == "ok");
    REQUIRE(transport.seen.size() == 2);
    CHECK(transport.seen[0].deadline == In(absl::Seconds(30)));
    CHECK(transport.seen[1].deadline == In(absl::Seconds(10)));
  }

  TEST_CASE_FIXTURE(Scene, "keeps no exchange that gave no refresh token") {
    transport.answer = [](const auto&) {
      return JsonAnswer(200, R"({"access_token":"access","expires_in":3599})");
    };
    CHECK(NameOf(End("code=c&state=" + Begun())) == "answer_invalid");
    CHECK(transport.seen.size() == 1);
    CHECK(records.ListCredentials("")->empty());
  }

  TEST_CASE_FIXTURE(Scene, "takes a state once, in time, and from the browser that began it") {
    const std::string used = Begun();
    REQUIRE(NameOf(End("code=c&state=" + used)) == "ok");
    CHECK(NameOf(End("code=c&state=" + used)) == "consent_state_invalid");
    CHECK(NameOf(End("code=c&state=unknown")) == "consent_state_invalid");

    const std::string stolen = Begun();
    CHECK(NameOf(End("code=c&state=" + stolen, "another cookie")) == "consent_state_invalid");
    CHECK(NameOf(End("code=c&state=" + stolen)) == "consent_state_invalid");

    const std::string late = Begun();
    clock.Advance(absl::Minutes(10) + absl::Milliseconds(1));
    CHECK(NameOf(End("code=c&state=" + late)) == "consent_state_invalid");
    CHECK(transport.Count("/oauth/token") == 1);
  }

  TEST_CASE_FIXTURE(Scene, "a decline is named, asks Zoom for nothing, and uses the state up") {
    const std::string state = Begun();
    CHECK(NameOf(End("error=access_denied&state=" + state)) == "consent_declined");
    CHECK(NameOf(End("code=c&state=" + state)) == "consent_state_invalid");
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(Scene, "a second consent of the same user replaces the tokens, not the id") {
    const auto first = End("code=c&state=" + Begun());
    REQUIRE(first.ok());
    REQUIRE(*records.Condemn(first->id, Secret("refresh-1"), Cause::kAnswerLost, {}, clock.Now()) ==
            store::Records::Verdict::kWritten);
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(2);
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})");
    };
    const auto second = End("code=d&state=" + Begun());
    REQUIRE(second.ok());
    CHECK(second->id == first->id);
    CHECK(Stored(first->id).health == Health::kHealthy);
    CHECK(Stored(first->id).tokens.refresh_token == Secret("refresh-2"));
    CHECK(Stored(first->id).generation > first->generation);
  }

  TEST_CASE_FIXTURE(Scene, "says what Zoom has against it, and keeps nothing") {
    struct Row {
      int status;
      const char* body;
      const char* reason;
    };
    for (const Row& row : {
             Row{400, R"({"reason":"Invalid authorization code","error":"invalid_grant"})",
                 "reauthorization_required"},
             Row{400, R"({"reason":"Invalid client_id or client_secret","error":"invalid_client"})",
                 "app_credentials_invalid"},
             Row{502, "<html></html>", "zoom_unavailable"},
             Row{200, R"({"access_token":"a","expires_in":3600})", "answer_invalid"},
         }) {
      transport.answer = [row](const auto&) { return JsonAnswer(row.status, row.body); };
      CHECK(NameOf(End("code=c&state=" + Begun())) == row.reason);
    }
    CHECK(records.ListCredentials("")->empty());
  }

  TEST_CASE_FIXTURE(Scene, "asks again who consented, since the exchange cannot be had again") {
    const std::vector<ScriptedTransport::Answer> troubles = {
        JsonAnswer(503, "<html></html>"), JsonAnswer(429, R"({"code":429})"),
        testing::NetworkError(Reason::kDeadlineExceeded, true)};
    for (const ScriptedTransport::Answer& trouble : troubles) {
      int asked = 0;
      transport.seen.clear();
      transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
        if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
        if (++asked < 3) return trouble;
        return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})");
      };
      const auto ended = BeginToEnd();
      loop.Advance(absl::Seconds(1));
      loop.Advance(absl::Seconds(1));
      REQUIRE(*ended);
      CHECK((*ended)->ok());
      CHECK(transport.seen.size() == 4);
    }
  }

  TEST_CASE_FIXTURE(Scene, "is stored when the store can, since the exchange cannot be had again") {
    CHECK(NameOf(End("code=c&state=" + Begun())) == "ok");
    const std::string state = Begun();
    transport.hold = true;
    const auto ended = BeginToEnd(state);
    BreakStore();
    AnswerAsGeneration(2);
    transport.Release();
    loop.Run();
    CHECK_FALSE(*ended);
    MendStore();
    loop.Advance(absl::Seconds(1));
    REQUIRE(*ended);
    CHECK((*ended)->ok());
    CHECK(records.ListCredentials("")->at(0).tokens.refresh_token == Secret("refresh-2"));
  }

  TEST_CASE_FIXTURE(Scene, "that leads elsewhere than to Zoom takes its token nowhere else") {
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) {
        return JsonAnswer(200,
                          R"({"access_token":"a","refresh_token":"r","expires_in":3599,)"
                          R"("scope":"user:read:user","api_url":"https://zoom.us.evil.example"})");
      }
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})");
    };
    CHECK(NameOf(End("code=c&state=" + Begun())) == "ok");
    REQUIRE(transport.requests.size() == 2);
    CHECK(transport.requests[1].origin == context.origins.api);
  }

  TEST_CASE_FIXTURE(Scene, "refuses a request that names nobody, nowhere or no app") {
    request.bound_to = "";
    request.redirect_uri = "javascript:alert(1)";
    const absl::Status status = BeginConsent(context, request).status();
    CHECK(ReasonOf(status) == Reason::kInvalidArgument);
    CHECK(std::string(status.message()).find("bound_to") != std::string::npos);
    CHECK(std::string(status.message()).find("redirect_uri") != std::string::npos);
    request.bound_to = std::string(1024, 'b');
    request.redirect_uri = "http://127.0.0.1:8765/cb";
    CHECK(BeginConsent(context, request).ok());
    request.app_id = "app_2";
    CHECK(ReasonOf(BeginConsent(context, request).status()) == Reason::kAppUnknown);
  }

  // Zoom gives tokens, and says whose they are only if it is asked to.
  struct NamelessScene : Scene {
    message::Response whose = JsonAnswer(429, R"({"code":429,"message":"limit"})");
    std::string access_token = Jwt(R"({"uid":"user-1","aid":"account-1"})");
    int generation = 1;

    NamelessScene() {
      transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
        if (seen.target.find("/oauth/token") != 0) return whose;
        const std::string n = std::to_string(generation);
        return JsonAnswer(200, R"({"refresh_token":"refresh-)" + n + R"(","access_token":")" +
                                   access_token + R"(","expires_in":3599,"scope":")" +
                                   std::string(kAllScopes) + R"("})");
      };
    }

    static std::string Jwt(const std::string& payload) {
      return "e30." + absl::WebSafeBase64Escape(payload) + ".c2ln";
    }

    void Say() { whose = JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})"); }

    // A consent whose name Zoom says at once.
    std::string Named() {
      const message::Response before = whose;
      Say();
      const auto named = End("code=c&state=" + Begun());
      REQUIRE(NameOf(named) == "ok");
      whose = before;
      return named->id;
    }

    // One whose name Zoom refuses to say, however often it is asked.
    std::string Unnamed() {
      const auto ended = BeginToEnd();
      for (int i = 0; i < 3; ++i) loop.Advance(absl::Seconds(1));
      REQUIRE(*ended);
      REQUIRE(NameOf(**ended) == "unnamed");
      return (**ended)->id;
    }

    HealthState Shown(const std::string& id) {
      const auto unnamed = *records.ListUnnamed();
      return HealthAmong(unnamed, Stored(id), *records.GetApp("app_1"));
    }

    // What another process, or the next one, does with what is stored.
    void SettleElsewhere() {
      TokenSource its_tokens(context);
      AuthorizedCalls its_calls(context, its_tokens);
      Upkeep its_upkeep(context, its_tokens, its_calls);
      const auto done = EngineRoom::Start(its_upkeep.SettleWhileOpen());
      loop.Run();
      its_upkeep.Close();
      loop.Run();
      REQUIRE(*done);
    }
  };

  TEST_CASE_FIXTURE(NamelessScene, "is durable before Zoom is asked who gave it") {
    transport.hold = true;
    const auto ended = BeginToEnd();
    transport.Release();
    loop.Run();
    // Zoom holds its answer to the second question; the process could die here.
    CHECK_FALSE(*ended);
    const auto kept = *records.ListUnnamed();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].tokens.refresh_token == Secret("refresh-1"));
    CHECK(*records.ListUnsettled() == std::vector<std::string>{kept[0].id});
    CHECK(HealthOf(kept[0], *records.GetApp("app_1")).health == Health::kIdentifying);
    transport.hold = false;
    transport.Release();
    for (int i = 0; i < 3; ++i) loop.Advance(absl::Seconds(1));
    CHECK(*ended);
  }

  TEST_CASE_FIXTURE(NamelessScene,
                    "that is cut before it has a name gets it from the next process") {
    const std::string before = Named();
    generation = 2;
    clock.Advance(absl::Minutes(1));
    const std::string id = Unnamed();
    CHECK(id != before);
    CHECK(Stored(before).tokens.refresh_token == Secret("refresh-1"));
    CHECK(Shown(before).health == Health::kIdentifying);
    CHECK(Shown(before).cause == Cause::kConsentedAgain);
    CHECK(Shown(id).health == Health::kIdentifying);

    Say();
    SettleElsewhere();
    CHECK(Stored(before).tokens.refresh_token == Secret("refresh-2"));
    CHECK(Shown(before).health == Health::kHealthy);
    CHECK(ReasonOf(records.GetCredential(id).status()) == Reason::kCredentialUnknown);
    CHECK(records.ListUnnamed()->empty());
    CHECK(records.ListEvents(before)->front().kind == CredentialEventKind::kReconnected);
  }

  TEST_CASE_FIXTURE(NamelessScene, "gets its name by itself as soon as Zoom says it") {
    const auto settling = EngineRoom::Begin(upkeep.SettleWhileOpen());
    const std::string id = Unnamed();
    CHECK(records.ListEvents(id)->front().reason == "rate_limited");
    loop.Advance(absl::Seconds(1));
    const std::size_t asked = transport.seen.size();
    loop.Advance(absl::Seconds(58));
    CHECK(transport.seen.size() == asked);
    Say();
    loop.Advance(absl::Seconds(1));
    CHECK(Stored(id).user_id == "user-1");
    CHECK(Shown(id).health == Health::kHealthy);
    loop.Advance(absl::Hours(3));
    CHECK(transport.seen.size() == asked + 1);
    upkeep.Close();
    loop.Run();
    CHECK(*settling);
  }

  TEST_CASE_FIXTURE(NamelessScene, "that Zoom will not name is asked for less and less often") {
    const auto settling = EngineRoom::Begin(upkeep.SettleWhileOpen());
    const std::string id = Unnamed();
    const std::size_t before = transport.Count("/v2/users/me");
    for (int i = 0; i < 60; ++i) loop.Advance(absl::Minutes(1));
    const std::size_t in_an_hour = transport.Count("/v2/users/me") - before;
    CHECK(in_an_hour >= 4);
    CHECK(in_an_hour <= 8);
    upkeep.Close();
    loop.Run();
  }

  TEST_CASE_FIXTURE(NamelessScene, "goes on when whoever began to end it has left") {
    Say();
    transport.hold = true;
    const auto ended = BeginToEnd();
    loop.Advance(absl::Seconds(9));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "deadline_exceeded");
    CHECK(records.ListCredentials("")->empty());
    transport.hold = false;
    transport.Release();
    loop.Run();
    const auto all = *records.ListCredentials("");
    REQUIRE(all.size() == 1);
    CHECK(all[0].user_id == "user-1");
  }

  TEST_CASE_FIXTURE(NamelessScene, "is given without a name when the time for asking is up") {
    const auto ended = BeginToEnd();
    transport.hold = true;
    loop.Advance(absl::Seconds(1));
    CHECK_FALSE(*ended);
    loop.Advance(absl::Seconds(8));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "unnamed");
    Say();
    transport.hold = false;
    transport.Release();
    loop.Run();
  }

  TEST_CASE_FIXTURE(NamelessScene, "is kept if nothing but its refresh token came whole") {
    Say();
    bool cut = true;
    const auto whole = transport.answer;
    transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") != 0 || !std::exchange(cut, false)) return whole(seen);
      return JsonAnswer(200, R"({"refresh_token":"refresh-0","access_tok)");
    };
    const auto ended = End("code=c&state=" + Begun());
    REQUIRE(NameOf(ended) == "ok");
    CHECK(ended->user_id == "user-1");
    CHECK(Stored(ended->id).tokens.refresh_token == Secret("refresh-1"));
    CHECK(transport.seen[1].body.find("refresh_token=refresh-0") != std::string::npos);
  }

  TEST_CASE_FIXTURE(NamelessScene, "under way is waited for at the end") {
    Say();
    transport.hold = true;
    const auto ended = BeginToEnd();
    const auto drained = EngineRoom::Begin(consents.Drain(In(absl::Seconds(30))));
    CHECK_FALSE(*drained);
    transport.hold = false;
    transport.Release();
    loop.Run();
    REQUIRE(*drained);
    CHECK(**drained);
    CHECK(records.ListCredentials("")->size() == 1);
    const auto awaited = EngineRoom::Begin(consents.AwaitFlights());
    CHECK(*awaited);
  }

  TEST_CASE_FIXTURE(NamelessScene,
                    "that the store refuses is told of, and given up at the end only") {
    std::vector<std::string> notices;
    context.listeners.on_notice = [&](const Notice& notice) { notices.push_back(notice.name); };
    const std::string state = Begun();
    transport.hold = true;
    const auto ended = BeginToEnd(state);
    BreakStore();
    transport.hold = false;
    transport.Release();
    loop.Run();
    loop.Advance(absl::Seconds(9));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "deadline_exceeded");
    const auto drained = EngineRoom::Begin(consents.Drain(In(absl::Seconds(30))));
    loop.Advance(absl::Seconds(29));
    CHECK_FALSE(*drained);
    SUBCASE("the store takes it in time") {
      MendStore();
      loop.Advance(absl::Seconds(1));
      loop.Advance(absl::Seconds(1));
      REQUIRE(*drained);
      CHECK(records.ListUnnamed()->size() + records.ListCredentials("")->size() > 0);
      CHECK(notices == std::vector<std::string>{"tokens_unsaved", "tokens_saved"});
    }
    SUBCASE("it does not") {
      loop.Advance(absl::Seconds(1));
      REQUIRE(*drained);
      CHECK_FALSE(**drained);
      MendStore();
      const auto awaited = EngineRoom::Begin(consents.AwaitFlights());
      CHECK(*awaited);
      CHECK(notices == std::vector<std::string>{"tokens_unsaved"});
    }
  }

  TEST_CASE_FIXTURE(NamelessScene, "is named only while nobody refreshes it") {
    const std::string before = Named();
    generation = 2;
    clock.Advance(absl::Minutes(1));
    const std::string id = Unnamed();
    Say();
    auto lock = records.TryLockRefresh(id);
    REQUIRE(lock.ok());
    REQUIRE(*lock != nullptr);
    const auto named = EngineRoom::Begin(Identify(context, calls, id, In(absl::Seconds(5))));
    loop.Advance(absl::Seconds(1));
    CHECK_FALSE(*named);
    lock->reset();
    loop.Advance(absl::Milliseconds(20));
    REQUIRE(*named);
    CHECK((**named)->record.id == before);
  }

  TEST_CASE_FIXTURE(NamelessScene,
                    "that Zoom refuses stays a day for a late answer, and then goes") {
    const std::string id = Unnamed();
    REQUIRE(*records.Condemn(id, Secret("refresh-1"), Cause::kAnswerLost, {}, clock.Now()) ==
            store::Records::Verdict::kWritten);
    SettleElsewhere();
    clock.Advance(absl::Hours(24) - absl::Milliseconds(1));
    SettleElsewhere();
    CHECK(Stored(id).health == Health::kReauthorizationRequired);
    clock.Advance(absl::Milliseconds(1));
    SettleElsewhere();
    CHECK(ReasonOf(records.GetCredential(id).status()) == Reason::kCredentialUnknown);
    CHECK(transport.Count("/oauth/revoke") == 0);
  }

  TEST_CASE_FIXTURE(NamelessScene, "tells of a change of health where it repairs one") {
    const std::string before = Named();
    REQUIRE(*records.Condemn(before, Secret("refresh-1"), Cause::kAnswerLost, {}, clock.Now()) ==
            store::Records::Verdict::kWritten);
    std::vector<HealthChange> told;
    context.listeners.on_health_change = [&](const HealthChange& change) {
      told.push_back(change);
    };
    generation = 2;
    clock.Advance(absl::Minutes(1));
    const std::string id = Unnamed();
    CHECK(told.empty());
    Say();
    SettleElsewhere();
    REQUIRE(told.size() == 1);
    CHECK(told[0].credential_id == before);
    CHECK(told[0].from == Health::kReauthorizationRequired);
    CHECK(told[0].to == Health::kHealthy);
  }

  struct AccountScene : Scene {
    std::string access_token = "opaque";
    std::string scopes = "user:read:list_users:admin";

    AccountScene() {
      store::AppRecord accounts;
      accounts.id = "app_accounts";
      accounts.settings.kind = AppKind::kAccountManaged;
      accounts.settings.client_id = "accounts";
      accounts.settings.client_secret = Secret("s");
      REQUIRE(records.CreateApp(accounts).ok());
      request.app_id = "app_accounts";
      transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
        if (seen.target.find("/oauth/token") == 0) {
          return JsonAnswer(200, R"({"refresh_token":"r","access_token":")" + access_token +
                                     R"(","expires_in":3599,"scope":")" + scopes + R"("})");
        }
        return JsonAnswer(200, R"({"id":"admin","account_id":"acme","email":"a@b.example"})");
      };
    }

    // A JWT with this payload and no signature worth the name.
    static std::string Jwt(const std::string& payload) {
      return "e30." + absl::WebSafeBase64Escape(payload) + ".c2ln";
    }
  };

  TEST_CASE_FIXTURE(AccountScene,
                    "an account's consent is asked for its admin where that is allowed") {
    scopes += " user:read:user:admin";
    const auto credential = End("code=c&state=" + Begun());
    REQUIRE(credential.ok());
    CHECK(credential->user_id == "admin");
    CHECK(credential->account_id == "acme");
    CHECK(credential->client_id == "accounts");
    CHECK(records.FindCredential("app_accounts", store::Principal::Account("acme"))->id ==
          credential->id);
  }

  TEST_CASE_FIXTURE(AccountScene,
                    "without that scope the token itself names the account, without a request") {
    access_token = Jwt(R"({"iss":"zm:cid:accounts","uid":"admin","aid":"acme"})");
    const auto credential = End("code=c&state=" + Begun());
    REQUIRE(credential.ok());
    CHECK(credential->account_id == "acme");
    CHECK(transport.Count("/v2/") == 0);
  }

  TEST_CASE_FIXTURE(AccountScene, "where no scopes are said, Zoom is asked, and may refuse") {
    scopes = "";
    const auto asked = End("code=c&state=" + Begun());
    REQUIRE(NameOf(asked) == "ok");
    CHECK(asked->account_id == "acme");
    CHECK(asked->tokens.scopes.empty());
    access_token = Jwt(R"({"uid":"admin","aid":"globex"})");
    const auto token_answer = transport.answer;
    transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return token_answer(seen);
      return JsonAnswer(400, R"({"code":4711,"message":"does not contain scopes:[a]."})");
    };
    const auto named = End("code=d&state=" + Begun());
    REQUIRE(NameOf(named) == "ok");
    CHECK(named->account_id == "globex");
  }

  TEST_CASE_FIXTURE(AccountScene, "an account that nobody names is kept without a name") {
    const auto credential = End("code=c&state=" + Begun());
    REQUIRE(NameOf(credential) == "unnamed");
    CHECK(Stored(credential->id).tokens.refresh_token == Secret("r"));
    const auto events = *records.ListEvents(credential->id);
    CHECK(events.front().kind == CredentialEventKind::kIdentificationFailed);
    CHECK(events.front().reason == "scope_missing");
  }

  TEST_CASE_FIXTURE(AccountScene, "another admin of the account renews the same credential") {
    access_token = Jwt(R"({"uid":"admin","aid":"acme"})");
    const auto first = End("code=c&state=" + Begun());
    access_token = Jwt(R"({"uid":"deputy","aid":"acme"})");
    const auto second = End("code=d&state=" + Begun());
    REQUIRE(second.ok());
    CHECK(second->id == first->id);
    CHECK(second->user_id == "deputy");
  }
}

}  // namespace
}  // namespace joinpass::oauth
