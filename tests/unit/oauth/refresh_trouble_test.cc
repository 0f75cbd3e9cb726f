#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "oauth/app_pause.h"
#include "oauth/health.h"
#include "oauth/refresh_rules.h"
#include "unit/oauth/token_scene.h"

namespace joinpass::oauth {
namespace {

TEST_SUITE("A refresh") {
  TEST_CASE_FIXTURE(TokenScene,
                    "a refused refresh token needs a new consent, and is not sent again") {
    Connect(absl::ZeroDuration());
    AnswerWith(kInvalidGrant);
    const auto grant = Finish(Ask());
    CHECK(ReasonOf(grant.status()) == Reason::kReauthorizationRequired);
    CHECK(GetErrorInfo(grant.status())->cause == Cause::kRevokedOrExpired);
    CHECK(Stored().health == Health::kReauthorizationRequired);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
    CHECK(Given() == "reauthorization_required");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "an unanswered refresh is sent again after its whole deadline, no sooner") {
    Connect(absl::ZeroDuration());
    AnswerWith(NetworkError(Reason::kNetworkUnreachable, true));
    CHECK(Given(absl::Seconds(20)) == "refresh_unanswered");
    CHECK(Stored().pending->sends == 1);
    clock.Advance(kRefreshDeadline - absl::Milliseconds(1));
    const auto early = Finish(Ask(absl::Milliseconds(1)));
    CHECK(Name(early) == "refresh_unanswered");
    CHECK(*GetErrorInfo(early.status())->retry_at == clock.Now() + absl::Milliseconds(1));
    CHECK(Refreshes() == 1);
    clock.Advance(absl::Milliseconds(1));
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 2);
    CHECK_FALSE(Stored().pending);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "who has the time waits until an unanswered refresh may be sent again") {
    Connect(absl::ZeroDuration());
    AnswerWith(NetworkError(Reason::kDeadlineExceeded, true));
    const auto patient = Begin(Ask(absl::Seconds(40)));
    CHECK_FALSE(patient->has_value());
    AnswerWith(TokenAnswer(1));
    loop.Advance(kRefreshDeadline);
    REQUIRE(patient->has_value());
    CHECK(Name(**patient) == "access-1");
    CHECK(Refreshes() == 2);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "a token refused after an unanswered refresh was lost with the answer") {
    Connect(absl::ZeroDuration());
    AnswerWith(NetworkError(Reason::kDeadlineExceeded, true));
    CHECK(Given(absl::Seconds(9)) == "refresh_unanswered");
    clock.Advance(kRefreshDeadline);
    AnswerWith(kInvalidGrant);
    CHECK(Given() == "reauthorization_required");
    CHECK(Stored().cause == Cause::kAnswerLost);
    CHECK(Heard() == "healthy>reauthorization_required(answer_lost) ");
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "a refresh that never left costs nothing, and is tried again soon") {
    Connect(absl::ZeroDuration());
    AnswerWith(NetworkError(Reason::kNetworkUnreachable, false));
    CHECK(Given() == "network_unreachable");
    CHECK_FALSE(Stored().pending);
    AnswerWith(TokenAnswer(1));
    // Asked again and again meanwhile, it costs nobody a request.
    for (int i = 0; i < 100; ++i) CHECK(Given() == "network_unreachable");
    CHECK(Refreshes() == 1);
    clock.Advance(absl::Seconds(1));
    CHECK(Given() == "access-1");
    CHECK(Kinds() == "refreshed refresh_failed connected ");
  }

  TEST_CASE_FIXTURE(TokenScene, "a thousand asks at an endpoint in trouble are a few requests") {
    struct Row {
      ScriptedTransport::Answer answer;
      const char* given;
    };
    message::Response far = JsonAnswer(429, "{}");
    far.headers.push_back({"Retry-After", "2033-05-18T03:33:20Z"});
    Connect(absl::ZeroDuration());
    int most = 0;
    for (const Row& row : {
             Row{far, "rate_limited"},
             Row{JsonAnswer(429, "{}"), "rate_limited"},
             Row{JsonAnswer(400, R"({"error":"unauthorized_client"})"), "app_credentials_invalid"},
             Row{JsonAnswer(400, R"({"error":"invalid_scope"})"), "request_refused"},
             Row{NetworkError(Reason::kTlsFailed, false), "tls_failed"},
             Row{NetworkError(Reason::kDeadlineExceeded, true), "refresh_unanswered"},
         }) {
      CAPTURE(row.given);
      clock.Advance(absl::Hours(2));
      AnswerWith(row.answer);
      const int before = Refreshes();
      for (int i = 0; i < 1000; ++i) {
        REQUIRE(Given(absl::Seconds(9)) == row.given);
        clock.Advance(absl::Milliseconds(10));
      }
      most = std::max(most, Refreshes() - before);
    }
    CHECK(most <= 6);
  }

