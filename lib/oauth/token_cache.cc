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
  tokens_.insert_or_assign(credential_id, Timed{std::move(token), ends});
}

void TokenCache::Drop(const std::string& credential_id) {
  base::MutexLock lock(mutex_);
  tokens_.erase(credential_id);
}

}  // namespace joinpass::oauth
