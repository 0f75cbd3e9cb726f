// Codes, grants, refresh and access tokens: what has been issued, what is still
// good. Rules of Zoom's OAuth pages; no HTTP.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_TOKENS_H_
#define JOINPASS_TESTS_FAKE_ZOOM_TOKENS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "joinpass/time.h"

namespace joinpass::fake_zoom {

// What happens to a refresh token when it is used.
enum class Rotation {
  kStrict,   // it is dead at once
  kLenient,  // it lives until a refresh token that it was exchanged for is used
};

struct TokenRules {
  Rotation rotation = Rotation::kStrict;
  bool reuse_revokes_family = false;         // a dead refresh token that is used ends its consent
  bool refresh_voids_access_tokens = false;  // those that were given before
  bool opaque = false;                       // no JWTs
};

// A user said yes, and the browser carries this to the app. Good once, for 5 minutes.
struct Code {
  std::string client_id = {};
  std::string user_id = {};
  std::string account_id = {};
  std::string redirect_uri = {};
  std::string challenge = {};  // "" without PKCE
  std::string method = {};     // "plain" or "S256"
  std::string scope = {};
  absl::Time expires = {};
};

// One consent, or one token that an app got for itself.
struct Grant {
  std::string client_id = {};
  std::string user_id = {};  // "" when an app speaks for itself
  std::string account_id = {};
  std::string scope = {};
  bool live = true;
  int generation = 0;              // refreshes that worked
  int refused = 0;                 // refreshes with a token of this grant that did not
  int most_uses_of_one_token = 0;  // how often one refresh token was exchanged, at most
  std::string refresh_token = {};  // the newest
  SteadyTime refreshed = {};       // when the last refresh worked, on the machine's clock
};

struct TokenPair {
  std::string access_token = {};
  std::string refresh_token = {};  // "" if the grant has none
  const Grant* grant = nullptr;
};

enum class AccessVerdict { kGood, kUnknown, kExpired };

struct Access {
  AccessVerdict verdict = AccessVerdict::kUnknown;
  const Grant* grant = nullptr;  // when good
};

// Thread-compatible.
class Tokens {
 public:
  static constexpr absl::Duration kCodeLife = absl::Minutes(5);
  static constexpr absl::Duration kAccessLife = absl::Hours(1);
  static constexpr absl::Duration kRefreshLife = absl::Hours(24 * 90);

  explicit Tokens(const TokenRules& rules);

  // Sets `code.expires`.
  std::string IssueCode(Code code, absl::Time now);
  // The code, if it is known, unused and in time.
  const Code* FindCode(std::string_view code, absl::Time now) const;
  // Spends it. A grant of the same app and user is dead from then on.
  // Requires FindCode().
  TokenPair ExchangeCode(std::string_view code, absl::Time now);

  // Nothing if `client_id` may not refresh with this token (any more).
  std::optional<TokenPair> Refresh(std::string_view client_id, std::string_view refresh_token,
                                   absl::Time now);

  // An access token for an app that speaks for itself, or for its account.
  TokenPair IssueForApp(Grant grant, absl::Time now);

  Access CheckAccess(std::string_view access_token, absl::Time now) const;

  // Ends the grant of this access or refresh token, if it is this app's.
  void Revoke(std::string_view client_id, std::string_view token);
  // Ends what the user consented to. False if there was nothing to end.
  bool RevokeConsent(std::string_view client_id, std::string_view user_id);

  // The newest consent of this user to this app, live or not. Null: never any.
  const Grant* FindConsent(std::string_view client_id, std::string_view user_id) const;

 private:
  struct Refreshing {
    int grant = 0;
    std::string parent = {};  // the token it was exchanged for
    std::vector<std::string> children = {};
    absl::Time expires = {};
    bool dead = false;
    int uses = 0;
  };
  struct Accessing {
    int grant = 0;
    absl::Time expires = {};
  };

  TokenPair Issue(int grant, std::string_view parent, absl::Time now);
  void RetireRelatives(const std::string& used);
  std::string MakeToken(const Grant& grant, int type, absl::Time now, absl::Time expires) const;

  const TokenRules rules_;
  const std::string key_;
  std::map<std::string, Code, std::less<>> codes_ = {};
  std::map<int, Grant> grants_ = {};
  std::map<std::pair<std::string, std::string>, int> consents_ = {};  // (client id, user id)
  std::map<std::string, Refreshing, std::less<>> refreshing_ = {};
  std::map<std::string, Accessing, std::less<>> accessing_ = {};
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_TOKENS_H_
