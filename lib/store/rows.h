// Rows as a store keeps them: sealed, beside what it looks them up by.

#ifndef JOINPASS_LIB_STORE_ROWS_H_
#define JOINPASS_LIB_STORE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "joinpass/credentials.h"
#include "store/record_types.h"

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
  std::int64_t version = 0;
  absl::Time client_id_since = absl::InfinitePast();
  std::optional<AppPause> pause = {};
  std::string sealed = {};
};

struct AuthorizationRow {
  std::string state_key = {};
  absl::Time expires_at = absl::InfinitePast();
  std::string sealed = {};
};

// The part of a credential that a refresh replaces.
struct TokensRow {
  std::string refresh_key = {};  // of the refresh token; empty: it has none
  std::string sealed = {};
};

// Stands in the file for kAccessTokenGiven. The same event again is counted with the newest
// of its strand: these are one, all others the other.
inline constexpr int kAccessTokenGivenKind = 12;

// `reason` is in joinpass's own words.
struct EventRow {
  absl::Time first_at = absl::InfinitePast();
  absl::Time last_at = absl::InfinitePast();
  int times = 1;
  int kind = 0;  // a CredentialEventKind, by a number that stands in the file
  std::string reason = {};
  std::string sealed = {};  // what Zoom answered
};

inline constexpr int kMostEvents = 64;  // of one credential; the oldest go

struct CredentialRow {
  std::string id = {};
  std::string app_id = {};
  bool named = true;               // false: nobody knows whose it is
  std::string principal_key = {};  // of the principal, within the app, or else of the id; unique
  std::string any_user_key = {};   // of the user, in all apps; empty: not known
  std::string sealed_user = {};
  TokensRow tokens = {};
  std::int64_t generation = 0;
  std::optional<PendingRefresh> pending = {};
  Health health = Health::kHealthy;
  absl::Time health_since = absl::InfinitePast();
  std::string sealed_cause = {};  // empty: none
  absl::Time connected_at = absl::InfinitePast();
  absl::Time refreshed_at = absl::InfinitePast();
};

// Found by `user_key`. Each time is that of what stands in the seal.
struct HostRow {
  std::string app_id = {};
  std::string user_key = {};     // of the user, within the app; unique
  std::string account_key = {};  // of the account, within the app; empty: not known
  std::string number_key = {};   // of the personal meeting id, in all apps; empty: none
  std::string vanity_key = {};   // empty: none
  std::string email_key = {};    // empty: not known
  absl::Time account_at = absl::InfinitePast();
  absl::Time number_at = absl::InfinitePast();
  absl::Time vanity_at = absl::InfinitePast();
  absl::Time email_at = absl::InfinitePast();
  bool inactive = false;  // he and his meetings are found by nobody
  absl::Time inactive_at = absl::InfinitePast();
  absl::Time meetings_listed_at = absl::InfinitePast();
  absl::Time webinars_listed_at = absl::InfinitePast();
  std::string sealed = {};

  friend bool operator==(const HostRow&, const HostRow&) = default;
};

// (app, number) is unique. What it says of its host stands in the seal; that it refers to
// the host's row serves those who look for all of a host's meetings.
struct MeetingRow {
  std::string app_id = {};
  std::string number_key = {};  // of the number, in all apps
  // Under which the host's row may stand, HostRow::user_key; of one that was read, none.
  // Empty: nobody said who hosts it.
  LookupKeys host_keys = {};
  MeetingKind kind = MeetingKind::kScheduled;
  absl::Time host_at = absl::InfinitePast();
  bool deleted = false;
  absl::Time deleted_at = absl::InfinitePast();
  std::string sealed = {};

  // Stands in the row of its host: when the list of its kind was last read whole.
  absl::Time listed_at = absl::InfinitePast();
};

// All that has one number.
struct RowsOfNumber {
  std::vector<MeetingRow> meetings = {};
  std::vector<HostRow> owners = {};
};

// A row and its place in the order in which meetings were first learnt.
struct NumberedMeeting {
  std::int64_t seq = 0;
  MeetingRow row = {};
};

// Which meetings to list: of one host, of the hosts of one account, of one app, or all.
struct MeetingFilter {
  LookupKeys user_keys = {};
  LookupKeys account_keys = {};
  std::string app_id = {};
};

// MeetingListing as a store takes it, with the look-up keys of all numbers.
struct ListingEnd {
  MeetingKind kind = MeetingKind::kScheduled;
  std::unordered_set<std::string> number_keys = {};
  absl::Time began = absl::InfinitePast();
};

// Under which keys a meeting may be stored.
struct MeetingSearch {
  std::string app_id = {};
  LookupKeys number_keys = {};
};

// A row, and the one whose place it takes; nothing: there was none.
struct HostChange {
  HostRow row = {};
  std::optional<HostRow> seen = {};
  bool has_moved = false;  // to another account: what was learnt of his meetings before is void
};
struct MeetingChange {
  MeetingRow row = {};
  std::optional<MeetingRow> seen = {};
};

// That a webhook of the app was good; and, unless `body_key` is empty, that it came at `now`.
// Those that did not come from `before` to `latest` are forgotten.
struct WebhookNote {
  std::string app_id = {};
  std::string event = {};
  std::string body_key = {};
  absl::Time now = absl::InfinitePast();
  absl::Time before = absl::InfinitePast();
  absl::Time latest = absl::InfiniteFuture();
};

// What changes at one moment: all of it or nothing.
struct DirectoryChange {
  std::vector<HostChange> hosts = {};  // before the meetings, which refer to them
  std::vector<MeetingChange> meetings = {};
  std::optional<WebhookNote> webhook = {};  // which told of it

  bool IsEmpty() const { return hosts.empty() && meetings.empty() && !webhook; }
};

// An event as a sweep of the keys finds it.
struct StoredEvent {
  std::int64_t seq = 0;
  std::string credential_id = {};
  EventRow event = {};
};

// Of one that was minted. At most one of each credential's id stands beside the seal.
struct PassRow {
  std::string id = {};
  absl::Time at = absl::InfinitePast();
  std::string recording_credential_id = {};  // through whose consent; empty: none
  std::string identity_credential_id = {};
  std::string sealed = {};
  bool is_new = true;  // false: it takes the place of the one with its id, if that is there
};

inline constexpr int kMostPasses = 1'000;  // the oldest go

// A row of any table. A sweep fills what depends on the keys, what that is
// bound to, and nothing else.
using AnyRow = std::variant<AppRow, CredentialRow, StoredEvent, HostRow, MeetingRow,
                            AuthorizationRow, PassRow>;

struct Resealed {
  AnyRow was = {};
  AnyRow now = {};  // the same under other keys
};

// How far a pass over all rows has come; a new one stands at its beginning. Only
// its store reads it.
struct RowCursor {
  std::size_t table = 0;
  std::int64_t seq = 0;  // behind which to go on, in a table that numbers its rows
  std::string key = {};  // in one that does not
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_ROWS_H_
