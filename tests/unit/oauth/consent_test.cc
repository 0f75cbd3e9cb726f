#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/oauth/consent_scene.h"

namespace joinpass::oauth {
namespace {

TEST_SUITE("Consent") {
  TEST_CASE_FIXTURE(ConsentScene, "goes from the authorize page to a stored credential") {
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

  TEST_CASE_FIXTURE(ConsentScene,
                    "sends the browser away with a challenge, and never with the verifier") {
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

  TEST_CASE_FIXTURE(ConsentScene, "bounds what it is begun with, and what it waits for") {
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

  TEST_CASE_FIXTURE(ConsentScene, "keeps no exchange that gave no refresh token") {
    transport.answer = [](const auto&) {
      return JsonAnswer(200, R"({"access_token":"access","expires_in":3599})");
    };
    CHECK(NameOf(End("code=c&state=" + Begun())) == "answer_invalid");
    CHECK(transport.seen.size() == 1);
    CHECK(records.ListCredentials("")->empty());
  }

  TEST_CASE_FIXTURE(ConsentScene,
                    "takes a state once, in time, and from the browser that began it") {
    const std::string used = Begun();
    REQUIRE(NameOf(End("code=c&state=" + used)) == "ok");
    CHECK(NameOf(End("code=c&state=unknown")) == "consent_state_invalid");

    const std::string stolen = Begun();
    CHECK(NameOf(End("code=c&state=" + stolen, "another cookie")) == "consent_state_invalid");
    // Whom it was stolen from can still use it.
    CHECK(NameOf(End("code=c&state=" + stolen)) == "ok");

    const std::string late = Begun();
    clock.Advance(absl::Minutes(10) + absl::Milliseconds(1));
    CHECK(NameOf(End("code=c&state=" + late)) == "consent_state_invalid");
    CHECK(transport.Count("/oauth/token") == 2);
  }

  TEST_CASE_FIXTURE(ConsentScene,
                    "a decline is named, asks Zoom for nothing, and uses the state up") {
    const std::string state = Begun();
    CHECK(NameOf(End("error=access_denied&state=" + state)) == "consent_declined");
    CHECK(NameOf(End("code=c&state=" + state)) == "consent_declined");
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(ConsentScene,
                    "a second consent of the same user replaces the tokens, not the id") {
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

  TEST_CASE_FIXTURE(ConsentScene, "says what Zoom has against it, and keeps nothing") {
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

  TEST_CASE_FIXTURE(ConsentScene,
                    "asks again who consented, since the exchange cannot be had again") {
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

  TEST_CASE_FIXTURE(ConsentScene,
                    "is stored when the store can, since the exchange cannot be had again") {
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

  TEST_CASE_FIXTURE(ConsentScene,
                    "that leads elsewhere than to Zoom takes its token nowhere else") {
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

  TEST_CASE_FIXTURE(ConsentScene, "refuses a request that names nobody, nowhere or no app") {
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

  TEST_CASE_FIXTURE(ConsentScene, "is kept in memory while the key of the store is missing") {
    const auto adopt = [this](std::vector<crypto::KeyId> ids) {
      std::vector<crypto::MasterKey> all;
      for (const crypto::KeyId id : ids) {
        all.push_back({.id = id, .bytes = Secret(std::string(32, id == 7 ? 'k' : 'n'))});
      }
      const auto ring = crypto::KeyRing::Make(std::move(all));
      const auto other = store::OpenSqliteStore(*store::PrepareFolder(folder / "store"), *ring,
                                                base::SystemRandom());
      REQUIRE((*other)->rotation().AdoptNewestKey().ok());
    };
    const auto answer = transport.answer;
    transport.answer = [&](const ScriptedTransport::Seen& seen) {
      if (seen.target.find("/oauth/token") == 0) adopt({7, 8});  // during the exchange
      return answer(seen);
    };
    const auto ended = BeginToEnd();
    CHECK_FALSE(*ended);
    adopt({8, 7});
    for (int i = 0; i < 9 && !*ended; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "ok");
    CHECK(records.ListCredentials("")->size() == 1);
  }
}

}  // namespace
}  // namespace joinpass::oauth
