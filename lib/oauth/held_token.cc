#include "oauth/held_token.h"

#include <algorithm>
#include <utility>

namespace joinpass::oauth {

void HeldToken::Put(store::CredentialRecord record, const store::AppRecord& app, base::Moment now) {
  kind_ = app.settings.kind;
  client_id_ = app.settings.client_id;
  record_ = std::move(record);
  Time(now);
}

void HeldToken::Accept(const Secret& url, const Secret& token, const DelegatedToken& read,
                       base::Moment now) {
  if (!record_ || !(record_->tokens.callback_url == url)) return;
  record_->tokens.access_token = token;
  record_->tokens.access_expires_at = read.expires_at;
  Time(now);
}

void HeldToken::Time(base::Moment now) {
  const store::Tokens& tokens = record_->tokens;
  if (timed_ == tokens.access_token) return;
  timed_ = tokens.access_token;
  ends_ = now.steady + (tokens.access_expires_at - now.wall);
}

bool HeldToken::HasOutlived(const store::CredentialRecord& stored) const {
  return record_ && !record_->IsDelegated() && stored.generation < record_->generation &&
         stored.connected_at == record_->connected_at &&
         !(stored.tokens.refresh_token == record_->tokens.refresh_token);
}

bool HeldToken::IsRejected() const {
  return !rejected_.empty() && record_->tokens.access_token == rejected_;
}

absl::Duration HeldToken::Left(base::Moment now) const {
  if (!record_) return absl::ZeroDuration();
  const store::Tokens& tokens = record_->tokens;
  if (IsRejected()) return absl::ZeroDuration();
  return std::min(tokens.access_expires_at - now.wall, ends_ - now.steady);
}

const Secret& HeldToken::Unwanted(base::Moment now) const {
  const bool fresh = !record_ || AgeOf(Left(now)) == TokenAge::kFresh;
  return fresh ? rejected_ : record_->tokens.access_token;
}

Grant HeldToken::ToGrant(const std::string& default_origin, base::Moment now) const {
  const store::Tokens& tokens = record_->tokens;
  Grant grant;
  grant.access.api_origin = tokens.api_origin.empty() ? default_origin : tokens.api_origin;
  grant.access.access_token = tokens.access_token;
  grant.access_expires_at = now.wall + Left(now);
  grant.scopes = tokens.scopes;
  grant.scopes_known = !record_->IsDelegated() && !tokens.scopes.empty();
  grant.kind = kind_;
  grant.user_id = record_->user_id;
  grant.account_id = record_->account_id;
  return grant;
}

}  // namespace joinpass::oauth
