// Credentials: whose consent joinpass holds.

#ifndef JOINPASS_CREDENTIALS_H_
#define JOINPASS_CREDENTIALS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/export.h"
#include "joinpass/secret.h"

namespace joinpass {

// How a credential does. The names (HealthName) are stable.
enum class Health {
  kHealthy,                  // its tokens work, as far as anybody knows
  kIdentifying,              // consented to, and Zoom has not said yet by whom; see below
  kPaused,                   // Zoom refuses the app's client id or secret, or a callback URL
                             // gives no token that works; recovers by itself
  kReauthorizationRequired,  // the user must consent again
  kDisconnecting,            // it is being taken away
};

// A consent that is kept and has no name yet is kIdentifying: it has neither user
// nor account, and is asked for by itself until Zoom names it. Then it is healthy,
// under the id that this user's credential had before, if there is one. Meanwhile
// that one, if the new access token speaks of it, is kIdentifying too, with the
// cause "consented_again": Zoom has voided its tokens.

// "healthy", "identifying", "paused", "reauthorization_required", "disconnecting".
JOINPASS_EXPORT std::string_view HealthName(Health health);

// A change of a credential's health, told once, by the process that made it.
struct HealthChange {
  std::string credential_id = {};
  std::string app_id = {};
  Health from = Health::kHealthy;
  Health to = Health::kHealthy;
  std::string cause = {};  // as Credential::cause
  absl::Time at = absl::InfinitePast();
};

// What a consent lets joinpass do. Each needs a scope of its own.
enum class Feature {
  kReadUser,        // who consented, and his personal meeting id
  kListMeetings,    // find his scheduled meetings
  kRecordingToken,  // record without a click
  kZak,             // join as the user
  kOnBehalfOf,      // join as the user's app
  kListUsers,       // find all users of the account; of account-managed apps only
  // Extras, which Credential::missing does not name.
  kListWebinars,           // find his webinars
  kWebinarRecordingToken,  // record them without a click
  kReadMeeting,            // ask who hosts a meeting that no list has shown yet
  kReadWebinar,            // likewise of a webinar
  kReadSettings,           // see before the meeting whether its host may record
};

// "read_user", "list_meetings", …
JOINPASS_EXPORT std::string_view FeatureName(Feature feature);

// A feature that this consent does not allow, and the scopes of which any one
// would do.
struct MissingScope {
  Feature feature = Feature::kReadUser;
  std::vector<std::string> any_of = {};
};

// Who keeps the tokens.
enum class CredentialKind {
  kManaged,    // joinpass: consent, refresh, store
  kDelegated,  // the customer: joinpass asks his callback URL for an access token
};

// A credential as it is kept, without its tokens.
struct Credential {
  std::string id = {};      // "cred_…"
  std::string app_id = {};  // "app_…"
  CredentialKind kind = CredentialKind::kManaged;

  // Zoom's ids of who consented. Of an account-managed app the consent is the
  // whole account's, and `user_id` may be empty. Where neither a scope nor the access
  // token tells the account's id, it is "owner:" and the id of the user who owns it.
  std::string user_id = {};
  std::string account_id = {};
  std::string email = {};  // as Zoom gave it at the consent; may be empty

  // What Zoom allows, and what it does not. Of ZAK and on-behalf-of a join needs one:
  // both are missing only if neither is allowed. Where nobody said which scopes the
  // consent has (delegated, or an answer of Zoom's without them) both lists are empty,
  // nothing is refused beforehand, and a missing scope shows when Zoom refuses the call.
  std::vector<std::string> scopes = {};
  std::vector<MissingScope> missing = {};

  Health health = Health::kHealthy;
  absl::Time health_since = absl::InfinitePast();
  std::string cause = {};                          // why it is not healthy: the name of a
                                                   // Cause or a Reason
  absl::Time connected_at = absl::InfinitePast();  // the last consent
  absl::Time refreshed_at = absl::InfinitePast();  // the newest refresh token; lives 90 days
  absl::Time access_expires_at = absl::InfinitePast();
};

// What befell a credential. The names (CredentialEventName) are stable.
enum class CredentialEventKind {
  kConnected,                // the first consent, or the callback URL was set
  kReconnected,              // a later one
  kRefreshed,                // new tokens are stored
  kRecovered,                // new tokens are stored, after a verdict that they undid
  kRefreshFailed,            // no new tokens, and the refresh token was not spent
  kRefreshUnanswered,        // no readable answer: the refresh token may be spent
  kReauthorizationRequired,  // Zoom refuses the refresh token
  kValidated,                // Zoom takes the access token
  kValidationFailed,
  kDisconnecting,
  kIdentificationFailed,  // of a consent that has no name yet
  kAccessTokenGiven,      // to a caller for requests of his own: it left the house
};

// "connected", "reconnected", "refreshed", …
JOINPASS_EXPORT std::string_view CredentialEventName(CredentialEventKind kind);

struct CredentialEvent {
  CredentialEventKind kind = CredentialEventKind::kConnected;

