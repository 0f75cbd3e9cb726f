// Credentials and final tokens that a customer's server keeps.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "integration/engine/delegated_scene.h"
#include "support/scripted_names.h"

namespace joinpass {
namespace {

// An address of the public internet: in these tests it is this machine.
constexpr char kPublic[] = "8.8.8.8";

using testing::DelegatedScene;
using testing::kClientId;
using testing::kHank;
using testing::kJill;
using testing::kJillsMeeting;
using testing::NameOf;
using testing::ScriptedNames;

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

  TEST_CASE_FIXTURE(DelegatedScene, "of a token that Zoom refuses is not kept") {
    Answer("not-a-token-of-Zoom");
    for (const auto& found : {Delegate(), Test()}) {
      CHECK(NameOf(found) == "callback_answer_invalid");
      CHECK(found.status().message() == "access token: the callback gives one that Zoom refuses");
    }
    CHECK(engine->credentials().List("")->empty());
  }

  TEST_CASE_FIXTURE(DelegatedScene, "gets another URL by being set again, and keeps its id") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    REQUIRE(NameOf(Sync(id)) == "ok");
    DelegateRequest request = RequestOf(UrlSource::kConfiguration);
    request.callback_url = Url("/another");
    request.expected.user_id = Get(id).user_id;
    const auto changed = engine->credentials().Delegate(request, absl::Seconds(20));
    REQUIRE(NameOf(changed) == "ok");
    CHECK(changed->id == id);
    CHECK(engine->credentials().List("")->size() == 1);
    const std::size_t before = server.requests().size();
    CHECK(Outcome(kJillsMeeting) == "ok");
    REQUIRE(server.requests().size() == before + 1);
    CHECK(server.requests().back().starts_with("GET /another HTTP/"));
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is not set to what gives somebody else's token") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    DelegateRequest request = RequestOf(UrlSource::kConfiguration);
    request.callback_url = Url("/another");
    const std::string long_id(257, 'i');
    for (const auto& [user_id, email, name] :
         {std::tuple<std::string, std::string, std::string>{Get(id).user_id + "x", "",
                                                            "consenter_unexpected"},
          {"", kHank, "consenter_unexpected"},
          {long_id, "", "invalid_argument"},
          {"", "JILL@acme.example", "ok"}}) {
      CAPTURE(user_id);
      CAPTURE(email);
      request.expected.user_id = user_id;
      request.expected.email = email;
      CHECK(NameOf(engine->credentials().TestDelegate(request, absl::Seconds(20))) == name);
      if (name != "ok") {
        CHECK(NameOf(engine->credentials().Delegate(request, absl::Seconds(20))) == name);
      }
    }
    CHECK(engine->credentials().List("")->size() == 1);
    Advance(absl::Minutes(61));
    AnswerWithToken();
    REQUIRE(NameOf(Sync(id)) == "ok");
    CHECK(server.requests().back().starts_with("GET /zoom?"));
  }

