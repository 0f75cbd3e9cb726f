// The keeper's routes on a real server, with an engine and a Zoom of its own behind them.

#include "keeper/routes.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/engine/engine_scene.h"
#include "integration/keeper/line.h"
#include "keeper/pages.h"
#include "support/signed_webhook.h"

namespace joinpass::keeper {
namespace {

using testing::BodyOf;
using testing::HeaderOf;
using testing::kClientId;
using testing::kJill;
using testing::Line;
using testing::RequestText;
using testing::StatusOf;

constexpr char kSecret[] = "webhook-secret";

struct Scene : testing::EngineScene {
  base::Mutex log_mutex;
  std::vector<std::string> log ABSL_GUARDED_BY(log_mutex);
  std::unique_ptr<Routes> routes;
  std::unique_ptr<Server> server;

  Scene() {
    SetSecrets({Secret(kSecret)});
    REQUIRE(zoom->Subscribe(kClientId, kSecret).ok());
    routes = std::make_unique<Routes>(
        *engine, clock, base::SystemRandom(),
        RouteOptions{.public_url = "http://127.0.0.1:8765", .log = [this](const std::string& line) {
                       base::MutexLock lock(log_mutex);
                       log.push_back(line);
                     }});
    server = *Server::Listen({});
    REQUIRE(server->Serve([this](const Request& request) { return routes->Handle(request); }).ok());
  }

  void SetSecrets(std::vector<Secret> secrets) {
    AppSettings settings;
    settings.client_id = kClientId;
    settings.client_secret = Secret("example-secret");
    settings.webhook_secrets = std::move(secrets);
    REQUIRE(engine->apps().Update(app_id, std::move(settings)).ok());
  }

  std::string Ask(const std::string& request) { return Line(server->port()).Ask(request); }

  std::string Post(const fake_zoom::WebhookDelivery& one) {
    return Ask(RequestText("POST /zoom/webhooks/" + app_id, one.body,
                           absl::StrCat("x-zm-signature: ", one.signature,
                                        "\r\nx-zm-request-timestamp: ", one.timestamp,
                                        "\r\ncontent-type: application/json\r\n")));
  }

