// A Zoom, a store with a credential, and processes that refresh it.

#ifndef JOINPASS_TESTS_CRASH_CRASH_SCENE_H_
#define JOINPASS_TESTS_CRASH_CRASH_SCENE_H_

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "child.h"
#include "crypto/key_file_source.h"
#include "engine/open.h"
#include "fake_zoom/fake_zoom.h"
#include "joinpass/engine.h"
#include "shared_clock.h"
#include "store/records.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temp_folder.h"
#include "support/zoom_mood.h"

namespace joinpass::testing {

enum class Rotation { kStrict, kLenient };

inline constexpr char kClientId[] = "example-client";
inline constexpr char kUser[] = "jill@acme.example";

class CrashScene {
 public:
  explicit CrashScene(Rotation rotation) : rotation_(rotation) {
    fake_zoom::Options options;
    options.world_file = FAKE_ZOOM_EXAMPLE_WORLD;
    options.lenient_rotation = rotation == Rotation::kLenient;
    auto started = fake_zoom::FakeZoom::Start(InMood(options));
    REQUIRE(started.ok());
    zoom = *std::move(started);
    const auto engine = Open();
    AppSettings settings;
    settings.client_id = kClientId;
    settings.client_secret = Secret("example-secret");
    const auto app = engine->apps().Create(settings);
    REQUIRE(app.ok());
    app_ = *app;
    REQUIRE(engine->Close(absl::Seconds(20)).ok());
    Consent();
  }

  // The user consents (again): the same credential with new tokens.
  void Consent() {
    credential = Connect(kUser);
    first_generation_ = Stored().generation;
  }

  // Somebody consents; the id of his credential.
  std::string Connect(const std::string& email) {
    const std::string redirect = BeginConsent(email);
    const auto engine = Open();
    const auto connected =
        engine->credentials().FinishConnect(redirect, "cookie", absl::Seconds(20));
    INFO(connected.status().ToString());
    REQUIRE(connected.ok());
    REQUIRE(engine->Close(absl::Seconds(20)).ok());
    return connected->id;
  }

  // Somebody has said yes; where Zoom sends his browser.
  std::string BeginConsent(const std::string& email) {
    const auto engine = Open();
    ConnectRequest request;
    request.app_id = app_;
    request.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
    request.bound_to = "cookie";
    const auto start = engine->credentials().BeginConnect(request);
    REQUIRE(start.ok());
    const auto redirect = fake_zoom::Consent(*zoom, start->authorize_url, email);
    REQUIRE(redirect.ok());
    REQUIRE(engine->Close(absl::Seconds(20)).ok());
    return *redirect;
  }

  std::unique_ptr<Engine> Open() {
    EngineOptions options;
    options.store_folder = store;
    options.oauth_origin = zoom->origin();
    options.api_origin = zoom->origin();
    options.ca_file = zoom->ca_file();
    auto opened = engine::OpenWith(options, clock, base::SystemRandom());
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    return *std::move(opened);
  }

  // A holder on this store, with these arguments beside.
  std::unique_ptr<Child> Spawn(std::vector<std::string> arguments) const {
    for (const std::string& one :
         {"store=" + store, "origin=" + zoom->origin(), "ca=" + zoom->ca_file(),
          "page=" + page_file, "credential=" + credential}) {
      arguments.push_back(one);
    }
    return std::make_unique<Child>(arguments);
  }

  // The same, to its end.
  std::unique_ptr<Child> Finish(std::vector<std::string> arguments) const {
    auto child = Spawn(std::move(arguments));
    child->AwaitEnd();
    return child;
  }

  // What the store says to somebody who comes anew.
  template <typename Call>
  auto Read(const Call& call) const {
    const auto prepared = store::PrepareFolder(store);
    REQUIRE(prepared.ok());
    const auto keys = crypto::KeyFileSource::Open(store + "/joinpass.key");
    REQUIRE(keys.ok());
    auto opened = store::OpenSqliteStore(*prepared, **keys, base::SystemRandom());
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    store::Records records(**opened, **keys, base::SystemRandom());
    auto read = call(records);
    INFO(read.status().ToString());
    REQUIRE(read.ok());
    return *std::move(read);
  }

  store::CredentialRecord Stored() const {
    return Read([&](store::Records& records) { return records.GetCredential(credential); });
  }
  std::vector<store::CredentialRecord> Unnamed() const {
    return Read([](store::Records& records) { return records.ListUnnamed(); });
  }

  // Refreshes that the store does not know of, since the last consent.
  int Missing(const store::CredentialRecord& stored) const {
    return Zooms().generation - static_cast<int>(stored.generation - first_generation_);
  }

  fake_zoom::ConsentState Zooms(const std::string& email = kUser) const {
    const auto consent = zoom->GetConsent(kClientId, email);
    REQUIRE(consent.ok());
    return *consent;
  }

  // Whether the databases are whole.
  bool IsWhole() const {
    for (const char* name : {"credentials.db", "directory.db", "ephemera.db"}) {
      sqlite3* db = nullptr;
      REQUIRE(sqlite3_open((store + "/" + name).c_str(), &db) == SQLITE_OK);
      std::string answer;
      const auto take = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0];
        return 0;
      };
      sqlite3_exec(db, "PRAGMA integrity_check", take, &answer, nullptr);
      sqlite3_close(db);
      if (answer != "ok") return false;
    }
    return true;
  }

  bool strict() const { return rotation_ == Rotation::kStrict; }

  TempFolder folder;
  const std::string store = folder / "store";
  const std::string page_file = folder / "page";
  SharedPage& page = MapSharedPage(page_file);
  SharedClock clock{page};
  std::unique_ptr<fake_zoom::FakeZoom> zoom;
  std::string credential;

 private:
  const Rotation rotation_;
  std::string app_;
  std::int64_t first_generation_ = 0;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_CRASH_CRASH_SCENE_H_