  TEST_CASE_FIXTURE(TokenScene, "no refresh token is risked where answers are being lost") {
    Connect(absl::ZeroDuration());
    const auto given = [&](int number) {
      const std::string id = "cred_" + std::to_string(number);
      return Name(Finish(tokens.Get(id, In(absl::Seconds(9)))));
    };
    for (int i = 2; i <= 9; ++i) {
      const std::string number = std::to_string(i);
      REQUIRE(
          records.PutConsented(Consent("cred_" + number, "user-" + number, absl::ZeroDuration()))
              .ok());
    }
    AnswerWith(JsonAnswer(503, ""));
    for (int i = 1; i <= 5; ++i) CHECK(given(i) == "refresh_unanswered");
    // The others wait; one is sent, to see.
    transport.hold = true;
    std::vector<std::shared_ptr<std::optional<absl::StatusOr<Grant>>>> waiting;
    for (int i = 6; i <= 9; ++i) {
      waiting.push_back(Begin(tokens.Get("cred_" + std::to_string(i), In(absl::Seconds(9)))));
    }
    CHECK(Refreshes() == 5);
    CHECK_FALSE(Stored("cred_6").pending.has_value());
    for (int i = 0; i < 3; ++i) loop.Advance(absl::Seconds(1));
    CHECK(Refreshes() == 6);
    AnswerWith(TokenAnswer(1));
    transport.Release();
    loop.Run();
    CHECK(Refreshes() == 9);
    for (const auto& one : waiting) {
      REQUIRE(one->has_value());
      CHECK(Name(**one) == "access-1");
    }
  }

  TEST_CASE_FIXTURE(TokenScene, "a refresh waits a few seconds for Zoom, and was then never sent") {
    Connect(absl::ZeroDuration());
    const message::Origin zoom = context.origins.oauth;
    const auto fail = [&] {
      auto pass = context.circuits->TryEnter(zoom);
      REQUIRE(pass.ok());
      pass->Tell(JsonAnswer(503, ""), clock.SteadyNow());
    };
    for (int i = 0; i < 5; ++i) fail();
    for (int i = 0; i < 4; ++i) {
      clock.Advance(absl::Seconds(30));
      fail();
    }
    CHECK(Given() == "zoom_unavailable");  // for up to 16 s nobody asks
    CHECK(Refreshes() == 0);
    CHECK(Kinds().find("refresh") == std::string::npos);
    // Nothing was learnt of this credential: it does not wait longer than Zoom needs.
    clock.Advance(absl::Seconds(16));
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(TokenScene, "a rate limit of one credential is its app's") {
    Connect(absl::ZeroDuration());
    REQUIRE(records.PutConsented(Consent("cred_2", "user-2", absl::ZeroDuration())).ok());
    AnswerWith(JsonAnswer(429, "{}"));
    CHECK(Given() == "rate_limited");
    CHECK(Name(Finish(tokens.Get("cred_2", In(absl::Seconds(9))))) == "rate_limited");
    CHECK(Refreshes() == 1);
    clock.Advance(absl::Seconds(1));
    AnswerWith(TokenAnswer(1));
    CHECK(Name(Finish(tokens.Get("cred_2", In(absl::Seconds(9))))) == "access-1");
    // One that works ends it, and the next limit is the first one again.
    clock.Advance(absl::Hours(2));
    AnswerWith(JsonAnswer(429, "{}"));
    CHECK(Name(Finish(tokens.Get("cred_2", In(absl::Seconds(9))))) == "rate_limited");
    clock.Advance(absl::Seconds(1));
    AnswerWith(TokenAnswer(2));
    CHECK(Name(Finish(tokens.Get("cred_2", In(absl::Seconds(9))))) == "access-2");
  }

  TEST_CASE_FIXTURE(TokenScene, "a refresh token that came alone is stored, and spent at once") {
    Connect(absl::ZeroDuration());
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (++generation > 1) return TokenAnswer(2);
      CHECK(seen.body.find("refresh-0") != std::string::npos);
      return JsonAnswer(200, R"({"refresh_token":"refresh-1","access_token":"acc)");
    };
    CHECK(Given() == "access-2");
    CHECK(Refreshes() == 2);
    CHECK(transport.seen.back().body.find("refresh-1") != std::string::npos);
    // Not without an end.
    clock.Advance(absl::Hours(2));
    AnswerWith(JsonAnswer(200, R"({"refresh_token":"refresh-3"})"));
    CHECK(Given() == "zoom_unavailable");
    CHECK(Refreshes() == 4);
  }