  std::string LastLogged() {
    base::MutexLock lock(log_mutex);
    return log.empty() ? "" : log.back();
  }
};

TEST_SUITE("Routes") {
  TEST_CASE_FIXTURE(Scene, "take a webhook to the directory") {
    const std::string jill = Connect(kJill);
    fake_zoom::Meeting meeting;
    meeting.number = 91234567890;
    meeting.host_id = kJill;
    REQUIRE(zoom->AddMeeting(meeting).ok());
    auto due = zoom->TakeWebhooks();
    REQUIRE(due.size() == 1);
    const std::string answer = Post(due[0]);
    CHECK(StatusOf(answer) == 204);
    CHECK(LastLogged() == "webhook 204 applied meeting.created");
    const auto found = engine->directory().Resolve(*MeetingLink::Parse("91234567890"));
    REQUIRE(found.ok());
    CHECK(found->candidates[0].credential_id == jill);
    due[0].body += " ";
    CHECK(StatusOf(Post(due[0])) == 401);
    CHECK(LastLogged().starts_with("webhook 401 refused: webhook_not_authentic: "));
    CHECK(LastLogged().find(due[0].signature) == std::string::npos);
  }

  TEST_CASE_FIXTURE(Scene, "answer Zoom's challenge, and no other") {
    const std::string body =
        R"({"payload":{"plainToken":"abc"},"event":"endpoint.url_validation"})";
    const testing::SignedWebhook asked(app_id, kSecret, body, clock.Now());
    const std::string answer =
        Post({.body = body, .timestamp = asked.timestamp, .signature = asked.signature});
    CHECK(StatusOf(answer) == 200);
    CHECK(HeaderOf(answer, "Content-Type") == "application/json");
    CHECK(BodyOf(answer).starts_with(R"({"plainToken":"abc","encryptedToken":")"));
    CHECK(StatusOf(Ask(RequestText("POST /zoom/webhooks/" + app_id, body))) == 401);
    CHECK(StatusOf(Ask(RequestText("POST /zoom/webhooks/app_9", body))) == 404);
    CHECK(StatusOf(Ask(RequestText("POST /zoom/webhooks/" + app_id, std::string(300'000, ' ')))) ==
          413);
    SetSecrets({});
    CHECK(StatusOf(Ask(RequestText("POST /zoom/webhooks/" + app_id, body))) == 503);
  }

  TEST_CASE_FIXTURE(Scene, "take a browser to Zoom and back") {
    const std::string begun = Ask(RequestText("GET /connect/" + app_id));
    CHECK(StatusOf(begun) == 302);
    const std::string authorize_url = HeaderOf(begun, "Location");
    CHECK(authorize_url.starts_with(zoom->origin() + "/oauth/authorize?"));
    const std::string cookie = HeaderOf(begun, "Set-Cookie");
    CHECK(cookie.find("; Path=/oauth/callback; Max-Age=600; HttpOnly; SameSite=Lax") !=
          std::string::npos);
    CHECK(cookie.find("Secure") == std::string::npos);
    const std::string value = cookie.substr(0, cookie.find(';'));
    CHECK(value.size() == std::string("joinpass_connect=").size() + 32);

    const auto redirect = fake_zoom::Consent(*zoom, authorize_url, kJill);
    REQUIRE(redirect.ok());
    const std::string target = absl::StrReplaceAll(*redirect, {{"http://127.0.0.1:8765", ""}});
    // Another browser has not the cookie.
    const std::string refused = Ask(RequestText("GET " + target));
    CHECK(StatusOf(refused) == 400);
    CHECK(BodyOf(refused).find("in another browser") != std::string::npos);
    const std::string done =
        Ask(RequestText("GET " + target, "", "Cookie: a=b; " + value + "; c=d\r\n"));
    CHECK(StatusOf(done) == 200);
    CHECK(BodyOf(done).find("Your Zoom account is connected") != std::string::npos);
    CHECK(HeaderOf(done, "Set-Cookie").find("Max-Age=0") != std::string::npos);
    const auto credentials = engine->credentials().List("");
    REQUIRE(credentials.ok());
    REQUIRE(credentials->size() == 1);
    CHECK(LastLogged() == "connected " + (*credentials)[0].id);
  }

  TEST_CASE_FIXTURE(Scene, "tell who declined that nothing was changed") {
    const std::string begun = Ask(RequestText("GET /connect/" + app_id));
    const auto redirect = fake_zoom::Consent(*zoom, HeaderOf(begun, "Location"), kJill,
                                             fake_zoom::Decision::kDecline);
    REQUIRE(redirect.ok());
    const std::string cookie = HeaderOf(begun, "Set-Cookie");
    const std::string page =
        Ask(RequestText("GET " + absl::StrReplaceAll(*redirect, {{"http://127.0.0.1:8765", ""}}),
                        "", "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n"));
    CHECK(StatusOf(page) == 400);
    CHECK(BodyOf(page).find("Nothing was changed") != std::string::npos);
    CHECK(HeaderOf(page, "Referrer-Policy") == "no-referrer");
    CHECK(HeaderOf(page, "Cache-Control") == "no-store");
  }

  TEST_CASE_FIXTURE(Scene, "begin so many consents a second and no more") {
    int begun = 0;
    int refused = 0;
    for (int i = 0; i < 15; ++i) {
      const int status = StatusOf(Ask(RequestText("GET /connect/" + app_id)));
      begun += status == 302;
      refused += status == 429;
    }
    CHECK(begun == 10);
    CHECK(refused == 5);
    clock.Advance(absl::Seconds(1));
    CHECK(StatusOf(Ask(RequestText("GET /connect/" + app_id))) == 302);
    CHECK(StatusOf(Ask(RequestText("GET /connect/app_9"))) == 404);
  }

  TEST_CASE_FIXTURE(Scene, "say whether the store can be read") {
    CHECK(BodyOf(Ask(RequestText("GET /healthz"))) == "ok\n");
    Line line(server->port());
    line.Send(RequestText("HEAD /healthz"));
    CHECK(StatusOf(line.ReceiveHeader()) == 200);
  }

  TEST_CASE_FIXTURE(Scene, "have nothing elsewhere, and nothing by another method") {
    for (const char* target : {"/", "/zoom/webhooks/", "/connect/", "/oauth/callback/x",
                               "/healthz/", "/..%2f", "/zoom/webhooks"}) {
      CAPTURE(target);
      CHECK(StatusOf(Ask(RequestText(std::string("GET ") + target))) == 404);
    }
    for (const auto& [start, allowed] :
         {std::pair<std::string, std::string>{"GET /zoom/webhooks/" + app_id, "POST"},
          {"POST /connect/" + app_id, "GET"},
          {"POST /oauth/callback?code=1&state=2", "GET"},
          {"DELETE /healthz", "GET"}}) {
      const std::string answer = Ask(RequestText(start));
      CHECK(StatusOf(answer) == 405);
      CHECK(HeaderOf(answer, "Allow") == allowed);
    }
  }
}

TEST_SUITE("Page") {
  TEST_CASE("escapes what it shows") {
    const Response page = Page(400, "<b>\"1\" & '2'</b>", "<script>");
    CHECK(page.body.find("<h1>&lt;b&gt;&quot;1&quot; &amp; &#39;2&#39;&lt;/b&gt;</h1>") !=
          std::string::npos);
    CHECK(page.body.find("<script>") == std::string::npos);
  }
}

}  // namespace
}  // namespace joinpass::keeper
