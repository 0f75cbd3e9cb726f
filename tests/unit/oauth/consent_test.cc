#include "oauth/consent.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "support/engine_room.h"

namespace joinpass::oauth {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;
using testing::TokenAnswer;

struct Scene : EngineRoom {
  ConnectRequest request;

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
    const auto consented = testing::EngineRoom::Finish(FinishConsent(
        context, Secret(request.redirect_uri + "?" + query), bound_to, In(absl::Seconds(9))));
    if (!consented.ok()) return consented.status();
    return consented->record;
  }

  auto BeginToEnd(const std::string& state = "") {
    const std::string query = "?code=c&state=" + (state.empty() ? Begun() : state);
    return testing::EngineRoom::Begin(FinishConsent(context, Secret(request.redirect_uri + query),
                                                    "cookie", In(absl::Seconds(9))));
  }

  void AnswerAsGeneration(int n) {
    transport.answer = [n](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(n);
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})");
    };
  }

  std::string NameOf(const absl::StatusOr<store::CredentialRecord>& ended) {
    return ended.ok() ? "ok" : std::string(ReasonName(ReasonOf(ended.status())));
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
    REQUIRE(transport.deadlines.size() == 2);
    CHECK(transport.deadlines[0] == In(absl::Seconds(9)));
    CHECK(transport.deadlines[1] == In(absl::Seconds(10)));
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
    REQUIRE(*records.Condemn(first->id, Secret("refresh-1"), "answer_lost", {}, clock.Now()) ==
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
        return JsonAnswer(200, R"({"access_token":"a","refresh_token":"r","expires_in":3599,)"
                               R"("scope":"x","api_url":"https://zoom.us.evil.example"})");
      }
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})");
    };
    CHECK(NameOf(End("code=c&state=" + Begun())) == "ok");
    REQUIRE(transport.requests.size() == 2);
    CHECK(transport.requests[1].origin == "https://api.zoom.us");
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
    CHECK(records.FindCredential("app_accounts", "acme")->id == credential->id);
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

  TEST_CASE_FIXTURE(AccountScene, "an account that nobody names is an error that names the scope") {
    const auto credential = End("code=c&state=" + Begun());
    CHECK(NameOf(credential) == "scope_missing");
    CHECK(GetErrorInfo(credential.status())->missing_scopes.front() == "user:read:user:admin");
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
