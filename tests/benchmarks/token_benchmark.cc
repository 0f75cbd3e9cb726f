// What an access token costs: from memory, from the store, from Zoom; and what
// safety adds to a refresh.

#include <doctest/doctest.h>

#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

#include "benchmarks/side_by_side.h"
#include "integration/engine/engine_scene.h"
#include "oauth/access_tokens.h"
#include "support/engine_room.h"

namespace joinpass::testing {
namespace {

TEST_CASE("an access token from memory") {
  EngineScene scene;
  const std::string id = scene.Connect(kJill);
  const auto first = scene.engine->credentials().GetAccessToken(id, absl::Seconds(20));
  REQUIRE(NameOf(first) == "ok");

  std::mutex mutex;
  const std::unordered_map<std::string, std::string> map = {
      {id, std::string(first->value.Reveal())}};
  std::size_t sum = 0;
  RunSideBySide(
      "An access token from memory",
      {{"a mutex, a map and a copied string", 20'000,
        [&] {
          const std::lock_guard lock(mutex);
          const std::string copy = map.find(id)->second;
          sum += copy.size();
        }},
       {"Credentials::GetAccessToken", 20'000, [&] {
          sum += scene.engine->credentials().GetAccessToken(id, absl::Seconds(20))->value.size();
        }}});
  CHECK(sum > 0);
}

TEST_CASE("an access token from the store") {
  EngineRoom room;
  room.Connect(absl::Hours(1));
  std::size_t sum = 0;
  RunSideBySide(
      "An access token from the store",
      {{"a plain SELECT of the same row", 200,
        [&] { sum += room.store->credentials().Find("cred_1")->value().id.size(); }},
       {"read and unsealed", 200, [&] { sum += room.Stored().tokens.access_token.size(); }},
       {"AccessTokens, nothing in memory", 200, [&] {
          oauth::AccessTokens tokens(room.context);
          const auto grant = room.Finish(tokens.Get("cred_1", room.In(absl::Seconds(20))));
          sum += grant->access.access_token.size();
        }}});
  CHECK(sum > 0);
}

// A refresh as far as the store is concerned.
struct Refreshing : EngineRoom {
  int generation = 0;

  Refreshing() { Connect(absl::Hours(1)); }

  void Run(bool locks, bool opens) {
    std::unique_ptr<store::RefreshLock> lock;
    if (locks) lock = *records.TryLockRefresh("cred_1");
    const store::CredentialRecord read = Stored();
    const Secret& spent = read.tokens.refresh_token;
    if (opens) REQUIRE(*records.OpenPending("cred_1", spent, read.pending, clock.Now()));
    store::Tokens tokens = read.tokens;
    tokens.refresh_token = Secret("refresh-" + std::to_string(++generation));
    REQUIRE(records.CommitTokens("cred_1", spent, tokens, clock.Now())->has_value());
  }
};

TEST_CASE("what safety adds to a refresh") {
  Refreshing store;
  EngineScene scene;
  const std::string id = scene.Connect(kJill);
  const auto whole = [&] {
    scene.Advance(absl::Hours(2));
    REQUIRE(NameOf(scene.engine->credentials().GetAccessToken(id, absl::Seconds(20))) == "ok");
  };
  RunSideBySide("A refresh",
                {{"read, commit: neither lock nor intent", 20, [&] { store.Run(false, false); }},
                 {"with the lock", 20, [&] { store.Run(true, false); }},
                 {"with the intent", 20, [&] { store.Run(false, true); }},
                 {"with both", 20, [&] { store.Run(true, true); }},
                 {"all of it, with fake_zoom over TLS", 20, whole}});
}

}  // namespace
}  // namespace joinpass::testing
