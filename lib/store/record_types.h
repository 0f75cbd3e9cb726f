// What joinpass keeps, as plain values. Secrets and personal data are in clear
// here and nowhere below: Records (records.h) seals them.

#ifndef JOINPASS_LIB_STORE_RECORD_TYPES_H_
#define JOINPASS_LIB_STORE_RECORD_TYPES_H_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "joinpass/apps.h"
#include "joinpass/credentials.h"
#include "joinpass/directory.h"
#include "joinpass/reason.h"
#include "joinpass/secret.h"
#include "message/origin.h"
#include "store/learnt.h"

namespace joinpass::store {

// Zoom refused the app's client id or secret.
struct AppPause {
  absl::Time since = absl::InfinitePast();
  absl::Time next_probe = absl::InfinitePast();
  int probes = 0;  // that were made since

  friend bool operator==(const AppPause&, const AppPause&) = default;
};

struct AppRecord {
  struct Settings {
    AppKind kind = AppKind::kUserManaged;
    std::string client_id = {};
    Secret client_secret = {};
    std::vector<Secret> webhook_secrets = {};
  };

  std::string id = {};
  Settings settings = {};
  absl::Time created_at = absl::InfinitePast();

  // Given by the store: how often the settings were replaced, and when the
  // client id became what it is.
  std::int64_t version = 0;
  absl::Time client_id_since = absl::InfinitePast();

  std::optional<AppPause> pause = {};
};

// Who consented, as Zoom or its token says: one of the ids at least, that of the app's
// kind. Or who is to: what is empty does not matter then.
struct Consenter {
  std::string user_id = {};
  std::string account_id = {};
  std::string email = {};

  bool IsAnybody() const { return user_id.empty() && account_id.empty() && email.empty(); }
};

// What came of a consent: a credential, or the error of this reason.
struct ConnectOutcome {
  std::string credential_id = {};
  Reason reason = Reason::kInternal;
  Cause cause = Cause::kNone;
  bool is_final = false;  // false: Zoom is still asked whose the credential is
};

// An authorization request that waits for its response, found by its state.
struct AuthorizationRequest {
  Secret state = {};  // given by the store
  std::string app_id = {};
  std::string redirect_uri = {};
  Secret code_verifier = {};
  std::string bound_to_hash = {};  // keyed hash of what the caller bound it to
  Consenter expected = {};
  absl::Time expires_at = absl::InfinitePast();

  // When its response came; nothing: it waits for one.
  std::optional<absl::Time> taken_at = {};
  std::optional<ConnectOutcome> outcome = {};
};

// Tokens of one generation. They are read, written and handed out together.
struct Tokens {
  Secret access_token = {};
  Secret refresh_token = {};
  absl::Time access_expires_at = absl::InfinitePast();  // wall clock
  std::vector<std::string> scopes = {};
  std::optional<message::Origin> api_origin = {};  // where they are good; none: the engine's

  // A delegated credential has this and none of the above.
  Secret callback_url = {};
  UrlSource url_source = UrlSource::kNetwork;
};

// A refresh that was begun and whose answer is not here: the refresh token may
// or may not be spent.
struct PendingRefresh {
  absl::Time first_send = absl::InfinitePast();
  absl::Time last_send = absl::InfinitePast();
  int sends = 0;

  friend bool operator==(const PendingRefresh&, const PendingRefresh&) = default;
};

// Whose consent a credential is: a user's, or an account's, whose tokens serve any of
// its users.
struct Principal {
  enum class Kind { kUser, kAccount };

  Kind kind = Kind::kUser;
  std::string id = {};

  static Principal User(std::string id) { return {Kind::kUser, std::move(id)}; }
  static Principal Account(std::string id) { return {Kind::kAccount, std::move(id)}; }
  // Of those that a consent names, the one that counts with an app of this kind.
  static Principal Of(AppKind kind, std::string user_id, std::string account_id) {
    return kind == AppKind::kAccountManaged ? Account(std::move(account_id))
                                            : User(std::move(user_id));
  }

  friend bool operator==(const Principal&, const Principal&) = default;
};

// A credential. (app, principal) is unique. One whose principal Zoom has not named yet
// has neither user nor account.
struct CredentialRecord {
  std::string id = {};
  std::string app_id = {};
  AppKind app_kind = AppKind::kUserManaged;
  std::string client_id = {};  // to which the consent was given
  std::string user_id = {};    // of an account's credential: the admin, or empty
  std::string account_id = {};
  std::string email = {};
  Consenter expected = {};  // of one without a name
  Tokens tokens = {};

  // Counts the refresh tokens that this credential has had. Raised by whoever
  // stores new tokens, and by nothing else.
  std::int64_t generation = 0;

