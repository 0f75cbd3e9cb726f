// Keys that are rotated while engines work, and where they come from.

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

  std::string Newest() {
    const std::vector<KeyInfo> all = List();
    CHECK(all.front().newest);
    return all.front().id;
  }
  std::vector<KeyInfo> List() {
    const auto listed = keys().List();
    REQUIRE(NameOf(listed) == "ok");
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

// What gives an engine its keys, and what it says of them.
struct GivenKeysScene : RotationScene {
  std::string text = std::string(NewKeyLine().Reveal());
  int asked = 0;
  bool fails = false;

  EngineOptions OptionsOf(bool by_callback) {
    EngineOptions options = Options();
    options.store_folder = folder / "another";
    if (!by_callback) {
      options.keys = Secret(text);
      return options;
    }
    options.key_callback = [this]() -> absl::StatusOr<Secret> {
      ++asked;
      if (fails) return absl::UnavailableError("no key service");
      return Secret(text);
    };
    return options;
  }
  absl::StatusOr<std::unique_ptr<Engine>> OpenIt(bool by_callback) {
    return engine::OpenWith(OptionsOf(by_callback), clock, base::SystemRandom());
  }
  // Opens it as the engine of the scene, with an app.
  void Begin(bool by_callback) {
    auto opened = OpenIt(by_callback);
    REQUIRE(NameOf(opened) == "ok");
    engine = *std::move(opened);
    AppSettings settings;
    settings.client_id = testing::kClientId;
    settings.client_secret = Secret("example-secret");
    const auto created = engine->apps().Create(settings);
    REQUIRE(NameOf(created) == "ok");
    app_id = *created;
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

TEST_SUITE("An engine whose keys are given to it") {
  TEST_CASE_FIXTURE(GivenKeysScene, "writes no key file, and opens with these keys only") {
    bool by_callback = false;
    SUBCASE("as text") {}
    SUBCASE("by a callback") { by_callback = true; }
    Begin(by_callback);
    const std::string jill = Connect(testing::kJill);
    CHECK_FALSE(std::filesystem::exists(folder / "another/joinpass.key"));
    CHECK(NameOf(keys().Add()) == "invalid_argument");
    CHECK(List().size() == 1);
    const std::string id = Newest();
    engine.reset();
    const std::string mine = text;
    text = NewKeyLine().Reveal();
    const auto refused = OpenIt(by_callback);
    CHECK(NameOf(refused) == "key_missing");
    CHECK(refused.status().message().find(id) != absl::string_view::npos);
    text = mine;
    auto opened = OpenIt(by_callback);
    REQUIRE(NameOf(opened) == "ok");
    engine = *std::move(opened);
    CHECK(Outcome(testing::kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(GivenKeysScene, "takes up a new one at a sweep, and so do the others") {
    Begin(true);
    Connect(testing::kJill);
    auto other = OpenIt(true);
    REQUIRE(NameOf(other) == "ok");
    const std::string first = Newest();
    const std::string old_text = text;
    text += NewKeyLine().Reveal();
    const std::vector<KeyInfo> waiting = List();
    REQUIRE(waiting.size() == 2);
    CHECK((waiting[0].waiting && !waiting[0].newest));
    CHECK((waiting[1].newest && !waiting[1].waiting && waiting[1].id == first));
    CHECK(NameOf(keys().Remove(waiting[0].id)) == "invalid_argument");
    Connect(testing::kHank);

    CHECK(Sweep().done);
    const std::vector<KeyInfo> swept = List();
    CHECK((swept[0].newest && !swept[0].waiting));
    CHECK((!swept[1].newest && !swept[1].waiting));
    CHECK(NameOf((*other)->Prepare(RequestFor(testing::kHanksMeeting), absl::Seconds(20))) == "ok");
    CHECK(NameOf(keys().Remove(first)) == "ok");
    text = text.substr(old_text.size());
    CHECK(List().size() == 1);
    fails = true;
    Advance(absl::Minutes(59));
    CHECK(Outcome(testing::kJillsMeeting) == "ok");  // a key service that is away stops nothing
    CHECK(NameOf(keys().List()) == "store_unavailable");
    CHECK(NameOf(keys().Sweep(absl::Seconds(20))) == "store_unavailable");
  }

  TEST_CASE_FIXTURE(GivenKeysScene, "is told what is wrong with them") {
    fails = true;
    const auto failed = OpenIt(true);
    CHECK(NameOf(failed) == "store_unavailable");
    CHECK(failed.status().message().find("no key service") != absl::string_view::npos);
    text = "nonsense";
    CHECK(NameOf(OpenIt(false)) == "key_invalid");
    EngineOptions both = OptionsOf(true);
    both.keys = Secret(text);
    CHECK(NameOf(engine::OpenWith(both, clock, base::SystemRandom())) == "invalid_argument");
    both = OptionsOf(false);
    both.key_file = folder / "key";
    CHECK(NameOf(engine::OpenWith(both, clock, base::SystemRandom())) == "invalid_argument");
    CHECK_FALSE(std::filesystem::exists(folder / "another/credentials.db"));
  }
}

}  // namespace
}  // namespace joinpass
