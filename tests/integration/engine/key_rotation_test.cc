// Keys that are rotated while engines work.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "integration/engine/engine_scene.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::NameOf;

struct RotationScene : EngineScene {
  Keys& keys() { return engine->keys(); }
  std::string key_file() { return folder / "store/joinpass.key"; }

  std::string Newest() { return List().front().id; }
  std::vector<KeyInfo> List() {
    const auto listed = keys().List();
    REQUIRE(NameOf(listed) == "ok");
    CHECK(listed->front().newest);
    return *listed;
  }
  std::string Add() {
    const auto added = keys().Add();
    REQUIRE(NameOf(added) == "ok");
    return *added;
  }
  SweepReport Sweep() {
    const auto swept = keys().Sweep(absl::Seconds(20));
    REQUIRE(NameOf(swept) == "ok");
    return *swept;
  }

  // Files of the store in which the key's id stands, the key file among them.
  int FilesWith(const std::string& id) {
    int found = 0;
    for (const auto& [name, file] : testing::Snapshot(folder / "store")) {
      const bool in_text = file.first.find(id) != std::string::npos;
      const bool in_seal = file.first.find(absl::HexStringToBytes(id)) != std::string::npos;
      found += in_text || in_seal ? 1 : 0;
    }
    return found;
  }
};

TEST_SUITE("Rotating the keys of an engine") {
  TEST_CASE_FIXTURE(RotationScene, "costs nobody anything, and nothing of the old key is left") {
    const std::string jill = Connect(testing::kJill);
    const std::string first = Newest();
    auto other = Open();  // another process, as it were
    REQUIRE(NameOf(other) == "ok");
    ConnectRequest request;
    request.app_id = app_id;
    request.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
    request.bound_to = "cookie";
    const auto start = engine->credentials().BeginConnect(request);
    REQUIRE(NameOf(start) == "ok");

    const std::string second = Add();
    CHECK(List().size() == 2);
    CHECK(Newest() == second);
    CHECK(NameOf(keys().Remove(first)) == "key_in_use");
    CHECK(NameOf(keys().Remove(second)) == "invalid_argument");
    CHECK(NameOf(keys().Remove("00000000")) == "invalid_argument");

    // What is written by now is written under the new key, and found by the other one.
    const std::string hank = Connect(testing::kHank);
    CHECK(NameOf((*other)->credentials().Get(hank)) == "ok");

    const SweepReport swept = Sweep();
    CHECK(swept.done);
    CHECK(swept.resealed > 0);
    CHECK(swept.unreadable == 0);
    CHECK(Sweep().resealed == 0);
    CHECK(NameOf(keys().Remove(first)) == "ok");
    CHECK(List().size() == 1);
    CHECK(FilesWith(first) == 0);
    CHECK(FilesWith(second) > 1);

    const auto redirect = fake_zoom::Consent(*zoom, start->authorize_url, testing::kJill,
                                             fake_zoom::Decision::kAllow);
    REQUIRE(NameOf(redirect) == "ok");
    const auto finished =
        (*other)->credentials().FinishConnect(*redirect, "cookie", absl::Seconds(20));
    REQUIRE(NameOf(finished) == "ok");
    CHECK(finished->id == jill);

    Advance(absl::Minutes(59));  // the access tokens need a refresh
    CHECK(Outcome(testing::kJillsMeeting) == "ok");
    CHECK(NameOf((*other)->Prepare(RequestFor(testing::kHanksMeeting), absl::Seconds(20))) == "ok");
    Reopen();
    CHECK(engine->credentials().List("")->size() == 2);
    CHECK(Outcome(testing::kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(RotationScene, "goes on where a sweep ran out of time") {
    Connect(testing::kJill);
    const std::string first = Newest();
    Add();
    const auto cut = keys().Sweep(absl::ZeroDuration());
    REQUIRE(NameOf(cut) == "ok");
    CHECK_FALSE(cut->done);
    CHECK(Outcome(testing::kJillsMeeting) == "ok");
    CHECK(Sweep().done);
    CHECK(NameOf(keys().Remove(first)) == "ok");
    CHECK(Outcome(testing::kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(RotationScene, "leaves a store that the old key file does not open") {
    Connect(testing::kJill);
    const std::string old_file = testing::ReadFile(key_file());
    const std::string first = Newest();
    const std::string second = Add();
    CHECK(Sweep().done);
    REQUIRE(NameOf(keys().Remove(first)) == "ok");
    testing::WriteFile(key_file(), old_file);
    engine.reset();
    const auto refused = Open();
    CHECK(NameOf(refused) == "key_missing");
    CHECK(refused.status().message().find(second) != absl::string_view::npos);
  }

  TEST_CASE_FIXTURE(RotationScene, "is no reason to stop reading when the key file goes away") {
    const std::string jill = Connect(testing::kJill);
    std::filesystem::rename(key_file(), key_file() + ".away");
    CHECK(NameOf(keys().List()) == "key_missing");
    CHECK(NameOf(keys().Add()) == "key_missing");
    CHECK(NameOf(keys().Sweep(absl::Seconds(1))) == "key_missing");
    CHECK(NameOf(engine->credentials().Get(jill)) == "ok");
    CHECK(Outcome(testing::kJillsMeeting) == "ok");
    AppSettings settings;
    settings.client_id = "another";
    settings.client_secret = Secret("secret");
    CHECK(NameOf(engine->apps().Create(settings)) == "key_missing");
    std::filesystem::rename(key_file() + ".away", key_file());
    CHECK(NameOf(engine->apps().Create(settings)) == "ok");
  }

  TEST_CASE_FIXTURE(RotationScene, "has room for eight keys") {
    for (int i = 0; i < 7; ++i) Add();
    CHECK(NameOf(keys().Add()) == "key_invalid");
    CHECK(List().size() == 8);
    CHECK(Sweep().done);
  }
}

}  // namespace
}  // namespace joinpass