  // Stands beside the tokens it is about to spend.
  std::optional<PendingRefresh> pending = {};

  // As stored: kPaused by its callback only, not by its app (oauth/health.h).
  Health health = Health::kHealthy;
  absl::Time health_since = absl::InfinitePast();
  Cause cause = Cause::kNone;
  absl::Time connected_at = absl::InfinitePast();
  absl::Time refreshed_at = absl::InfinitePast();  // when the tokens were stored

  bool IsDelegated() const { return !tokens.callback_url.empty(); }

  Principal principal() const { return Principal::Of(app_kind, user_id, account_id); }
  bool IsNamed() const { return !principal().id.empty(); }
};

// What befell a credential. The same again and again is one.
struct EventRecord {
  CredentialEventKind kind = CredentialEventKind::kConnected;
  std::string reason = {};  // the name of a Reason or a Cause; may be empty
  absl::Time first_at = absl::InfinitePast();
  absl::Time last_at = absl::InfinitePast();
  int times = 1;

  // Of the last one, where Zoom answered.
  std::string tracking_id = {};
  int http_status = 0;
  int zoom_code = 0;
};

// A user, as Zoom told an app of him. As what was learnt just now, fields without a
// time say nothing.
struct HostRecord {
  std::string app_id = {};
  std::string user_id = {};
  Learnt<std::string> account_id = {};
  Learnt<std::uint64_t> personal_meeting_id = {};  // 0: none
  Learnt<std::string> vanity_name = {};            // lower case; empty: none
  Learnt<std::string> email = {};                  // lower case; empty: not known
  Learnt<bool> inactive = {};  // he may host nothing: deactivated, gone from the account, deleted

  // When a whole list of his meetings, or webinars, last began to be read: what was known
  // of them then was so, but for what was learnt since.
  absl::Time meetings_listed_at = absl::InfinitePast();
  absl::Time webinars_listed_at = absl::InfinitePast();
};

// By which list of Zoom's a meeting is found, and by which endpoint its token. The
// numbers stand in the files.
enum class MeetingKind {
  kScheduled = 0,
  kWebinar = 1,
  kInstant = 2,  // no list shows it
};

// Who hosts a meeting, and as what: the two are always told together.
struct MeetingHost {
  std::string user_id = {};
  std::string account_id = {};
  MeetingKind kind = MeetingKind::kScheduled;

  friend auto operator<=>(const MeetingHost&, const MeetingHost&) = default;
};

// A meeting, as Zoom told an app of it: (app, number) is unique. A deletion is kept for
// a while, so that what was said before it and comes late does not bring it back.
struct MeetingRecord {
  std::string app_id = {};
  std::uint64_t number = 0;
  Learnt<MeetingHost> host = {};
  Learnt<bool> deleted = {};

  // When it was last known to be, and to be his.
  absl::Time learnt_at() const { return std::max(host.at, deleted.at); }
};

// What a whole list of somebody's meetings showed, of those of one kind.
struct MeetingListing {
  MeetingKind kind = MeetingKind::kScheduled;
  std::vector<std::uint64_t> numbers = {};
  absl::Time began = absl::InfinitePast();  // to be read
};

// kByList: meetings that stand in a list which Records::EndListings() will note as a whole, so
// that what is known as it is said there keeps its time, and is not written, if the row of the
// host can say it.
enum class Noting { kEach, kByList };

// How the webhooks of one app do. Only what was read under its own signature is named.
struct WebhookNotes {
  absl::Time good_at = absl::InfinitePast();
  std::string good_event = {};
  absl::Time bad_at = absl::InfinitePast();
  Reason bad_reason = Reason::kInternal;
  Cause bad_cause = Cause::kNone;
};

// How a sync of one credential does, or did.
struct SyncRecord {
  std::string credential_id = {};
  SyncState state = SyncState::kNotStarted;
  absl::Time began_at = absl::InfinitePast();
  absl::Time changed_at = absl::InfinitePast();    // when this was written
  absl::Time completed_at = absl::InfinitePast();  // when the last that was completed ended
  int users = 0;
  int users_in_all = 0;  // 0: not known
  int meetings = 0;
  int webinars = 0;
  int removed = 0;
  int calls = 0;
  std::string reason = {};  // of kFailed: the name of a Reason

  friend bool operator==(const SyncRecord&, const SyncRecord&) = default;
};

// Takes what is newer of `learnt`, which speaks of the same thing, field by field as
// Learnt::Take() does. True if anything changed.
bool Learn(HostRecord& known, const HostRecord& learnt, absl::Time latest);
bool Learn(MeetingRecord& known, const MeetingRecord& learnt, absl::Time latest);

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_RECORD_TYPES_H_