  // The name of a Reason or a Cause; may be empty.
  std::string reason = {};

  // The same again and again is one event.
  absl::Time first_at = absl::InfinitePast();
  absl::Time last_at = absl::InfinitePast();
  int times = 1;

  // Of the last one, where Zoom answered.
  std::string tracking_id = {};
  int http_status = 0;
  int zoom_code = 0;
};

// Where a URL came from, and so how far it may lead.
enum class UrlSource {
  kNetwork,        // a request, a form, a customer: to public addresses only
  kConfiguration,  // this process's own settings: may be internal
};

// What became of a credential that was disconnected.
struct Disconnected {
  // False: Zoom may still honour the consent. The user can take it back himself,
  // under "Installed apps" of Zoom's App Marketplace. Always false for a
  // delegated credential, whose tokens are the customer's.
  bool revoked = false;
  absl::Status why_not = {};
};

// An access token for a caller's own requests to Zoom's API.
struct AccessToken {
  Secret value = {};
  absl::Time expires_at = absl::InfinitePast();  // wall clock; at least 120 s from now
  std::string api_origin = {};                   // where it is good
};

// Who is to consent. What is empty is not looked at.
struct ExpectedConsenter {
  std::string user_id = {};
  std::string account_id = {};
  std::string email = {};  // in capitals or not
};

// Customer-managed OAuth: the customer keeps the tokens, and this URL of his
// gives an access token as plain text to a GET, within 5 s and with at least
// 120 s of life left; no redirect, at most 16 KiB. It is asked when a token is needed
// and the last one is over or an hour old, and once when Zoom refuses it. The query is
// kept as it is and may hold a key: the whole URL is a secret, sealed in the store and
// never shown.
struct DelegateRequest {
  std::string app_id = {};
  Secret callback_url = {};  // https; at most 2048 bytes; no user, no fragment
  UrlSource url_source = UrlSource::kNetwork;

  // Refuses a URL that gives somebody else's token: for one that replaces another.
  ExpectedConsenter expected = {};
};

struct ConnectRequest {
  std::string app_id = {};

  // Exactly as registered for the app on Zoom's Marketplace, to the slash.
  std::string redirect_uri = {};

  // What ties the consent to who began it: a value of the browser's session
  // that the redirect will bring along, for example a hash of its cookie.
  // Required, at most 1 KiB. Without it anybody could finish a stranger's
  // consent in somebody else's name. Kept as a keyed hash only.
  std::string bound_to = {};

  // Refuses the consent of anybody else: whoever is logged in at Zoom in that browser is
  // the one who consents. Each field at most 256 bytes. What Zoom does not tell counts
  // as another's: an e-mail needs the scope to read the user, and so do the ids where
  // the access token does not say them.
  ExpectedConsenter expected = {};
};

struct ConnectStart {
  // Send the user's browser here.
  std::string authorize_url = {};

  // The redirect must have come back by then (10 minutes).
  absl::Time expires_at = absl::InfinitePast();
};

// Thread-safe. Lives as long as its Engine. Errors of every call:
// store_unavailable, store_corrupt.
class JOINPASS_EXPORT Credentials {
 public:
  virtual ~Credentials() = default;

  // Begins a consent: an authorize URL with PKCE (S256) and a random state.
  // Reads and writes the store, no network.
  //
  // Errors: app_unknown, invalid_argument (names what is wrong)
  virtual absl::StatusOr<ConnectStart> BeginConnect(const ConnectRequest& request) = 0;

