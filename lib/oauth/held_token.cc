#include "oauth/held_token.h"

#include <algorithm>
#include <utility>

namespace joinpass::oauth {

void HeldToken::Put(store::CredentialRecord record, const store::AppRecord& app, base::Moment now) {
  Held held;
  held.app_id = std::move(record.app_id);
  held.client_id = app.settings.client_id;
  held.kind = app.settings.kind;
  held.user_id = std::move(record.user_id);
  held.account_id = std::move(record.account_id);
  held.tokens = std::move(record.tokens);
  held.generation = record.generation;
  held.connected_at = record.connected_at;
  held.refreshed_at = record.refreshed_at;
  const bool is_doubt = record.cause == Cause::kTokenRefused || record.cause == Cause::kWrongUser;
  if (record.health == Health::kPaused && is_doubt) held.doubt = record.cause;
  // What a callback gave is nowhere else.
  if (IsDelegated() && held_->tokens.callback_url == held.tokens.callback_url) {
    held.tokens.access_token = std::move(held_->tokens.access_token);
    held.tokens.access_expires_at = held_->tokens.access_expires_at;
  }
  held_ = std::move(held);
  Time(now);
}

void HeldToken::Accept(const Secret& url, const Secret& token, absl::Time until, base::Moment now) {
  if (!held_ || !(held_->tokens.callback_url == url)) return;
  held_->tokens.access_token = token;
  held_->tokens.access_expires_at = until;
  Time(now);
}

void HeldToken::Time(base::Moment now) {
  const store::Tokens& tokens = held_->tokens;
  if (timed_ == tokens.access_token) return;
  timed_ = tokens.access_token;
  ends_ = now.steady + (tokens.access_expires_at - now.wall);
}

bool HeldToken::HasOutlived(const store::CredentialRecord& stored) const {
  return held_ && !IsDelegated() && stored.generation < held_->generation &&
         stored.connected_at == held_->connected_at &&
         !(stored.tokens.refresh_token == held_->tokens.refresh_token);
}

bool HeldToken::IsRejected() const {
  return !rejected_.empty() && held_->tokens.access_token == rejected_;
}

absl::Duration HeldToken::Left(base::Moment now) const {
  if (!held_) return absl::ZeroDuration();
  const store::Tokens& tokens = held_->tokens;
  if (IsRejected()) return absl::ZeroDuration();
  return std::min(tokens.access_expires_at - now.wall, ends_ - now.steady);
}

const Secret& HeldToken::Unwanted(base::Moment now) const {
  const bool fresh = !held_ || AgeOf(Left(now)) == TokenAge::kFresh;
  return fresh ? rejected_ : held_->tokens.access_token;
}

Grant HeldToken::ToGrant(const message::Origin& default_origin, base::Moment now) const {
  const store::Tokens& tokens = held_->tokens;
  Grant grant;
  grant.access.api_origin = tokens.api_origin.value_or(default_origin);
  grant.access.access_token = tokens.access_token;
  grant.access_expires_at = now.wall + Left(now);
  grant.scopes = tokens.scopes;
  grant.scopes_known = !IsDelegated() && !tokens.scopes.empty();
  grant.kind = held_->kind;
  grant.user_id = held_->user_id;
  grant.account_id = held_->account_id;
  grant.delegated = IsDelegated();
  grant.doubt = held_->doubt;
  return grant;
}

}  // namespace joinpass::oauth
