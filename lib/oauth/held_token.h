// HeldToken: what a process holds in memory of one credential: tokens, and no record.

#ifndef JOINPASS_LIB_OAUTH_HELD_TOKEN_H_
#define JOINPASS_LIB_OAUTH_HELD_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "joinpass/apps.h"
#include "joinpass/reason.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/refresh_rules.h"
#include "store/record_types.h"
#include "zoom/endpoint.h"

namespace joinpass::oauth {

// An access token and what it allows.
struct Grant {
  zoom::Access access = {};
  absl::Time access_expires_at = absl::InfinitePast();
  std::vector<std::string> scopes = {};
  bool scopes_known = true;  // false: nobody said; Zoom will
  AppKind kind = AppKind::kUserManaged;
  std::string user_id = {};
  std::string account_id = {};
  bool delegated = false;
  Cause doubt = Cause::kNone;  // of a delegated credential: see Held
};

// Of a stored credential, what using and replacing its tokens takes.
struct Held {
  std::string app_id = {};
  std::string client_id = {};  // the app's
  AppKind kind = AppKind::kUserManaged;
  std::string user_id = {};
  std::string account_id = {};
  store::Tokens tokens = {};
  std::int64_t generation = 0;
  absl::Time connected_at = absl::InfinitePast();
  absl::Time refreshed_at = absl::InfinitePast();

  // Delegated: why it is paused until Zoom itself says that it is well.
  Cause doubt = Cause::kNone;
};

// Decides only. What is not there yet or not any more is nothing; the access
// token that Zoom refused is remembered beyond it, and so is how long the last one
// may be used by the steady clock: a wall clock that is set back adds nothing.
class HeldToken {
 public:
  void Put(store::CredentialRecord record, const store::AppRecord& app, base::Moment now);
  void Forget() {
    held_.reset();
    timed_ = Secret();
  }
  void Reject(const Secret& access_token) { rejected_ = access_token; }

  // What the callback at `url` gave, to be used until then. Nothing if another URL was
  // set meanwhile.
  void Accept(const Secret& url, const Secret& token, absl::Time until, base::Moment now);

  // Whether `stored` is a past of what is held: its file was put back. Of the same
  // consent, and with another refresh token.
  bool HasOutlived(const store::CredentialRecord& stored) const;

  bool known() const { return held_.has_value(); }

  // Delegated, and known: what Zoom says of what the callback gave.
  void Doubt(Cause doubt) { held_->doubt = doubt; }

  // Of the access token: Zoom refused it (which requires known()); none came.
  bool IsRejected() const;
  bool LacksAccessToken() const { return !held_ || held_->tokens.access_token.empty(); }

  // How long the access token may be used: 0 if Zoom refused it, or none is known.
  absl::Duration Left(base::Moment now) const;

  // The access token that a refresh has to replace, fresh though it may look to
  // others: Zoom refused it, or its time is up on our steady clock.
  const Secret& Unwanted(base::Moment now) const;

  // Requires known().
  const Held& held() const { return *held_; }
  bool IsDelegated() const { return held_ && !held_->tokens.callback_url.empty(); }
  Grant ToGrant(const message::Origin& default_origin, base::Moment now) const;

 private:
  void Time(base::Moment now);

  std::optional<Held> held_;
  Secret rejected_;
  Secret timed_;  // the access token that ends at `ends_`
  SteadyTime ends_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_HELD_TOKEN_H_
