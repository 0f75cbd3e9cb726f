// Credentials and final tokens that a customer's server keeps.

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "integration/engine/engine_scene.h"
#include "support/tls_server.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::kClientId;
using testing::kJill;
using testing::kJillsMeeting;
using testing::NameOf;
using testing::TlsServer;

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
  }};
  std::unique_ptr<Engine> customer;  // his own, with a store of its own
  std::string customers_app;
  std::string customers_credential;

  DelegatedScene() {
    const std::string both = folder / "both.pem";
    testing::WriteFile(both, testing::ReadFile(zoom->ca_file()) +
                                 testing::ReadFile(testing::TestCa::Get().file()));
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
  void ConsentAgain() {
    ConnectRequest request;
    request.app_id = customers_app;
    request.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
    request.bound_to = "cookie";
    const auto start = customer->credentials().BeginConnect(request);
    const auto redirect = fake_zoom::Consent(*zoom, start->authorize_url, kJill);
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
        {"200 OK", std::string(9'000, 'x'), "callback_answer_invalid"},
        {"200 OK", TokenOf("another-client", absl::Hours(1)),
         "callback_answer_invalid/wrong_client"},
        {"200 OK", TokenOf(kClientId, -absl::Hours(1)), "callback_answer_invalid/expires_too_soon"},
        {"200 OK", TokenOf(kClientId, absl::Seconds(119)),
         "callback_answer_invalid/expires_too_soon"},
    };
  }
};

TEST_SUITE("A delegated credential") {
  TEST_CASE_FIXTURE(DelegatedScene, "finds its user, his meetings and their recording tokens") {
    AnswerWithToken();
    const auto credential = Delegate();
    REQUIRE(NameOf(credential) == "ok");
    CHECK(credential->kind == CredentialKind::kDelegated);
    CHECK(credential->email == kJill);
    CHECK(credential->missing.empty());
    REQUIRE(NameOf(Sync(credential->id)) == "ok");
    const auto pass = Prepare(RequestFor(kJillsMeeting));
    REQUIRE(NameOf(pass) == "ok");
    CHECK(Redeem(*pass).may_record);
    CHECK(server.requests().front().substr(0, 31) == "GET /zoom?user=CANARY%207 HTTP/");
    CHECK(server.requests().front().find("uthorization") == std::string::npos);
    // Asked once when it was set, and once for all that followed.
    CHECK(server.requests().size() == 2);
    CHECK(zoom->Calls("token/refresh_token") == 0);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "asks again when Zoom refuses the token, and only then") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    REQUIRE(NameOf(Sync(id)) == "ok");
    const std::size_t before = server.requests().size();
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(server.requests().size() == before);
    // The customer's user consents anew: Zoom refuses the token that is held here.
    REQUIRE(zoom->RevokeConsent(kClientId, kJill).ok());
    CHECK(Outcome(kJillsMeeting) == "callback_answer_invalid");
    CHECK(server.requests().size() == before + 1);
    ConsentAgain();
    AnswerWithToken();
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(server.requests().size() == before + 2);
  }

  TEST_CASE_FIXTURE(DelegatedScene,
                    "of a URL from the network is never asked for on this machine") {
    AnswerWithToken();
    CHECK(NameOf(Delegate(UrlSource::kNetwork)) == "address_not_allowed");
    CHECK(server.accepted() == 0);
    for (const std::string& host :
         {std::string("localhost"), std::string("[::1]"), std::string("[::ffff:127.0.0.1]"),
          std::string("127.1"), std::string("2130706433"), std::string("0x7f.0.0.1")}) {
      CAPTURE(host);
      DelegateRequest request;
      request.app_id = app_id;
      request.callback_url = Secret("https://" + host + ":" + std::to_string(server.port()) + "/");
      CHECK_FALSE(engine->credentials().Delegate(request, absl::Seconds(5)).ok());
    }
    CHECK(server.accepted() == 0);
  }

  TEST_CASE_FIXTURE(DelegatedScene,
                    "is refused where a managed one is, and not the other way round") {
    const std::string managed = Connect(kJill);
    ConsentAgain();
    AnswerWithToken();
    CHECK(NameOf(Delegate()) == "invalid_argument");
    REQUIRE(NameOf(engine->credentials().Disconnect(managed, absl::Seconds(20))) == "ok");
    ConsentAgain();
    AnswerWithToken();
    const auto delegated = Delegate();
    REQUIRE(NameOf(delegated) == "ok");
    CHECK(Connect(kJill) == delegated->id);
    CHECK(Get(delegated->id).kind == CredentialKind::kManaged);
  }

  TEST_CASE_FIXTURE(DelegatedScene,
                    "says what is wrong with the callback, and never shows its URL") {
    for (const auto& [status, body, name] : BadAnswers()) {
      CAPTURE(body.substr(0, 60));
      Answer(body, status);
      for (const auto& found : {Delegate(), Test()}) {
        CHECK(NameOf(found) == name.substr(0, name.find('/')));
        const std::string said = Describe(found.status());
        CHECK(said.find("CANARY") == std::string::npos);
        CHECK(said.find(body.substr(0, 20)) == (body.empty() ? 0 : std::string::npos));
      }
    }
    CHECK(engine->credentials().List("")->empty());
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is tried before it is kept") {
    AnswerWithToken();
    const auto found = Test();
    REQUIRE(NameOf(found) == "ok");
    CHECK(found->id.empty());
    CHECK(found->kind == CredentialKind::kDelegated);
    CHECK(found->email == kJill);
    CHECK(found->health == Health::kHealthy);
    CHECK(engine->credentials().List("")->empty());
    REQUIRE(NameOf(Delegate()) == "ok");
    CHECK(NameOf(Test()) == "ok");
    CHECK(heard.empty());
  }

  TEST_CASE_FIXTURE(DelegatedScene, "does as its callback does, and is told of each change once") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    REQUIRE(NameOf(Sync(id)) == "ok");
    for (const auto& [status, body, name] : BadAnswers()) {
      CAPTURE(body.substr(0, 60));
      heard.clear();
      Advance(absl::Minutes(61));
      Answer(body, status);
      for (int i = 0; i < 2; ++i) {
        CHECK(Outcome(kJillsMeeting) == name.substr(0, name.find('/')));
      }
      CHECK(Get(id).health == Health::kPaused);
      CHECK(Get(id).cause == name.substr(name.find('/') + 1));
      AnswerWithToken();
      CHECK(Outcome(kJillsMeeting) == "ok");  // with what it knew: nothing is lost
      CHECK(Get(id).health == Health::kHealthy);
      CHECK(Get(id).cause.empty());
      CHECK(heard == "healthy>paused paused>healthy ");
    }
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is validated by its callback and by Zoom") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    const auto validated = [&] {
      const auto credential = engine->credentials().Validate(id, absl::Seconds(20));
      if (!credential.ok()) return NameOf(credential);
      return std::string(HealthName(credential->health)) + "/" + credential->cause;
    };
    CHECK(validated() == "healthy/");
    Answer("x", "500 Oops");
    CHECK(validated() == "paused/http_status");
    AnswerWithToken();
    CHECK(validated() == "healthy/");
    // Of a token that Zoom does not take, whatever it looks like.
    Answer("not-a-token-of-Zoom");
    CHECK(validated() == "paused/callback_answer_invalid");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "takes no more of an answer than a token can be") {
    server_sends_on = true;
    Answer(std::string(20'000, 'x'));
    CHECK(NameOf(Test()) == "callback_answer_invalid");
  }
}

TEST_SUITE("Final tokens by URL") {
  TEST_CASE_FIXTURE(DelegatedScene, "go into the pass, though nobody's consent is here") {
    Answer("final-token.1");
    JoinRequest request = RequestFor(kJillsMeeting);
    request.identity = Identity::kZak;
    request.token_urls.join_token_url = Url("/join");
    request.token_urls.zak_url = Url("/zak");
    request.token_urls.source = UrlSource::kConfiguration;
    const auto pass = Prepare(request);
    REQUIRE(NameOf(pass) == "ok");
    CHECK(pass->recording_token() == Secret("final-token.1"));
    CHECK(pass->zak() == Secret("final-token.1"));
    CHECK(pass->recording().credential_id.empty());
    CHECK(pass->recording().expires_at - clock.SteadyNow() <= absl::Seconds(120));
    CHECK(server.requests().size() == 2);
    CHECK(NameOf(Prepare(request)) == "ok");
    CHECK(server.requests().size() == 4);
    request.identity = Identity::kOnBehalfOf;
    request.token_urls.zak_url = Secret();
    request.token_urls.obf_token_url = Url("/obf");
    const auto on_behalf = Prepare(request);
    REQUIRE(NameOf(on_behalf) == "ok");
    CHECK(on_behalf->on_behalf_token() == Secret("final-token.1"));
    CHECK(on_behalf->zak().empty());
    // The two were asked for at the same time.
    const std::vector<std::string> requests = server.requests();
    REQUIRE(requests.size() == 6);
    CHECK((requests[4].substr(0, 9) == "GET /obf ") != (requests[5].substr(0, 9) == "GET /obf "));
  }

  TEST_CASE_FIXTURE(DelegatedScene,
                    "that are not offered are a shortfall; bad ones an error that says so") {
    JoinRequest request = RequestFor(kJillsMeeting, Need::kPreferred);
    request.token_urls.join_token_url = Url();
    request.token_urls.source = UrlSource::kConfiguration;
    const auto without = Prepare(request);
    REQUIRE(NameOf(without) == "ok");
    REQUIRE(without->shortfalls().size() == 1);
    CHECK(NameOf(without->shortfalls()[0].why) == "token_not_offered");
    Answer("{\"token\":\"x\"}");
    CHECK(NameOf(Prepare(request)->shortfalls()[0].why) == "callback_answer_invalid");
    request.token_urls.source = UrlSource::kNetwork;
    CHECK(NameOf(Prepare(request)->shortfalls()[0].why) == "address_not_allowed");
    request.recording = Need::kRequired;
    CHECK(NameOf(Prepare(request)) == "address_not_allowed");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "for a part that is not asked for, or by no URL, are refused") {
    JoinRequest request = RequestFor(kJillsMeeting, Need::kOff);
    request.token_urls.join_token_url = Url();
    request.token_urls.zak_url = Secret("http://CANARY.example/");
    const auto refused = Prepare(request);
    CHECK(NameOf(refused) == "invalid_argument");
    const std::string message(refused.status().message());
    CHECK(message.find("join_token_url") != std::string::npos);
    CHECK(message.find("zak_url") != std::string::npos);
    CHECK(message.find("CANARY") == std::string::npos);
  }
}

}  // namespace
}  // namespace joinpass
