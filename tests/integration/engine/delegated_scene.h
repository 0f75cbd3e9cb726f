// A customer who keeps a consent himself, and a server of his that gives its tokens.

#ifndef JOINPASS_TESTS_INTEGRATION_ENGINE_DELEGATED_SCENE_H_
#define JOINPASS_TESTS_INTEGRATION_ENGINE_DELEGATED_SCENE_H_

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "integration/engine/engine_scene.h"
#include "support/tls_server.h"

namespace joinpass::testing {

// A customer who holds Jill's consent, and a server of his that gives her tokens.
struct DelegatedScene : EngineScene {
  std::atomic<bool> server_sends_on = false;
  base::Mutex mutex;
  std::string answer ABSL_GUARDED_BY(mutex) = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  TlsServer server{[this](TlsServer::Connection& connection) {
                     if (connection.ReadRequest().empty()) return;
                     std::string text;
                     {
                       base::MutexLock lock(mutex);
                       text = answer;
                     }
                     connection.Send(text);
                     while (server_sends_on && connection.Send(std::string(1'000, 'x'))) {
                     }
                     connection.Close();
                   },
                   {.names = "DNS:tokens.example,DNS:localhost,IP:127.0.0.1"}};
  std::unique_ptr<Engine> customer;  // his own, with a store of its own
  std::string customers_app;
  std::string customers_credential;

  DelegatedScene() {
    const std::string both = folder / "both.pem";
    WriteFile(both, ReadFile(zoom->ca_file()) + ReadFile(TestCa::Get().file()));
    EngineOptions options = Options();
    options.ca_file = both;
    engine.reset();
    engine = *engine::OpenWith(options, clock, base::SystemRandom());
    options.store_folder = folder / "customer";
    customer = *engine::OpenWith(options, clock, base::SystemRandom());
    AppSettings settings;
    settings.client_id = kClientId;
    settings.client_secret = Secret("example-secret");
    customers_app = *customer->apps().Create(settings);
    ConsentAgain();
  }

  // Zoom voids what an earlier consent gave, to whomever.
  void ConsentAgain(const std::string& email = kJill) {
    ConnectRequest request;
    request.app_id = customers_app;
    request.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
    request.bound_to = "cookie";
    const auto start = customer->credentials().BeginConnect(request);
    const auto redirect = fake_zoom::Consent(*zoom, start->authorize_url, email);
    const auto connected =
        customer->credentials().FinishConnect(*redirect, "cookie", absl::Seconds(20));
    REQUIRE(NameOf(connected) == "ok");
    customers_credential = connected->id;
  }

  void Answer(const std::string& body, const std::string& status = "200 OK") {
    base::MutexLock lock(mutex);
    answer = "HTTP/1.1 " + status +
             "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\n\r\n" + body;
  }

  void AnswerWithToken() {
    const auto token =
        customer->credentials().GetAccessToken(customers_credential, absl::Seconds(20));
    REQUIRE(NameOf(token) == "ok");
    Answer(std::string(token->value.Reveal()) + "\n");
  }

  Secret Url(const std::string& path = "/zoom?user=CANARY%207") const {
    return Secret(server.origin() + path);
  }
  Secret NamedUrl() const {
    return Secret("https://tokens.example:" + std::to_string(server.port()) + "/zoom");
  }

  DelegateRequest RequestOf(UrlSource source) {
    DelegateRequest request;
    request.app_id = app_id;
    request.callback_url = Url();
    request.url_source = source;
    return request;
  }
  absl::StatusOr<Credential> Delegate(UrlSource source = UrlSource::kConfiguration) {
    return engine->credentials().Delegate(RequestOf(source), absl::Seconds(20));
  }
  absl::StatusOr<Credential> Test() {
    return engine->credentials().TestDelegate(RequestOf(UrlSource::kConfiguration),
                                              absl::Seconds(20));
  }

  // As Zoom's access tokens look, with this issuer and end; nobody signed it.
  std::string TokenOf(const std::string& client_id, absl::Duration left) {
    const std::int64_t now = absl::ToUnixSeconds(clock.Now());
    return absl::WebSafeBase64Escape(
               R"({"sv":"000001","alg":"HS512","v":"2.0","kid":"5d0e5d22-45b1-4d5a"})") +
           "." +
           absl::WebSafeBase64Escape(absl::StrCat(
               R"({"ver":10,"auid":"a","code":"c","iss":"zm:cid:)", client_id,
               R"(","gno":0,"type":0,"tid":0,"aud":"https://oauth.zoom.us","uid":"zJKyaiAyTNC-MWjiWC18KQ",)",
               R"("nbf":)", now - 60, R"(,"exp":)", now + absl::ToInt64Seconds(left), R"(,"iat":)",
               now - 60, R"(,"aid":"q6gBJVO5TzexKYTb_I2rpg"})")) +
           ".c2lnbmF0dXJl";
  }

  struct BadAnswer {
    std::string status;
    std::string body;
    std::string name;  // reason, and "/" and the cause of the pause
  };
  std::vector<BadAnswer> BadAnswers() {
    return {
        {"404 Not Found", "", "token_not_offered"},
        {"500 Oops", "x", "callback_failed/http_status"},
        {"302 Found", "", "callback_failed/http_status"},
        {"301 Moved\r\nLocation: " + zoom->origin() + "/", "", "callback_failed/http_status"},
        {"200 OK", "", "callback_answer_invalid"},
        {"200 OK", "<html>sorry</html>", "callback_answer_invalid"},
        {"200 OK", "{\"token\":\"abcdefghijklmnop\"}", "callback_answer_invalid"},
        {"200 OK", "not-a-token-of-Zoom", "callback_answer_invalid/token_refused"},
        {"200 OK", TokenOf("another-client", absl::Hours(1)),
         "callback_answer_invalid/wrong_client"},
        // As another OAuth server's JWTs look (RFC 9068), though its client has our id.
        {"200 OK",
         "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9." +
             absl::WebSafeBase64Escape(absl::StrCat(
                 R"({"jti":"j","sub":"s","iat":1,"exp":4102444800,"scope":"api:read","client_id":")",
                 kClientId,
                 R"(","iss":"https://login.acme.example","aud":"https://api.acme.example"})")) +
             ".c2lnbmF0dXJl",
         "callback_answer_invalid/wrong_client"},
        {"200 OK", std::string(16'385, 'x'), "callback_answer_invalid"},
        {"200 OK", TokenOf(kClientId, -absl::Hours(1)), "callback_answer_invalid/expires_too_soon"},
        {"200 OK", TokenOf(kClientId, absl::Seconds(119)),
         "callback_answer_invalid/expires_too_soon"},
    };
  }
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_INTEGRATION_ENGINE_DELEGATED_SCENE_H_