  TEST_CASE_FIXTURE(DelegatedScene, "goes without a word to Zoom, whose consent is not ours") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    REQUIRE(NameOf(Sync(id)) == "ok");
    const auto gone = engine->credentials().Disconnect(id, absl::Seconds(20));
    REQUIRE(NameOf(gone) == "ok");
    CHECK_FALSE(gone->revoked);
    CHECK(NameOf(gone->why_not) == "permission_denied");
    CHECK(zoom->Calls("revoke") == 0);
    CHECK(engine->credentials().List("")->empty());
    CHECK(Outcome(kJillsMeeting) == "host_not_connected");
    CHECK(NameOf(customer->credentials().Validate(customers_credential, absl::Seconds(20))) ==
          "ok");
  }

  TEST_CASE_FIXTURE(DelegatedScene,
                    "leaves neither its URL nor a token in the files of the store") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    REQUIRE(NameOf(Sync(id)) == "ok");
    CHECK(Outcome(kJillsMeeting) == "ok");
    const auto token = engine->credentials().GetAccessToken(id, absl::Seconds(20));
    REQUIRE(NameOf(token) == "ok");
    // From memory, and told once.
    for (int i = 0; i < 3; ++i) {
      CHECK(engine->credentials().GetAccessToken(id, absl::Seconds(20))->value == token->value);
    }
    engine.reset();
    int files = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder / "store")) {
      if (!file.is_regular_file()) continue;
      ++files;
      const std::string bytes = testing::ReadFile(file.path());
      CHECK(bytes.find("CANARY") == std::string::npos);
      CHECK(bytes.find(token->value.Reveal()) == std::string::npos);
    }
    CHECK(files > 1);
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
    CHECK(validated() == "paused/token_refused");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "is told by one engine what another has made of it") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    REQUIRE(NameOf(Sync(id)) == "ok");
    EngineOptions options = Options();
    options.ca_file = folder / "both.pem";
    const auto other = *engine::OpenWith(options, clock, base::SystemRandom());
    DelegateRequest request = RequestOf(UrlSource::kConfiguration);
    request.callback_url = Url("/another");
    REQUIRE(NameOf(other->credentials().Delegate(request, absl::Seconds(20))) == "ok");
    Advance(absl::Minutes(61));
    AnswerWithToken();
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(server.requests().back().starts_with("GET /another HTTP/"));
    REQUIRE(NameOf(other->credentials().Disconnect(id, absl::Seconds(20))) == "ok");
    Advance(absl::Minutes(61));
    CHECK(NameOf(engine->credentials().GetAccessToken(id, absl::Seconds(20))) ==
          "credential_unknown");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "of whose callback gives somebody else's token loses nothing") {
    AnswerWithToken();
    const std::string id = Delegate()->id;
    REQUIRE(NameOf(Sync(id)) == "ok");
    const std::string jills = customers_credential;
    ConsentAgain(kHank);
    Advance(absl::Minutes(61));
    AnswerWithToken();
    CHECK(NameOf(Sync(id)) == "callback_answer_invalid");
    CHECK(Get(id).health == Health::kPaused);
    CHECK(Get(id).cause == "wrong_user");
    // What is known of Jill's meetings is still there.
    CHECK(Outcome(kJillsMeeting) == "meeting_unknown");
    customers_credential = jills;
    Advance(absl::Minutes(61));
    AnswerWithToken();
    CHECK(NameOf(Sync(id)) == "ok");
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(Get(id).health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "takes no more of an answer than a token can be") {
    server_sends_on = true;
    Answer(std::string(20'000, 'x'));
    CHECK(NameOf(Test()) == "callback_answer_invalid");
  }

  TEST_CASE_FIXTURE(DelegatedScene, "may have its callback in here, if the configuration says so") {
    ScriptedNames names;
    names.Set("tokens.example", {"127.0.0.1"});
    AnswerWithToken();
    DelegateRequest request = RequestOf(UrlSource::kConfiguration);
    request.callback_url = NamedUrl();
    CHECK(NameOf(engine->credentials().Delegate(request, absl::Seconds(20))) == "ok");
    CHECK(names.Dialled(server.port()) == std::vector<std::string>{"127.0.0.1"});
  }

  TEST_CASE_FIXTURE(DelegatedScene,
                    "of a name that has become one of this machine is not dialled") {
    ScriptedNames names;
    names.Set("tokens.example", {kPublic});
    names.BringHome(kPublic);
    AnswerWithToken();
    DelegateRequest request = RequestOf(UrlSource::kNetwork);
    request.callback_url = NamedUrl();
    const auto credential = engine->credentials().Delegate(request, absl::Seconds(20));
    REQUIRE(NameOf(credential) == "ok");
    CHECK(names.Dialled(server.port()) == std::vector<std::string>{kPublic});
    REQUIRE(NameOf(Sync(credential->id)) == "ok");
    CHECK(Outcome(kJillsMeeting) == "ok");
    (void)names.Dialled(server.port());

    names.Set("tokens.example", {"127.0.0.1"});
    Advance(absl::Minutes(61));
    CHECK(Outcome(kJillsMeeting) == "address_not_allowed");
    CHECK(Get(credential->id).health == Health::kPaused);
    CHECK(Get(credential->id).cause == "address_not_allowed");
    CHECK(names.Dialled(server.port()).empty());

    // Of several, the public one.
    names.Set("tokens.example", {"127.0.0.1", "::1", kPublic, "10.0.0.1"});
    Advance(absl::Minutes(2));
    AnswerWithToken();
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(names.Dialled(server.port()) == std::vector<std::string>{kPublic});
    CHECK(Get(credential->id).health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(DelegatedScene, "of a name with addresses that lead inside is never dialled") {
    ScriptedNames names;
    AnswerWithToken();
    DelegateRequest request = RequestOf(UrlSource::kNetwork);
    request.callback_url = NamedUrl();
    for (const char* address : {"127.0.0.1",
                                "0.0.0.0",
                                "10.1.2.3",
                                "172.16.0.1",
                                "192.168.0.1",
                                "100.64.0.1",
                                "169.254.169.254",
                                "::",
                                "::1",
                                "fe80::1",
                                "fd00:ec2::254",
                                "::ffff:127.0.0.1",
                                "::ffff:169.254.169.254",
                                "::127.0.0.1",
                                "64:ff9b::7f00:1",
                                "64:ff9b::a9fe:a9fe",
                                "64:ff9b:1::7f00:1",
                                "2002:7f00:1::1",
                                "2002:a9fe:a9fe::1",
                                "2001::1"}) {
      CAPTURE(address);
      names.Set("tokens.example", {address});
      Advance(absl::Minutes(2));  // what is remembered of a name is a minute old at most
      CHECK(NameOf(engine->credentials().TestDelegate(request, absl::Seconds(20))) ==
            "address_not_allowed");
    }
    CHECK(names.Dialled(server.port()).empty());
  }
}

}  // namespace
}  // namespace joinpass
