#include "oauth/consent.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

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
    return testing::EngineRoom::Finish(FinishConsent(
        context, Secret(request.redirect_uri + "?" + query), bound_to, In(absl::Seconds(9))));
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
    REQUIRE(*records.SetHealth(first->id, Secret("refresh-1"), Health::kReauthorizationRequired,
                               "answer_lost", clock.Now()));
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

  TEST_CASE_FIXTURE(Scene, "asks twice who consented, since the exchange cannot be had again") {
    int asked = 0;
    transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(1);
      if (++asked == 1) return JsonAnswer(503, "<html></html>");
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})");
    };
    CHECK(NameOf(End("code=c&state=" + Begun())) == "ok");
    CHECK(transport.seen.size() == 3);
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
    store::AppRecord accounts;
    accounts.id = "app_accounts";
    accounts.settings.kind = AppKind::kAccountManaged;
    accounts.settings.client_id = "accounts";
    accounts.settings.client_secret = Secret("s");
    REQUIRE(records.CreateApp(accounts).ok());
    request.app_id = "app_accounts";
    CHECK(ReasonOf(BeginConsent(context, request).status()) == Reason::kInvalidArgument);
    request.app_id = "app_2";
    CHECK(ReasonOf(BeginConsent(context, request).status()) == Reason::kAppUnknown);
  }
}

}  // namespace
}  // namespace joinpass::oauth
