// Store: one of the four seams. Rows of sealed bytes, with nothing in clear but
// random ids, times, counters and look-up keys.

#ifndef JOINPASS_LIB_STORE_STORE_H_
#define JOINPASS_LIB_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/credentials.h"
#include "store/records.h"

namespace joinpass::store {

// Times are kept in milliseconds; what is finer is cut off.

// The look-up keys of one value under each key of the ring, the newest first:
// a row may have been written under any of them.
using LookupKeys = std::vector<std::string>;

// Bounds. A sealed value that passes the first is not written
// (invalid_argument); one that is there is given back empty, which unseals as
// damaged.
inline constexpr std::size_t kLargestSealed = 256 * 1024;
inline constexpr int kMostRows = 100'000;   // of a list
inline constexpr int kMostMatches = 1'000;  // of a search

struct AppRow {
  std::string id = {};
  std::string client_key = {};  // of the client id
  absl::Time created_at = absl::InfinitePast();
  std::string sealed = {};
};

struct ConsentRow {
  std::string state_key = {};
  absl::Time expires_at = absl::InfinitePast();
  std::string sealed = {};
};

// The part of a credential that a refresh replaces.
struct TokensRow {
  std::string refresh_key = {};  // of the refresh token
  std::string sealed = {};
};

struct CredentialRow {
  std::string id = {};
  std::string app_id = {};
  std::string user_key = {};      // of the user, within the app; unique
  std::string any_user_key = {};  // of the user, in all apps
  std::string sealed_user = {};
  TokensRow tokens = {};
  std::int64_t generation = 0;
  std::optional<PendingRefresh> pending = {};
  Health health = Health::kHealthy;
  absl::Time health_since = absl::InfinitePast();
  std::string sealed_cause = {};  // empty: none
  absl::Time connected_at = absl::InfinitePast();
};

// Found by `user_key`.
struct HostRow {
  std::string app_id = {};
  std::string user_key = {};    // of the user, within the app; unique
  std::string number_key = {};  // of the personal meeting id; empty: none
  std::string vanity_key = {};  // empty: none
  absl::Time learnt_at = absl::InfinitePast();
  std::string sealed = {};
};

// What tells meetings apart.
struct MeetingKey {
  std::string number_key = {};  // of the number, in all apps
  std::string host_key = {};    // of the host, within the app

  friend bool operator==(const MeetingKey&, const MeetingKey&) = default;
};

struct MeetingRow {
  MeetingKey key = {};
  std::string app_id = {};
  absl::Time learnt_at = absl::InfinitePast();
  std::string sealed = {};
};

// Under which keys a meeting may be stored.
struct MeetingSearch {
  LookupKeys number_keys = {};
  LookupKeys host_keys = {};
};

// All of it is written, or nothing; but no row takes the place of one that was
// learnt later.
struct MeetingChanges {
  struct Put {
    MeetingRow row = {};
    std::optional<MeetingKey> replaced = {};  // the row it replaces beside that of its own key
  };
  struct Touch {
    MeetingKey key = {};
    absl::Time learnt_at = absl::InfinitePast();
  };

  std::vector<Put> written = {};
  std::vector<Touch> learnt = {};  // the time alone
};

// How a write ended that depends on what is stored.
enum class Outcome {
  kDone,
  kUnknown,  // there is no such row
  kTaken,    // another row has this value
  kInUse,    // others refer to it
  kMoved,    // the row is not any more as it was seen
};

// Each call is one transaction and blocks on the disk (RemoveApp: one of the
// directory, then one of the app); a change is durable when it returns. Several processes may share a store. Thread-safe.
//
// Errors of every call: store_unavailable (nothing was written), store_corrupt.
class Store {
 public:
  virtual ~Store() = default;

