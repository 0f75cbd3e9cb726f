// Opening, closing, apps, and what stands on the disk.

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>
#include <thread>
#include <vector>

#include "engine_scene.h"

namespace joinpass::testing {
namespace {

TEST_SUITE("Engine") {
  TEST_CASE_FIXTURE(EngineScene,
                    "first use makes a key file of 0600 and says so, later ones do not") {
    EngineOptions options = Options();
    options.store_folder = folder / "fresh";
    std::vector<std::string> notices;
    options.on_notice = [&](const Notice& notice) { notices.push_back(notice.name); };
    REQUIRE(NameOf(Engine::Open(options)) == "ok");
    CHECK(notices == std::vector<std::string>{"key_file_created", "store_created"});
    struct stat file = {};
    REQUIRE(stat((folder / "fresh/joinpass.key").c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
    notices.clear();
    REQUIRE(NameOf(Engine::Open(options)) == "ok");
    CHECK(notices.empty());
  }

  TEST_CASE("opens for Zoom itself, and for ZoomGov, by its options alone") {
    TempFolder folder;
    EngineOptions options;
    options.store_folder = folder / "zoom";
    CHECK(NameOf(Engine::Open(options)) == "ok");
    options.store_folder = folder / "gov";
    options.oauth_origin = "https://zoomgov.com";
    options.api_origin = "https://api.zoomgov.com";
    CHECK(NameOf(Engine::Open(options)) == "ok");
  }

  TEST_CASE_FIXTURE(EngineScene, "keeps several apps side by side") {
    AppSettings other;
    other.client_id = "other-client";
    other.client_secret = Secret("s");
    other.webhook_secrets = {Secret("w1"), Secret("w2")};
    const auto id = engine->apps().Create(other);
    REQUIRE(NameOf(id) == "ok");
    CHECK(NameOf(engine->apps().Create(other)) == "invalid_argument");
    const auto apps = engine->apps().List();
    REQUIRE(apps->size() == 2);
    CHECK((*apps)[1].client_id == "other-client");
    CHECK((*apps)[1].webhook_secrets == 2);

    other.kind = AppKind::kAccountManaged;
    CHECK(NameOf(engine->apps().Update(*id, other)) == "invalid_argument");
    other.kind = AppKind::kUserManaged;
    other.client_id = "renamed";
    CHECK(NameOf(engine->apps().Update(*id, other)) == "ok");
    CHECK(engine->apps().Get(*id)->client_id == "renamed");
    CHECK(NameOf(engine->apps().Remove(*id)) == "ok");
    CHECK(NameOf(engine->apps().Get(*id)) == "app_unknown");
    Connect(kJill);
    CHECK(NameOf(engine->apps().Remove(app_id)) == "app_in_use");
  }

  TEST_CASE_FIXTURE(EngineScene, "refuses settings that cannot be right, and names each") {
    AppSettings bad;
    bad.client_id = "has space";
    bad.webhook_secrets = {Secret("  ")};
    const auto created = engine->apps().Create(bad);
    REQUIRE(NameOf(created) == "invalid_argument");
    const std::string message(created.status().message());
    for (const char* field : {"client_id", "client_secret", "webhook_secrets"}) {
      CHECK(message.find(field) != std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(EngineScene, "after closing, all that is left of it answers cancelled") {
    Connect(kJill);
    auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    REQUIRE(NameOf(session) == "ok");
    CHECK(NameOf(engine->Close(absl::Seconds(5))) == "ok");
    CHECK(NameOf(engine->Close(absl::Seconds(5))) == "ok");
    CHECK(NameOf((*session)->Mint(absl::Seconds(5))) == "cancelled");
    CHECK(NameOf(engine->BeginJoin(RequestFor(kJillsMeeting))) == "cancelled");
    engine.reset();
    CHECK(NameOf((*session)->Mint(absl::Seconds(5))) == "cancelled");
    std::string name;
    (*session)->MintAsync(absl::Seconds(5), [&](absl::StatusOr<JoinPass> p) { name = NameOf(p); });
    CHECK(name == "cancelled");
  }

  TEST_CASE_FIXTURE(EngineScene, "a call that blocks fails at once on the engine's own thread") {
    const std::string id = Connect(kJill);
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    std::promise<std::vector<std::string>> got;
    (*session)->MintAsync(absl::Seconds(20), [&](absl::StatusOr<JoinPass> pass) {
      Credentials& credentials = engine->credentials();
      Advance(absl::Hours(2));  // no token is in memory any more
      got.set_value({NameOf(pass), NameOf((*session)->Mint(absl::Seconds(20))),
                     NameOf((*session)->AwaitResolution(absl::Seconds(20))),
                     NameOf(engine->Prepare(RequestFor(kJillsMeeting), absl::Seconds(20))),
                     NameOf(engine->directory().Sync(id, absl::Seconds(20))),
                     NameOf(engine->Upkeep(absl::Seconds(20))),
                     NameOf(engine->keys().Sweep(absl::Seconds(20))),
                     NameOf(credentials.GetAccessToken(id, absl::Seconds(20))),
                     NameOf(credentials.Validate(id, absl::Seconds(20))),
                     NameOf(credentials.Disconnect(id, absl::Seconds(20))),
                     NameOf(credentials.FinishConnect("?code=c&state=s", "b", absl::Seconds(20))),
                     NameOf(engine->Close(absl::Seconds(20)))});
    });
    const std::vector<std::string> names = got.get_future().get();
    REQUIRE(names.size() == 12);
    CHECK(names[0] == "ok");
    for (std::size_t i = 1; i < names.size(); ++i) {
      CAPTURE(i);
      CHECK(names[i] == "wrong_thread");
    }
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(NameOf(engine->Close(absl::Seconds(5))) == "ok");
  }

  TEST_CASE_FIXTURE(EngineScene, "closing lets a refresh in flight reach the store") {
    const std::string id = Connect(kJill);
    Advance(absl::Hours(2));
    Hold("token/refresh_token");
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    // The caller's patience ends; the refresh does not.
    CHECK(NameOf((*session)->Mint(absl::Milliseconds(300))) != "ok");
    zoom->AwaitCalls("token/refresh_token", 1);
    auto closed = std::async(std::launch::async, [&] { return engine->Close(absl::Seconds(30)); });
    zoom->Release();
    CHECK(NameOf(closed.get()) == "ok");
    Reopen();
    CHECK(Get(id).access_expires_at > clock.Now());
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(zoom->Calls("token/refresh_token") == 1);
  }

  TEST_CASE_FIXTURE(EngineScene, "the destructor gives a refresh in flight the time that it has") {
    const std::string id = Connect(kJill);
    Advance(absl::Hours(2));
    Hold("token/refresh_token");
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    zoom->AwaitCalls("token/refresh_token", 1);
    auto gone = std::async(std::launch::async, [&] { engine.reset(); });
    // Closing has begun when nothing new is taken any more.
    while (NameOf((*session)->Mint(absl::Milliseconds(10))) != "cancelled") {
    }
    clock.Advance(absl::Seconds(25));
    CHECK(gone.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout);
    zoom->Release();
    gone.get();
    Reopen();
    CHECK(Get(id).access_expires_at > clock.Now());
    CHECK(zoom->Calls("token/refresh_token") == 1);
  }

  TEST_CASE_FIXTURE(EngineScene, "closing in a hurry says that a refresh was still in flight") {
    Connect(kJill);
    Advance(absl::Hours(2));
    Hold("token/refresh_token");
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    std::promise<std::string> minted;
    (*session)->MintAsync(absl::Seconds(60),
                          [&](absl::StatusOr<JoinPass> p) { minted.set_value(NameOf(p)); });
    zoom->AwaitCalls("token/refresh_token", 1);
    CHECK(NameOf(engine->Close(absl::Milliseconds(10))) == "deadline_exceeded");
    CHECK(minted.get_future().get() != "ok");
    zoom->Release();
  }

  TEST_CASE_FIXTURE(EngineScene, "closing ends what waits for Zoom with cancelled") {
    Connect(kJill);
    Hold("meetings/jointoken");
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    std::promise<std::string> minted;
    (*session)->MintAsync(absl::Seconds(60),
                          [&](absl::StatusOr<JoinPass> p) { minted.set_value(NameOf(p)); });
    zoom->AwaitCalls("meetings/jointoken", 1);
    CHECK(NameOf(engine->Close(absl::Seconds(5))) == "ok");
    CHECK(minted.get_future().get() == "cancelled");
    zoom->Release();
  }

  TEST_CASE_FIXTURE(EngineScene, "nothing secret or personal stands in clear on the disk") {
    const std::string id = Connect(kJill);
    Advance(absl::Hours(2));
    REQUIRE(Outcome(kJillsMeeting) == "ok");
    const auto consent = zoom->GetConsent(kClientId, kJill);
    REQUIRE(consent.ok());
    const Credential credential = Get(id);
    engine.reset();
    const std::vector<std::string> marks = {"example-secret",
                                            kClientId,
                                            consent->refresh_token,
                                            kJill,
                                            "acme",
                                            credential.user_id,
                                            "97763643886",
                                            "3542471135",
                                            credential.account_id,
                                            "jill.chill",
                                            "local_recording_token"};
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "store")) {
      const std::string bytes = ReadFile(entry.path().string());
      CAPTURE(entry.path().filename().string());
      for (const std::string& mark : marks) {
        CAPTURE(mark);
        CHECK(bytes.find(mark) == std::string::npos);
      }
      ++files;
    }
    CHECK(files >= 4);
  }

  TEST_CASE_FIXTURE(EngineScene, "errors tell Zoom's tracking id and codes, and no secret") {
    Connect(kJill);
    REQUIRE(zoom->DeleteMeeting(97763643886).ok());
    const auto pass = Prepare(RequestFor(kJillsMeeting));
    const auto info = GetErrorInfo(pass.status());
    REQUIRE(info);
    CHECK(info->http_status == 404);
    CHECK(info->zoom_code == 3001);
    CHECK(info->tracking_id.find("rid=") != std::string::npos);
    const std::string text = Describe(pass.status());
    CHECK(text.find("eyJ") == std::string::npos);
    CHECK(text.find("123456") == std::string::npos);
  }
}

}  // namespace
}  // namespace joinpass::testing