  // Ends it: `redirected_to` is the URL (or only its query) to which Zoom sent
  // the browser back. Exchanges the code, keeps the tokens, and asks Zoom who
  // consented. Where that fails, or `timeout` passes, the credential that is given is
  // kIdentifying, `cause` says why, and it is asked again in the background, by this
  // process or the next one: nobody has to consent again. A second consent of the same
  // user to the same app replaces the tokens of the same credential and keeps what is
  // known of his meetings. A consent with fewer scopes than asked for is kept too: see
  // `missing`.
  //
  // It is done once. Who brings the same again within 10 minutes (a browser that
  // fetched the page beforehand, a double click), here or in another process, waits
  // for the first and gets the same: its credential as it is then, or the same reason.
  //
  // Errors:
  //   invalid_argument          `redirected_to` is no redirect of Zoom's
  //   consent_state_invalid     unknown, too old, or not `bound_to` this browser; or it was
  //                             brought before, by a process that ended over it
  //   consent_declined          the user said no
  //   consenter_unexpected      somebody else consented than was expected. If he had a
  //                             credential, that one has the new tokens, since Zoom has
  //                             voided the older ones; else nothing is kept, and Zoom is
  //                             asked to revoke it. The same when it is found out later, in
  //                             the background: the credential without a name goes
  //   reauthorization_required  Zoom refuses the code: used, older than 5 minutes, …
  //   app_credentials_invalid   Zoom refuses the client id or secret
  //   credential_unknown, credential_disconnecting  it was disconnected meanwhile
  //   deadline_exceeded         the exchange goes on; what comes of it is kept, and is in
  //                             List() then
  //   and what a network and Zoom can do: see reason.h
  virtual absl::StatusOr<Credential> FinishConnect(std::string_view redirected_to,
                                                   std::string_view bound_to,
                                                   absl::Duration timeout) = 0;

  // All credentials, of one app or (empty) of all, oldest first.
  virtual absl::StatusOr<std::vector<Credential>> List(const std::string& app_id) = 0;

  // Errors: credential_unknown
  virtual absl::StatusOr<Credential> Get(const std::string& id) = 0;

  // Keeps a credential whose tokens are the customer's. Asks the URL for a token
  // at once, and Zoom who is behind it. The same user again replaces the URL.
  //
  // Errors:
  //   app_unknown, invalid_argument (names what is wrong; the user has a managed
  //   credential: disconnect that first)
  //   address_not_allowed, callback_failed, token_not_offered, callback_answer_invalid
  //   consenter_unexpected  the token is of somebody else than was expected
  //   and those of the network and of Zoom
  virtual absl::StatusOr<Credential> Delegate(const DelegateRequest& request,
                                              absl::Duration timeout) = 0;

  // What Delegate() would do, and keeps nothing: asks the URL, and Zoom who is behind
  // its token. Gives the credential that would be kept, without an id. To be called
  // before it is kept, or when one is paused; Describe() makes a sentence of what is wrong.
  //
  // Errors: those of Delegate(), but that of a user who has a managed credential
  virtual absl::StatusOr<Credential> TestDelegate(const DelegateRequest& request,
                                                  absl::Duration timeout) = 0;

  // An access token with at least 120 s of life. From memory if it is fresh, in
  // about a microsecond and without a thread's turn.
  //
  // Errors: credential_unknown, reauthorization_required, app_credentials_invalid,
  // credential_disconnecting, refresh_busy, refresh_unanswered, those of the
  // network and, delegated, of the callback
  virtual absl::StatusOr<AccessToken> GetAccessToken(const std::string& id,
                                                     absl::Duration timeout) = 0;

  // Asks Zoom now whether the credential works, with a new access token where the
  // old one does not. Also for one that requires a new consent: if Zoom takes
  // its refresh token after all, it is healthy again. Gives it as it is then;
  // whether it is well is in `health`.
  //
  // Errors: credential_unknown, and what kept Zoom from being asked
  virtual absl::StatusOr<Credential> Validate(const std::string& id, absl::Duration timeout) = 0;

  // Takes the credential away: nobody uses it from the moment that is durable;
  // Zoom is asked to revoke it; then it is gone with its tokens, its log and what
  // the directory knew through it, also if Zoom is out of reach. Cut short, it
  // is finished by the next Engine that opens the store. One whose row is damaged
  // goes, too; Zoom cannot be asked then. A consent that comes meanwhile wins: the
  // credential stays, and `why_not` is cancelled.
  //
  // Errors: credential_unknown, those of the store
  virtual absl::StatusOr<Disconnected> Disconnect(const std::string& id,
                                                  absl::Duration timeout) = 0;

  // The last events, by when each first happened, newest first; at most 64 are kept.
  // Gone with the credential. kAccessTokenGiven is counted beside the others: each
  // access token once a process while it is fresh, and each time when it is about to end.
  //
  // Errors: credential_unknown
  virtual absl::StatusOr<std::vector<CredentialEvent>> Log(const std::string& id) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_CREDENTIALS_H_
