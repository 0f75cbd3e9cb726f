// Runs the programs of README.md.

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "integration/engine/delegated_scene.h"
#include "support/scripted_names.h"

namespace joinpass::testing {
namespace {

constexpr char kRedirectUri[] = "http://127.0.0.1:8765/oauth/callback";

fake_zoom::FakeZoom* zoom_of_browser = nullptr;

std::string SendBrowserTo(const std::string& url) {
  return fake_zoom::Consent(*zoom_of_browser, url, kJill).value();
}

// What the bot of OnMeetingStatusChanged() does.
std::string bot_did;
void Log(const std::string& line) { bot_did += line.substr(0, line.find(':')) + " "; }
void MintAndJoinAfter(absl::Duration wait) {
  bot_did += "joins after " + absl::FormatDuration(wait);
}
void StartRawRecording() { bot_did += "records"; }
void RequestLocalRecordingPrivilege() { bot_did += "asks"; }
void Leave() { bot_did += "leaves"; }

#include "readme_connect.inc"
#include "readme_delegate.inc"
#include "readme_report.inc"
#include "readme_webhook.inc"

struct ReadmeDelegatedScene : DelegatedScene {
  ScriptedNames names;
};

TEST_SUITE("README.md") {
  TEST_CASE_FIXTURE(EngineScene, "connects a host, and a join records") {
    REQUIRE(NameOf(engine->apps().Remove(app_id)) == "ok");
    const auto app = CreateApp(*engine, Secret("example-secret"));
    REQUIRE(NameOf(app) == "ok");
    zoom_of_browser = zoom.get();
    CHECK(NameOf(ConnectHost(*engine, *app, "cookie")) == "ok");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(EngineScene, "does what follows from the SDK's answer") {
    (void)Connect(kJill);
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting, Need::kPreferred));
    REQUIRE(NameOf(session) == "ok");
    const auto after = [&](int status, int result) {
      bot_did.clear();
      OnMeetingStatusChanged(**session, status, result);
      return bot_did;
    };
    REQUIRE(NameOf((*session)->Mint(absl::Seconds(20))) == "ok");
    CHECK(after(1, 0).empty());
    CHECK(after(6, 500) == "recording_token_refused joins after 1s");
    REQUIRE(NameOf((*session)->Mint(absl::Seconds(20))) == "ok");
    CHECK(after(3, 0) == "records");
    CHECK(after(7, 2) == "meeting_over leaves");
    REQUIRE(NameOf((*session)->Mint(absl::Seconds(20))) == "ok");
    CHECK(after(6, 500) == "recording_token_refused joins after 1s");
    REQUIRE(NameOf((*session)->Mint(absl::Seconds(20))) == "ok");
    CHECK(after(3, 0) == "asks");
  }

  TEST_CASE_FIXTURE(EngineScene, "passes a webhook on") {
    AppSettings settings;
    settings.client_id = kClientId;
    settings.client_secret = Secret("example-secret");
    settings.webhook_secrets = {Secret("hook")};
    REQUIRE(engine->apps().Update(app_id, std::move(settings)).ok());
    (void)Connect(kJill);
    REQUIRE(zoom->Subscribe(kClientId, "hook").ok());
    REQUIRE(zoom->SetPmi(kJill, 4445556667).ok());
    for (const auto& one : zoom->TakeWebhooks()) {
      const WebhookAnswer answer = ReceiveWebhook(
          *engine, app_id,
          {{"X-Zm-Signature", one.signature}, {"X-Zm-Request-Timestamp", one.timestamp}}, one.body);
      CHECK(answer.http_status == 204);
    }
    CHECK(NameOf(engine->directory().Resolve(*MeetingLink::Parse("4445556667"))) == "ok");
  }

  TEST_CASE_FIXTURE(ReadmeDelegatedScene,
                    "adds a customer who keeps his tokens, and a join records") {
    names.Set("tokens.example", {"8.8.8.8"});
    names.BringHome("8.8.8.8");
    AnswerWithToken();
    CHECK(NameOf(AddCustomer(*engine, app_id, NamedUrl())) == "ok");
    const auto pass = Prepare(RequestFor(kJillsMeeting));
    REQUIRE(NameOf(pass) == "ok");
    CHECK(Redeem(*pass).may_record);
  }
}

}  // namespace
}  // namespace joinpass::testing
