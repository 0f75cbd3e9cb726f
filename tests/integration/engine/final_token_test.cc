// Final tokens that a customer's server gives.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "integration/engine/delegated_scene.h"
#include "support/scripted_names.h"

namespace joinpass {
namespace {

// An address of the public internet: in these tests it is this machine.
constexpr char kPublic[] = "8.8.8.8";

using testing::DelegatedScene;
using testing::kJillsMeeting;
using testing::NameOf;
using testing::ScriptedNames;

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

  TEST_CASE_FIXTURE(DelegatedScene, "of a name that leads inside are not asked for") {
    ScriptedNames names;
    names.Set("tokens.example", {kPublic});
    names.BringHome(kPublic);
    Answer("final-token.1");
    JoinRequest request = RequestFor(kJillsMeeting);
    request.token_urls.join_token_url = NamedUrl();
    CHECK(NameOf(Prepare(request)) == "ok");
    names.Set("tokens.example", {"64:ff9b::7f00:1"});
    Advance(absl::Minutes(2));
    CHECK(NameOf(Prepare(request)) == "address_not_allowed");
    CHECK(names.Dialled(server.port()) == std::vector<std::string>{kPublic});
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