  // --- apps ---------------------------------------------------------------
  // `same_client`: the keys of its client id. kTaken: the id or the client id.
  virtual absl::StatusOr<Outcome> InsertApp(const AppRow& row, const LookupKeys& same_client) = 0;
  // All but `created_at`. kUnknown, kTaken (the client id).
  virtual absl::StatusOr<Outcome> UpdateApp(const AppRow& row, const LookupKeys& same_client) = 0;
  // With what the directory knows through it. kUnknown, kInUse (has credentials).
  virtual absl::StatusOr<Outcome> RemoveApp(const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<AppRow>> FindApp(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<AppRow>> ListApps() = 0;  // oldest first

  // --- consents -----------------------------------------------------------
  virtual absl::Status PutConsent(const ConsentRow& row) = 0;
  virtual absl::StatusOr<std::optional<ConsentRow>> FindConsent(const LookupKeys& state_keys) = 0;
  // kUnknown: somebody else took it out.
  virtual absl::StatusOr<Outcome> RemoveConsent(const std::string& state_key) = 0;
  virtual absl::Status RemoveConsentsExpiredBefore(absl::Time time) = 0;

  // --- credentials --------------------------------------------------------
  // kTaken: the id, or one under `same_user`; kUnknown: there is no such app.
  virtual absl::StatusOr<Outcome> InsertCredential(const CredentialRow& row,
                                                   const LookupKeys& same_user) = 0;
  // All but the id and the app. kMoved: its generation is not `seen_generation`.
  virtual absl::StatusOr<Outcome> ReplaceCredential(const CredentialRow& row,
                                                    std::int64_t seen_generation) = 0;

  virtual absl::StatusOr<std::optional<CredentialRow>> FindCredential(const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<CredentialRow>> FindCredentialOfUser(
      const LookupKeys& user_keys) = 0;
  virtual absl::StatusOr<std::vector<CredentialRow>> FindCredentialsOfAnyUser(
      const LookupKeys& any_user_keys) = 0;
  // Of one app, or (empty) of all; oldest first.
  virtual absl::StatusOr<std::vector<CredentialRow>> ListCredentials(const std::string& app_id) = 0;

  // The writes of a refresh. Each happens only while the stored `refresh_key`
  // is one of `spent`; else kMoved.

  // Opens `pending`, or counts one more send; `last_send` is `now`. kMoved also
  // if the stored `pending` is not `seen` any more (its sends, the last of them).
  virtual absl::StatusOr<Outcome> OpenPending(const std::string& id, const LookupKeys& spent,
                                              const std::optional<PendingRefresh>& seen,
                                              absl::Time now) = 0;
  // Counts one send less, and keeps both times; closes `pending` at none.
  virtual absl::StatusOr<Outcome> UndoPending(const std::string& id, const LookupKeys& spent) = 0;
  // `since` is kept where the health was the same before.
  virtual absl::StatusOr<Outcome> SetHealth(const std::string& id, const LookupKeys& spent,
                                            Health health, absl::Time since,
                                            const std::string& sealed_cause) = 0;
  // Replaces the tokens, raises the generation, closes `pending`, healthy (since
  // `now`, if it was not). kMoved also if its generation is not `seen_generation`.
  virtual absl::StatusOr<Outcome> ReplaceTokens(const std::string& id, const LookupKeys& spent,
                                                std::int64_t seen_generation,
                                                const TokensRow& tokens, absl::Time now) = 0;

  // --- directory ----------------------------------------------------------
  // `learnt_at` never goes back: what was learnt before the stored row is not
  // written (and that is no error); of the same time, the last one is kept.

  virtual absl::StatusOr<std::optional<HostRow>> FindHost(const LookupKeys& user_keys) = 0;
  // Replaces the row of its key, and the one under `replaced` if that is not empty.
  virtual absl::Status PutHost(const HostRow& row, const std::string& replaced) = 0;
  virtual absl::Status TouchHost(const std::string& user_key, absl::Time learnt_at) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByNumber(const LookupKeys& number_keys) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByVanityName(
      const LookupKeys& vanity_keys) = 0;

  // For each search the row, if there is one, in the same order.
  virtual absl::StatusOr<std::vector<std::optional<MeetingRow>>> FindEachMeeting(
      std::span<const MeetingSearch> searches) = 0;
  virtual absl::StatusOr<std::vector<MeetingRow>> FindMeetings(const LookupKeys& number_keys) = 0;
  virtual absl::Status ChangeMeetings(const MeetingChanges& changes) = 0;
  // Gives how many.
  virtual absl::StatusOr<int> RemoveMeetings(const LookupKeys& host_keys,
                                             absl::Time learnt_before) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_STORE_H_
