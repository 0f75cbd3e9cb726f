// What joinpass keeps, as plain values. Secrets and personal data are in clear
// here and nowhere below: Records (records_store.h) seals them.

#ifndef JOINPASS_LIB_STORE_RECORDS_H_
#define JOINPASS_LIB_STORE_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "joinpass/apps.h"
#include "joinpass/credentials.h"
#include "joinpass/secret.h"

namespace joinpass::store {

struct AppRecord {
  std::string id = {};
  AppSettings settings = {};
  absl::Time created_at = absl::InfinitePast();
};

// A consent that has begun, found by its state.
struct ConsentRecord {
  std::string app_id = {};
  std::string redirect_uri = {};
  Secret code_verifier = {};
  std::string bound_to_hash = {};  // keyed hash of what the caller bound it to
  absl::Time expires_at = absl::InfinitePast();
};

// Tokens of one generation. They are read, written and handed out together.
struct Tokens {
  Secret access_token = {};
  Secret refresh_token = {};
  absl::Time access_expires_at = absl::InfinitePast();  // wall clock
  std::vector<std::string> scopes = {};
  std::string api_origin = {};  // where they are good; empty: the engine's
};

// A refresh that was begun and whose answer is not here: the refresh token may
// or may not be spent.
struct PendingRefresh {
  absl::Time first_send = absl::InfinitePast();
  absl::Time last_send = absl::InfinitePast();
  int sends = 0;

  friend bool operator==(const PendingRefresh&, const PendingRefresh&) = default;
};

// A managed credential. (app, user) is unique.
struct CredentialRecord {
  std::string id = {};
  std::string app_id = {};
  std::string user_id = {};
  std::string account_id = {};
  std::string email = {};
  Tokens tokens = {};

  // Counts the refresh tokens that this credential has had. Raised by whoever
  // stores new tokens, and by nothing else.
  std::int64_t generation = 0;

  // Stands beside the tokens it is about to spend.
  std::optional<PendingRefresh> pending = {};

  Health health = Health::kHealthy;
  absl::Time health_since = absl::InfinitePast();
  std::string cause = {};
  absl::Time connected_at = absl::InfinitePast();
};

// What one user's `GET /users/me` said.
struct HostRecord {
  std::string app_id = {};
  std::string user_id = {};
  std::string account_id = {};
  std::uint64_t personal_meeting_id = 0;  // 0: none
  std::string vanity_name = {};           // lower case; empty: none
  absl::Time learnt_at = absl::InfinitePast();
};

// One meeting of one host, as an app's list named it.
struct MeetingRecord {
  std::string app_id = {};
  std::uint64_t number = 0;
  std::string host_user_id = {};
  std::string host_account_id = {};
  absl::Time learnt_at = absl::InfinitePast();
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_RECORDS_H_
