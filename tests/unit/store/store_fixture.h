// A store in a folder of its own, and records to put into it.

#ifndef JOINPASS_TESTS_UNIT_STORE_STORE_FIXTURE_H_
#define JOINPASS_TESTS_UNIT_STORE_STORE_FIXTURE_H_

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "crypto/key_ring.h"
#include "store/records.h"
#include "support/found_records.h"
#include "support/temp_folder.h"
#include "unit/store/store_factory.h"

namespace joinpass::store {

inline const absl::Time kNow = absl::FromUnixMillis(1'700'000'000'123);

// The value of `result`; ends the test if it is an error.
template <typename T>
T Must(absl::StatusOr<T> result) {
  INFO(result.status().ToString());
  REQUIRE(result.ok());
  return *std::move(result);
}

// The reason of an error; ends the test if there is none.
inline Reason WhyNot(const absl::Status& status) {
  REQUIRE_FALSE(status.ok());
  return ReasonOf(status);
}
template <typename T>
Reason WhyNot(const absl::StatusOr<T>& result) {
  return WhyNot(result.status());
}

inline crypto::MasterKey KeyOf(crypto::KeyId id) {
  return {.id = id, .bytes = Secret(std::string(32, static_cast<char>('a' + id % 26)))};
}

// The last is the newest.
inline crypto::KeyRing RingOf(std::vector<crypto::KeyId> ids) {
  std::vector<crypto::MasterKey> keys;
  for (const crypto::KeyId id : ids) keys.push_back(KeyOf(id));
  return Must(crypto::KeyRing::Make(std::move(keys)));
}

// A store and the Records over it.
struct OpenedStore {
  crypto::KeyRing ring;
  std::unique_ptr<Store> store;
  Records records;

  explicit OpenedStore(const std::string& folder, crypto::KeyRing keys = RingOf({1}))
      : ring(std::move(keys)),
        store(Must(OpenStoreAt(folder, ring))),
        records(*store, ring, base::SystemRandom()) {}
};

inline AppRecord AppNamed(const std::string& id) {
  return {.id = id,
          .settings = {.kind = AppKind::kUserManaged,
                       .client_id = "client of " + id,
                       .client_secret = Secret("secret of " + id),
                       .webhook_secrets = {Secret("hook 1"), Secret("hook 2")}},
          .created_at = kNow};
}

inline Tokens TokensNamed(const std::string& name) {
  return {.access_token = Secret(name + " access"),
          .refresh_token = Secret(name + " refresh"),
          .access_expires_at = kNow + absl::Hours(1),
          .scopes = {"user:read:user", "meeting:read:meeting"},
          .api_origin = message::Origin{.host = "api-eu.zoom.us"}};
}

inline CredentialRecord CredentialOf(const std::string& app, const std::string& user,
                                     const std::string& id) {
  return {.id = id,
          .app_id = app,
          .user_id = user,
          .account_id = "account of " + user,
          .email = user + "@example.com",
          .tokens = TokensNamed("first"),
          .connected_at = kNow};
}

inline MeetingRecord MeetingOf(const std::string& app, std::uint64_t number,
                               const std::string& host, absl::Time at = kNow,
                               const std::string& account = "account") {
  return {.app_id = app, .number = number, .host = {{host, account}, at}, .deleted = {false, at}};
}

// The end of a list in which nothing stands.
inline std::array<MeetingListing, 1> EmptyList(absl::Time began,
                                               MeetingKind kind = MeetingKind::kScheduled) {
  return {{{.kind = kind, .began = began}}};
}

inline HostRecord HostOf(const std::string& app, const std::string& user, std::uint64_t pmi,
                         const std::string& vanity_name, absl::Time at = kNow,
                         const std::string& account = "account") {
  return {.app_id = app,
          .user_id = user,
          .account_id = {account, at},
          .personal_meeting_id = {pmi, at},
          .vanity_name = {vanity_name, at}};
}

// With an app "app_1" and a credential "cred_1" of "ann".
struct StoreFixture {
  testing::TempFolder folder;
  OpenedStore opened{folder / "store"};
  Records& records = opened.records;

  StoreFixture() {
    REQUIRE(records.CreateApp(AppNamed("app_1")).ok());
    Must(records.PutConsented(CredentialOf("app_1", "ann", "cred_1")));
  }

  CredentialRecord Ann() { return Must(records.GetCredential("cred_1")); }
};

}  // namespace joinpass::store

#endif  // JOINPASS_TESTS_UNIT_STORE_STORE_FIXTURE_H_
