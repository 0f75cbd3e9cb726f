// Each thing that can go wrong has its own name, and leaves what is stored as
// it was.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine_scene.h"

namespace joinpass::testing {
namespace {

using fake_zoom::Fault;
using fake_zoom::FaultKind;

struct BadInput : EngineScene {
  using EngineScene::EngineScene;

  // Makes the next `times` calls of `endpoint` go wrong.
  void Spoil(const char* endpoint, FaultKind kind, int times = 1) {
    Fault fault;
    fault.endpoint = endpoint;
    fault.kind = kind;
    fault.times = times;
    REQUIRE(zoom->SetFault(fault).ok());
  }

  // All that is kept, in words: apps, credentials, and who hosts Jill's meeting.
  std::string Kept() {
    std::string kept;
    const auto apps = engine->apps().List();
    const auto credentials = engine->credentials().List("");
    REQUIRE(apps.ok());
    REQUIRE(credentials.ok());
    for (const App& app : *apps) absl::StrAppend(&kept, app.id, " ", app.client_id, "\n");
    for (const Credential& one : *credentials) {
      absl::StrAppend(&kept, one.id, " ", one.user_id, " ", std::string(HealthName(one.health)),
                      " ", one.cause, " ", absl::StrJoin(one.scopes, ","), " ",
                      absl::ToUnixMillis(one.access_expires_at), "\n");
    }
    const auto host = engine->directory().Resolve(*MeetingLink::Parse(kJillsMeeting));
    return absl::StrCat(kept, host.ok() ? host->candidates[0].credential_id : NameOf(host));
  }
};

TEST_SUITE("Bad input") {
  TEST_CASE_FIXTURE(BadInput, "a meeting that nobody told us of: host_not_connected") {
    Connect(kJill);
    const std::string before = Kept();
    CHECK(Outcome(kNorasMeeting) == "host_not_connected");
    const auto pass = Prepare(RequestFor(kNorasMeeting, Need::kPreferred));
    REQUIRE(NameOf(pass) == "ok");
    REQUIRE(pass->shortfalls().size() == 1);
    CHECK(NameOf(pass->shortfalls()[0].why) == "host_not_connected");
    CHECK(Kept() == before);
  }

  TEST_CASE_FIXTURE(BadInput, "a meeting that was deleted: meeting_unknown, then forgotten") {
    const std::string id = Connect(kJill);
    REQUIRE(zoom->DeleteMeeting(97763643886).ok());
    CHECK(Outcome(kJillsMeeting) == "meeting_unknown");
    Advance(absl::Seconds(1));
    const auto report = Sync(id);
    REQUIRE(NameOf(report) == "ok");
    CHECK(report->removed == 1);
    CHECK(Outcome(kJillsMeeting) == "host_not_connected");
  }

  TEST_CASE_FIXTURE(BadInput, "a consent that was taken back: reauthorization_required") {
    const std::string id = Connect(kJill);
    REQUIRE(zoom->RevokeConsent(kClientId, kJill).ok());
    CHECK(Outcome(kJillsMeeting) == "reauthorization_required");
    CHECK(Get(id).health == Health::kReauthorizationRequired);
    CHECK(Get(id).cause == "revoked_or_expired");
    zoom->ResetCalls();
    CHECK(Outcome(kJillsMeeting) == "reauthorization_required");
    CHECK(zoom->Calls("*") == 0);

    const auto again = TryConnect(kJill);
    REQUIRE(NameOf(again) == "ok");
    CHECK(again->id == id);
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(BadInput, "a consent with fewer scopes: scope_missing, without a call") {
    zoom->SetNextConsentScopes({"user:read:user", "meeting:read:list_meetings"});
    const auto credential = TryConnect(kJill);
    REQUIRE(NameOf(credential) == "ok");
    bool named = false;
    for (const MissingScope& missing : credential->missing) {
      named = named || missing.feature == Feature::kRecordingToken;
      CHECK_FALSE(missing.any_of.empty());
    }
    CHECK(named);
    REQUIRE(NameOf(Sync(credential->id)) == "ok");
    zoom->ResetCalls();
    const std::string before = Kept();
    CHECK(Outcome(kJillsMeeting) == "scope_missing");
    CHECK(Kept() == before);
    CHECK(zoom->Calls("meetings/jointoken") == 0);
  }

  TEST_CASE_FIXTURE(BadInput, "a wrong client secret: app_credentials_invalid, and it recovers") {
    Connect(kJill);
    Advance(absl::Hours(2));
    REQUIRE(zoom->SetAppSecret(kClientId, "another").ok());
    CHECK(Outcome(kJillsMeeting) == "app_credentials_invalid");
    CHECK(engine->credentials().List("")->front().health == Health::kPaused);
    CHECK(engine->apps().List()->front().paused_since);
    REQUIRE(zoom->SetAppSecret(kClientId, "example-secret").ok());
    Advance(absl::Minutes(1));
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(zoom->Calls("token/client_credentials") == 1);
    CHECK(engine->credentials().List("")->front().health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(BadInput, "a wrong client secret at the consent keeps nothing") {
    AppSettings wrong;
    wrong.client_id = kClientId;
    wrong.client_secret = Secret("not the secret");
    REQUIRE(engine->apps().Update(app_id, wrong).ok());
    CHECK(NameOf(TryConnect(kJill)) == "app_credentials_invalid");
    CHECK(engine->credentials().List("")->empty());
  }

  TEST_CASE_FIXTURE(BadInput, "a user who declines: consent_declined") {
    CHECK(NameOf(TryConnect(kJill, fake_zoom::Decision::kDecline)) == "consent_declined");
    CHECK(engine->credentials().List("")->empty());
  }

  TEST_CASE_FIXTURE(BadInput, "local recording switched off: local_recording_disabled") {
    Connect(kJill);
    const std::string before = Kept();
    REQUIRE(zoom->SetLocalRecording(kJill, fake_zoom::Setting::kOff).ok());
    CHECK(Outcome(kJillsMeeting) == "local_recording_disabled");
    CHECK(Kept() == before);
    REQUIRE(zoom->SetLocalRecording(kJill, fake_zoom::Setting::kOn).ok());
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(BadInput, "a server that answers HTML: zoom_unavailable") {
    Connect(kJill);
    const std::string before = Kept();
    Spoil("meetings/jointoken", FaultKind::kHtml, 4);
    CHECK(Outcome(kJillsMeeting) == "zoom_unavailable");
    CHECK(Kept() == before);
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(BadInput, "no network: network_unreachable") {
    Connect(kJill);
    const std::string before = Kept();
    zoom.reset();
    CHECK(Outcome(kJillsMeeting) == "network_unreachable");
    CHECK(Kept() == before);
  }

  TEST_CASE("a certificate for another name: tls_failed, and no secret leaves") {
    fake_zoom::Options options;
    options.certificate = fake_zoom::CertificateKind::kWrongName;
    EngineScene scene(options);
    ConnectRequest request;
    request.app_id = scene.app_id;
    request.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
    request.bound_to = "cookie";
    const auto start = scene.engine->credentials().BeginConnect(request);
    REQUIRE(NameOf(start) == "ok");
    const std::size_t at = start->authorize_url.find("state=");
    const std::string state =
        start->authorize_url.substr(at, start->authorize_url.find('&', at) - at);
    CHECK(NameOf(scene.engine->credentials().FinishConnect("code=c&" + state, "cookie",
                                                           absl::Seconds(20))) == "tls_failed");
    CHECK(scene.zoom->Calls("*") == 0);
    CHECK(scene.engine->credentials().List("")->empty());
  }

  TEST_CASE_FIXTURE(BadInput,
                    "a refresh that HTML answers: refresh_unanswered, and the token lives") {
    const std::string id = Connect(kJill);
    Advance(absl::Hours(2));
    Spoil("token/refresh_token", FaultKind::kHtml);
    CHECK(Outcome(kJillsMeeting) == "refresh_unanswered");
    CHECK(Get(id).health == Health::kHealthy);
    Advance(absl::Seconds(31));
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE("a refresh whose answer is lost: it recovers where Zoom honours the old token still") {
    fake_zoom::Options options;
    options.lenient_rotation = true;
    BadInput scene(options);
    for (const FaultKind kind : {FaultKind::kLoseAnswer, FaultKind::kReset, FaultKind::kTruncate}) {
      const std::string id = scene.Connect(kJill);
      scene.Advance(absl::Hours(2));
      scene.Spoil("token/refresh_token", kind);
      CHECK(scene.Outcome(kJillsMeeting) == "refresh_unanswered");
      CHECK(scene.Get(id).health == Health::kHealthy);
      scene.Advance(absl::Seconds(31));
      CHECK(scene.Outcome(kJillsMeeting) == "ok");
    }
  }

  TEST_CASE_FIXTURE(BadInput,
                    "a refresh whose answer is lost, where Zoom does not: answer_lost, by name") {
    const std::string id = Connect(kJill);
    Advance(absl::Hours(2));
    Spoil("token/refresh_token", FaultKind::kLoseAnswer);
    CHECK(Outcome(kJillsMeeting) == "refresh_unanswered");
    Advance(absl::Seconds(31));
    CHECK(Outcome(kJillsMeeting) == "reauthorization_required");
    CHECK(Get(id).cause == "answer_lost");
    REQUIRE(NameOf(TryConnect(kJill)) == "ok");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(BadInput,
                    "a store file that is not ours: store_foreign, and it stays as it is") {
    engine.reset();
    const std::string path = folder / "store/credentials.db";
    const std::string foreign(8192, 'x');
    WriteFile(path, foreign);
    CHECK(NameOf(Open()) == "store_foreign");
    CHECK(ReadFile(path) == foreign);
  }

  TEST_CASE_FIXTURE(BadInput, "a wrong key: key_missing, and the store stays as it is") {
    const std::string id = Connect(kJill);
    engine.reset();
    const std::string key_path = folder / "store/joinpass.key";
    const std::string path = folder / "store/credentials.db";
    const std::string right = ReadFile(key_path);
    const std::string before = ReadFile(path);
    TempFolder elsewhere;
    {
      EngineOptions options = Options();
      options.store_folder = elsewhere / "other";
      REQUIRE(NameOf(engine::OpenWith(options, clock, base::SystemRandom())) == "ok");
    }
    WriteFile(key_path, ReadFile(elsewhere / "other/joinpass.key"));
    CHECK(NameOf(Open()) == "key_missing");
    std::filesystem::remove(key_path);
    CHECK(NameOf(Open()) == "key_missing");
    CHECK_FALSE(std::filesystem::exists(key_path));
    CHECK(ReadFile(path) == before);

    WriteFile(key_path, right);
    std::filesystem::permissions(key_path, std::filesystem::perms(0640));
    CHECK(NameOf(Open()) == "key_invalid");
    std::filesystem::permissions(key_path, std::filesystem::perms(0600));
    Reopen();
    CHECK(Get(id).email == kJill);
  }

  TEST_CASE_FIXTURE(BadInput,
                    "options that are wrong: invalid_argument names each, makes nothing") {
    EngineOptions options;
    options.oauth_origin = "http://zoom.us";
    options.api_origin = "https://api.zoom.us/v2";
    const auto opened = Engine::Open(options);
    REQUIRE(NameOf(opened) == "invalid_argument");
    const std::string message(opened.status().message());
    for (const char* field : {"store_folder", "oauth_origin", "api_origin"}) {
      CHECK(message.find(field) != std::string::npos);
    }
    options = Options();
    options.store_folder = folder / "never";
    options.ca_file = folder / "no such file";
    CHECK(NameOf(Engine::Open(options)) == "invalid_argument");
    CHECK_FALSE(std::filesystem::exists(folder / "never"));
  }
}

}  // namespace
}  // namespace joinpass::testing