  TEST_CASE_FIXTURE(TokenScene, "a rate limit is obeyed, but not for hours") {
    Connect(absl::ZeroDuration());
    message::Response limited = JsonAnswer(429, "{}");
    limited.headers.push_back({"Retry-After", "2033-05-18T03:33:20Z"});
    AnswerWith(limited);
    CHECK(Given() == "rate_limited");
    clock.Advance(absl::Minutes(5) - absl::Milliseconds(1));
    CHECK(Given() == "rate_limited");
    CHECK(Refreshes() == 1);
    clock.Advance(absl::Milliseconds(1));
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(
      TokenScene,
      "a wrong client secret pauses the app, disconnects nobody, and recovers by itself") {
    Connect(absl::ZeroDuration());
    REQUIRE(records.PutConsented(Consent("cred_2", "user-2", absl::ZeroDuration())).ok());
    const auto invalid_client = JsonAnswer(
        400, R"({"reason":"Invalid client_id or client_secret","error":"invalid_client"})");
    AnswerWith(invalid_client);
    CHECK(Given() == "app_credentials_invalid");
    CHECK(Stored().health == Health::kHealthy);
    CHECK_FALSE(Stored().pending);
    REQUIRE(records.GetApp("app_1")->pause);
    CHECK(HealthOf(Stored(), *records.GetApp("app_1")).health == Health::kPaused);
    CHECK(Heard() ==
          "healthy>paused(app_credentials_invalid) healthy>paused(app_credentials_invalid) ");
    CHECK(noticed == "app_paused ");
    // No refresh of any of its credentials, and one probe when that is due.
    CHECK(Name(Finish(tokens.Get("cred_2", In(absl::Seconds(9))))) == "app_credentials_invalid");
    CHECK(Refreshes() == 1);
    CHECK(transport.Count("client_credentials") == 0);
    clock.Advance(NextProbeIn(0));
    CHECK(Given() == "app_credentials_invalid");
    CHECK(Given() == "app_credentials_invalid");
    CHECK(transport.Count("client_credentials") == 1);
    CHECK(Refreshes() == 1);
    AnswerWith(TokenAnswer(1));
    clock.Advance(NextProbeIn(1));
    CHECK(Given() == "access-1");
    CHECK(transport.Count("client_credentials") == 2);
    CHECK_FALSE(records.GetApp("app_1")->pause);
    CHECK(noticed == "app_paused app_resumed ");
  }

  TEST_CASE_FIXTURE(TokenScene, "new settings of an app end its pause at once") {
    Connect(absl::ZeroDuration());
    AnswerWith(JsonAnswer(401, R"({"reason":"Invalid client","error":"invalid_client"})"));
    CHECK(Given() == "app_credentials_invalid");
    store::AppRecord app = *records.GetApp("app_1");
    app.settings.client_secret = Secret("the right one");
    REQUIRE(records.UpdateApp(app, clock.Now()).ok());
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
    CHECK(transport.Count("client_credentials") == 0);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "a consent to another client id is not spent, and old tokens are served") {
    Connect(absl::Minutes(1));
    store::AppRecord app = *records.GetApp("app_1");
    app.settings.client_id = "production";
    REQUIRE(records.UpdateApp(app, clock.Now()).ok());
    CHECK(Given() == "access-0");
    clock.Advance(absl::Minutes(1));
    const auto grant = Finish(Ask());
    CHECK(Name(grant) == "reauthorization_required");
    CHECK(GetErrorInfo(grant.status())->cause == Cause::kClientIdChanged);
    CHECK(Refreshes() == 0);
    app.settings.client_id = "client";
    REQUIRE(records.UpdateApp(app, clock.Now()).ok());
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(TokenScene, "no trouble at the token endpoint changes a verdict") {
    Connect(absl::ZeroDuration());
    for (const auto& trouble :
         {JsonAnswer(500, ""), JsonAnswer(502, "<html></html>"), JsonAnswer(429, "{}"),
          JsonAnswer(200, "<xml/>"), JsonAnswer(200, "{}"), JsonAnswer(302, "")}) {
      AnswerWith(trouble);
      CHECK(Given(absl::Seconds(9)) != "reauthorization_required");
      CHECK(Stored().health == Health::kHealthy);
      CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
      clock.Advance(absl::Hours(1));
    }
    AnswerWith(TokenAnswer(1));
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(TokenScene, "keeps the refresh token when the answer brings none") {
    Connect(absl::ZeroDuration());
    AnswerWith(JsonAnswer(200, R"({"access_token":"access-1","expires_in":"3600"})"));
    CHECK(Given() == "access-1");
    CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
    CHECK(Stored().tokens.scopes.size() == 6);
  }

  TEST_CASE_FIXTURE(TokenScene, "who leaves at his own deadline leaves the refresh going on") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto answer = Begin(Ask(absl::Seconds(1)));
    loop.Advance(absl::Seconds(1));
    REQUIRE(answer->has_value());
    CHECK(Name(**answer) == "refresh_busy");
    context.closing->Begin();
    const auto drained = Begin(tokens.Drain(In(absl::Seconds(5))));
    CHECK_FALSE(drained->has_value());
    transport.Release();
    loop.Run();
    REQUIRE(drained->has_value());
    CHECK(**drained);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene, "whose answer leads elsewhere than to Zoom stays with Zoom") {
    for (const auto& [url, origin] : std::vector<std::pair<std::string, std::string>>{
             {"https://api-eu.zoom.us", "https://api-eu.zoom.us"},
             {"https://zoom.us.evil.example", "https://api.zoom.us"},
             {"http://api.zoom.us", "https://api.zoom.us"}}) {
      CAPTURE(url);
      TokenScene scene;
      scene.Connect(absl::ZeroDuration());
      scene.AnswerWith(JsonAnswer(
          200,
          R"({"access_token":"a","refresh_token":"r","expires_in":3599,"scope":"x","api_url":")" +
              url + R"("})"));
      const auto grant = scene.Finish(scene.Ask());
      REQUIRE(grant.ok());
      CHECK(WriteOrigin(grant->access.api_origin) == origin);
    }
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "thousands of requests a day on a dead credential cost Zoom one refresh") {
    Connect(absl::ZeroDuration());
    AnswerWith(kInvalidGrant);
    for (int i = 0; i < 6'000; ++i) {
      CHECK(Given() == "reauthorization_required");
      clock.Advance(absl::Seconds(14));
    }
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "whoever asks anyway finds out that a verdict is not true any more") {
    Connect(absl::ZeroDuration());
    AnswerWith(kInvalidGrant);
    CHECK(Given() == "reauthorization_required");
    CHECK(Finish(tokens.Renew("cred_1", Renewal::kIfNeeded, In(absl::Seconds(9)))).code() ==
          absl::StatusCode::kUnauthenticated);
    AnswerWith(TokenAnswer(1));
    CHECK(Finish(tokens.Renew("cred_1", Renewal::kAnyway, In(absl::Seconds(9)))).ok());
    CHECK(Given() == "access-1");
    CHECK(Heard() ==
          "healthy>reauthorization_required(revoked_or_expired) "
          "reauthorization_required>healthy ");
  }

  TEST_CASE_FIXTURE(TokenScene, "renews an idle refresh token long before its 90 days") {
    Connect(absl::ZeroDuration());
    CHECK(Finish(tokens.Renew("cred_1", Renewal::kIdle, In(absl::Seconds(9)))).ok());
    CHECK(Refreshes() == 0);
    clock.Advance(kIdleAfter);
    CHECK(Finish(tokens.Renew("cred_1", Renewal::kIdle, In(absl::Seconds(9)))).ok());
    CHECK(Refreshes() == 1);
    CHECK(Stored().refreshed_at == clock.Now());
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "fresh tokens are there for any thread, and go when they are refused") {
    Connect(absl::Minutes(30));
    CHECK(tokens.cache().IsFirstGiving("cred_1", Secret("access-0")));
    CHECK_FALSE(Cached());
    CHECK(Given() == "access-0");
    REQUIRE(Cached());
    CHECK(Cached()->value == Secret("access-0"));
    const auto is_first = [this](const char* token) {
      return tokens.cache().IsFirstGiving("cred_1", Secret(token));
    };
    CHECK(is_first("access-0"));
    CHECK_FALSE(is_first("access-0"));
    CHECK(Finish(tokens.Reread("cred_1", In(absl::Seconds(9)))).ok());
    CHECK_FALSE(is_first("access-0"));  // read again, it is the same
    clock.Advance(absl::Minutes(20));
    CHECK_FALSE(Cached());
    tokens.Reject("cred_1", Secret("access-0"));
    CHECK_FALSE(Cached());
    CHECK(Given() == "access-1");
    REQUIRE(Cached());
    CHECK(Cached()->value == Secret("access-1"));
    CHECK(is_first("access-1"));
    CHECK_FALSE(is_first("access-1"));
    tokens.Forget("cred_1");
    CHECK_FALSE(Cached());
  }

  TEST_CASE_FIXTURE(TokenScene,
                    "a token that Zoom refused is replaced, though it has not expired") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    tokens.Reject("cred_1", Secret("access-0"));
    CHECK(Given() == "access-1");
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
  }
}

}  // namespace
}  // namespace joinpass::oauth
