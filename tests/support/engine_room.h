// All that the doers of oauth/, directory/ and join/ work with, without a
// thread or a network: a real store in a temporary folder, a clock that is moved by
// hand, a loop that runs when told, a transport that answers as scripted.

#ifndef JOINPASS_TESTS_SUPPORT_ENGINE_ROOM_H_
#define JOINPASS_TESTS_SUPPORT_ENGINE_ROOM_H_

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "crypto/key_ring.h"
#include "service/context.h"
#include "store/records.h"
#include "store/sqlite/sqlite_store.h"
#include "support/found_records.h"
#include "support/manual_loop.h"
#include "support/scripted_transport.h"
#include "support/temp_folder.h"

namespace joinpass::testing {

inline crypto::KeyRing OneKey() {
  crypto::MasterKey key;
  key.id = 7;
  key.bytes = Secret(std::string(crypto::kMasterKeySize, 'k'));
  auto ring = crypto::KeyRing::Make({key});
  REQUIRE(ring.ok());
  return *std::move(ring);
}

struct EngineRoom {
  TempFolder folder;
  FakeClock clock;
  ManualLoop loop{clock};
  ScriptedTransport transport{loop};
  crypto::KeyRing keys = OneKey();
  std::unique_ptr<store::Store> store = Opened();
  store::Records records{*store, keys, base::SystemRandom()};
  // The worker is the loop itself: what blocks runs in order, and nothing races.
  service::Context context{
      loop, {loop, loop, loop}, clock, base::SystemRandom(), transport, records, {}};

  // What another process has, on the same store: it does not close when we do.
  service::Context Elsewhere() {
    service::Context context_there = context;
    context_there.closing = std::make_shared<service::Closing>(loop);
    context_there.circuits = std::make_shared<service::Circuits>(loop, clock, base::SystemRandom());
    return context_there;
  }

  // Starts `task`; nothing that it posts has run yet.
  template <typename T>
  std::shared_ptr<std::optional<T>> Start(base::Task<T> task) {
    auto result = std::make_shared<std::optional<T>>();
    base::Start<T>(std::move(task), [result](T value) { result->emplace(std::move(value)); });
    return result;
  }

  // Runs `task` as far as it comes by itself.
  template <typename T>
  std::shared_ptr<std::optional<T>> Begin(base::Task<T> task) {
    auto result = Start(std::move(task));
    loop.Run();
    return result;
  }

  // Runs `task` to its end, which must need no time and no release.
  template <typename T>
  T Finish(base::Task<T> task) {
    auto result = Begin(std::move(task));
    REQUIRE(result->has_value());
    return **result;
  }

  // Likewise, and gives it the time that it needs.
  template <typename T>
  T FinishInTime(base::Task<T> task) {
    auto result = Begin(std::move(task));
    while (!result->has_value() && loop.AdvanceToNext()) {
    }
    REQUIRE(result->has_value());
    return **result;
  }

  SteadyTime In(absl::Duration time) { return clock.SteadyNow() + time; }

  // Keeps an app, and a consent to it whose access token lives for `left`.
  void Connect(absl::Duration left, std::string scopes = kAllScopes) {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.client_id = "client";
    app.settings.client_secret = Secret("client-secret");
    app.created_at = clock.Now();
    REQUIRE(records.CreateApp(app).ok());
    REQUIRE(records.PutConsented(Consent("cred_1", "user-1", left, scopes)).ok());
  }

  store::CredentialRecord Consent(std::string id, std::string user, absl::Duration left,
                                  std::string scopes = kAllScopes) {
    store::CredentialRecord credential;
    credential.id = std::move(id);
    credential.app_id = "app_1";
    credential.client_id = "client";
    credential.user_id = std::move(user);
    credential.account_id = "account-1";
    credential.tokens.access_token = Secret("access-0");
    credential.tokens.refresh_token = Secret("refresh-0");
    credential.tokens.access_expires_at = clock.Now() + left;
    for (std::size_t at = 0; at < scopes.size();) {
      const std::size_t end = std::min(scopes.find(' ', at), scopes.size());
      credential.tokens.scopes.push_back(scopes.substr(at, end - at));
      at = end + 1;
    }
    credential.health_since = clock.Now();
    credential.connected_at = clock.Now();
    return credential;
  }

  // From now on the credentials cannot be written, as on a full disk: there is no
  // place for their journal.
  void BreakStore() {
    const std::string journal = folder / "store/credentials.db-journal";
    std::filesystem::remove(journal);
    REQUIRE(std::filesystem::create_directory(journal));
  }
  void MendStore() { std::filesystem::remove(folder / "store/credentials.db-journal"); }

  store::CredentialRecord Stored(const std::string& id = "cred_1") {
    auto credential = records.GetCredential(id);
    REQUIRE(credential.ok());
    return *credential;
  }

  static constexpr const char* kAllScopes =
      "user:read:user meeting:read:list_meetings meeting:read:meeting "
      "meeting:read:local_recording_token user:read:zak user:read:token";

 private:
  std::unique_ptr<store::Store> Opened() {
    const auto prepared = store::PrepareFolder(folder / "store");
    REQUIRE(prepared.ok());
    auto opened = store::OpenSqliteStore(*prepared, keys, base::SystemRandom());
    REQUIRE(opened.ok());
    return *std::move(opened);
  }
};

// The token endpoint's good answer of generation `n`.
inline message::Response TokenAnswer(int n) {
  const std::string i = std::to_string(n);
  return JsonAnswer(200, R"({"access_token":"access-)" + i + R"(","refresh_token":"refresh-)" + i +
                             R"(","token_type":"bearer","expires_in":3599,"scope":")" +
                             EngineRoom::kAllScopes + R"(","api_url":"https://api.zoom.us"})");
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_ENGINE_ROOM_H_
