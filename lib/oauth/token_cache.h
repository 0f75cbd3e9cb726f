// TokenCache: the fresh access tokens of a process, for any thread.

#ifndef JOINPASS_LIB_OAUTH_TOKEN_CACHE_H_
#define JOINPASS_LIB_OAUTH_TOKEN_CACHE_H_

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "joinpass/credentials.h"
#include "joinpass/time.h"

namespace joinpass::oauth {

// Filled by AccessTokens, which decides; read by whoever has no time for a turn
// of the loop. One mutex. Thread-safe.
class TokenCache {
 public:
  // A copy, if it is fresh on both clocks (refresh_rules.h).
  std::optional<AccessToken> Find(const std::string& credential_id, base::Moment now) const;

  void Put(const std::string& credential_id, AccessToken token, base::Moment now);

  // Whether this is the first time since it is here that `value` leaves the house. One
  // that is not here always is.
  bool IsFirstGiving(const std::string& credential_id, const Secret& value);

  void Drop(const std::string& credential_id);

 private:
  struct Timed {
    AccessToken token;
    SteadyTime ends = {};
    bool given = false;
  };

  mutable base::Mutex mutex_;
  std::map<std::string, Timed> tokens_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_TOKEN_CACHE_H_
