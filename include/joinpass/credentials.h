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

namespace joinpass {

// How a credential does. The names (HealthName) are stable.
enum class Health {
  kHealthy,                  // its tokens work, as far as anybody knows
  kReauthorizationRequired,  // the user must consent again
};

// "healthy", "reauthorization_required".
JOINPASS_EXPORT std::string_view HealthName(Health health);

// What a consent lets joinpass do. Each needs a scope of its own.
enum class Feature {
  kReadUser,        // who consented, and his personal meeting id
  kListMeetings,    // find his scheduled meetings
  kReadMeeting,     // look one meeting up
  kRecordingToken,  // record without a click
  kZak,             // join as the user
  kOnBehalfOf,      // join as the user's app
};

// "read_user", "list_meetings", …
JOINPASS_EXPORT std::string_view FeatureName(Feature feature);

// A feature that this consent does not allow, and the scopes of which any one
// would do.
struct MissingScope {
  Feature feature = Feature::kReadUser;
  std::vector<std::string> any_of = {};
};

// A credential as it is kept, without its tokens.
struct Credential {
  std::string id = {};       // "cred_…"
  std::string app_id = {};   // "app_…"
  std::string user_id = {};  // Zoom's ids of who consented
  std::string account_id = {};
  std::string email = {};  // as Zoom gave it at the consent; may be empty
  std::vector<std::string> scopes = {};
  std::vector<MissingScope> missing = {};
  Health health = Health::kHealthy;
  absl::Time health_since = absl::InfinitePast();
  std::string cause = {};                          // why it is not healthy: see Reason
  absl::Time connected_at = absl::InfinitePast();  // the last consent
  absl::Time access_expires_at = absl::InfinitePast();
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
  // the browser back. Exchanges the code, asks Zoom who consented, and keeps the
  // tokens. A second consent of the same user to the same app replaces the
  // tokens of the same credential and keeps what is known of his meetings. A
  // consent with fewer scopes than asked for is kept too: see `missing`.
  // Three requests to Zoom at most. A state works once, whatever comes of it.
  //
  // `timeout` bounds the exchange. Once that worked, there is no way back to the
  // tokens of an earlier consent, so asking who consented may take 20 s more.
  //
  // Errors:
  //   invalid_argument          `redirected_to` is no redirect of Zoom's
  //   consent_state_invalid     unknown, used, too old, or not `bound_to` this browser
  //   consent_declined          the user said no
  //   reauthorization_required  Zoom refuses the code: used, older than 5 minutes, …
  //   app_credentials_invalid   Zoom refuses the client id or secret
  //   and what a network and Zoom can do: see reason.h
  virtual absl::StatusOr<Credential> FinishConnect(std::string_view redirected_to,
                                                   std::string_view bound_to,
                                                   absl::Duration timeout) = 0;

  // All credentials, of one app or (empty) of all, oldest first.
  virtual absl::StatusOr<std::vector<Credential>> List(const std::string& app_id) = 0;

  // Errors: credential_unknown
  virtual absl::StatusOr<Credential> Get(const std::string& id) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_CREDENTIALS_H_
