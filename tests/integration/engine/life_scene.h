// An engine with one credential, Jill's.

#ifndef JOINPASS_TESTS_INTEGRATION_ENGINE_LIFE_SCENE_H_
#define JOINPASS_TESTS_INTEGRATION_ENGINE_LIFE_SCENE_H_

#include <string>

#include "crypto/key_file_source.h"
#include "integration/engine/engine_scene.h"
#include "store/records.h"
#include "store/sqlite/sqlite_store.h"

namespace joinpass::testing {

struct LifeScene : EngineScene {
  explicit LifeScene(fake_zoom::Options options = {}, AppKind kind = AppKind::kUserManaged)
      : EngineScene(std::move(options), kind) {}

  std::string id = Connect(kJill);

  std::string Kinds() {
    const auto events = engine->credentials().Log(id);
    REQUIRE(NameOf(events) == "ok");
    std::string text;
    for (const CredentialEvent& event : *events) {
      text += std::string(CredentialEventName(event.kind)) + " ";
    }
    return text;
  }

  std::string Validated() {
    const auto credential = engine->credentials().Validate(id, absl::Seconds(20));
    if (!credential.ok()) return NameOf(credential);
    std::string text(HealthName(credential->health));
    return credential->cause.empty() ? text : text + "/" + credential->cause;
  }

  absl::StatusOr<Disconnected> Disconnect() {
    return engine->credentials().Disconnect(id, absl::Seconds(20));
  }

  // As a process does that dies right after.
  void BeginDisconnect() {
    const auto folder_there = store::PrepareFolder(folder / "store");
    REQUIRE(NameOf(folder_there) == "ok");
    const auto keys = crypto::KeyFileSource::Open(folder_there->path + "/joinpass.key");
    REQUIRE(NameOf(keys) == "ok");
    const auto opened = store::OpenSqliteStore(*folder_there, **keys, base::SystemRandom());
    REQUIRE(NameOf(opened) == "ok");
    store::Records records(**opened, **keys, base::SystemRandom());
    REQUIRE(*records.BeginDisconnect(id, clock.Now()));
  }

  UpkeepReport Upkeep() {
    const auto report = engine->Upkeep(absl::Seconds(30));
    REQUIRE(NameOf(report) == "ok");
    return *report;
  }
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_INTEGRATION_ENGINE_LIFE_SCENE_H_
