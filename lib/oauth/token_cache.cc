#include "oauth/token_cache.h"

#include <algorithm>
#include <utility>

#include "oauth/refresh_rules.h"

namespace joinpass::oauth {

std::optional<AccessToken> TokenCache::Find(const std::string& credential_id,
                                            base::Moment now) const {
  base::MutexLock lock(mutex_);
  const auto it = tokens_.find(credential_id);
  if (it == tokens_.end()) return std::nullopt;
  const Timed& timed = it->second;
  const absl::Duration left = std::min(timed.token.expires_at - now.wall, timed.ends - now.steady);
  if (AgeOf(left) != TokenAge::kFresh) return std::nullopt;
  return timed.token;
}

void TokenCache::Put(const std::string& credential_id, AccessToken token, base::Moment now) {
  const SteadyTime ends = now.steady + (token.expires_at - now.wall);
  base::MutexLock lock(mutex_);
  Timed& timed = tokens_[credential_id];
  const bool given = timed.given && timed.token.value == token.value;
  timed = Timed{std::move(token), ends, given};
}

bool TokenCache::IsFirstGiving(const std::string& credential_id, const Secret& value) {
  base::MutexLock lock(mutex_);
  const auto it = tokens_.find(credential_id);
  if (it == tokens_.end() || !(it->second.token.value == value)) return true;
  return !std::exchange(it->second.given, true);
}

void TokenCache::Drop(const std::string& credential_id) {
  base::MutexLock lock(mutex_);
  tokens_.erase(credential_id);
}

}  // namespace joinpass::oauth
