#include "fake_zoom/tokens.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/random.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

std::string RandomKey() { return base::SystemRandom().Token(32); }

}  // namespace

Tokens::Tokens(const TokenRules& rules) : rules_(rules), key_(RandomKey()) {}

std::string Tokens::IssueCode(Code code, absl::Time now) {
  std::erase_if(codes_, [now](const auto& entry) { return entry.second.expires <= now; });
  code.expires = now + kCodeLife;
  std::string text = base::SystemRandom().Token(24);
  codes_.emplace(text, std::move(code));
  return text;
}

const Code* Tokens::FindCode(std::string_view code, absl::Time now) const {
  const auto found = codes_.find(code);
  return found == codes_.end() || found->second.expires <= now ? nullptr : &found->second;
}

TokenPair Tokens::ExchangeCode(std::string_view code, absl::Time now) {
  const Code spent = codes_.extract(codes_.find(code)).mapped();
  RevokeConsent(spent.client_id, spent.user_id);
  const int id = static_cast<int>(grants_.size());
  grants_[id] = {.client_id = spent.client_id,
                 .user_id = spent.user_id,
                 .account_id = spent.account_id,
                 .scope = spent.scope};
  consents_[{spent.client_id, spent.user_id}] = id;
  return Issue(id, "", now);
}

std::optional<TokenPair> Tokens::Refresh(std::string_view client_id, std::string_view refresh_token,
                                         absl::Time now) {
  const auto found = refreshing_.find(refresh_token);
  if (found == refreshing_.end()) return std::nullopt;
  Refreshing& used = found->second;
  Grant& grant = grants_[used.grant];
  if (grant.client_id != client_id || !grant.live || used.dead || used.expires <= now) {
    ++grant.refused;
    // RFC 9700, section 4.14.2: it may have been stolen.
    if (used.dead && rules_.reuse_revokes_family) grant.live = false;
    return std::nullopt;
  }
  grant.most_uses_of_one_token = std::max(grant.most_uses_of_one_token, ++used.uses);
  ++grant.generation;
  grant.refreshed = SteadyNow();
  RetireRelatives(found->first);
  if (rules_.rotation == Rotation::kStrict) used.dead = true;
  if (rules_.refresh_voids_access_tokens) {
    std::erase_if(accessing_, [&](const auto& one) { return one.second.grant == used.grant; });
  }
  return Issue(used.grant, found->first, now);
}

void Tokens::RetireRelatives(const std::string& used) {
  const std::string& parent = refreshing_[used].parent;
  if (parent.empty()) return;
  // Whoever uses a token has shown that its answer arrived: the parent was
  // only kept for the case that it had not.
  Refreshing& spent = refreshing_[parent];
  spent.dead = true;
  for (const std::string& sibling : spent.children) {
    if (sibling != used) refreshing_[sibling].dead = true;
  }
}

TokenPair Tokens::IssueForApp(Grant grant, absl::Time now) {
  const int id = static_cast<int>(grants_.size());
  Grant& stored = grants_[id] = std::move(grant);
  TokenPair pair{.grant = &stored};
  pair.access_token = MakeToken(stored, 0, now, now + kAccessLife);
  accessing_[pair.access_token] = {.grant = id, .expires = now + kAccessLife};
  return pair;
}

TokenPair Tokens::Issue(int id, std::string_view parent, absl::Time now) {
  Grant& grant = grants_[id];
  TokenPair pair{.grant = &grant};
  pair.access_token = MakeToken(grant, 0, now, now + kAccessLife);
  pair.refresh_token = MakeToken(grant, 1, now, now + kRefreshLife);
  accessing_[pair.access_token] = {.grant = id, .expires = now + kAccessLife};
  refreshing_[pair.refresh_token] = {
      .grant = id, .parent = std::string(parent), .expires = now + kRefreshLife};
  if (!parent.empty()) refreshing_.find(parent)->second.children.push_back(pair.refresh_token);
  grant.refresh_token = pair.refresh_token;
  return pair;
}

Access Tokens::CheckAccess(std::string_view access_token, absl::Time now) const {
  const auto found = accessing_.find(access_token);
  if (found == accessing_.end()) return {};
  const Grant& grant = grants_.at(found->second.grant);
  if (!grant.live) return {};
  if (found->second.expires <= now) return {.verdict = AccessVerdict::kExpired};
  return {.verdict = AccessVerdict::kGood, .grant = &grant};
}

void Tokens::Revoke(std::string_view client_id, std::string_view token) {
  int id = -1;
  if (const auto access = accessing_.find(token); access != accessing_.end()) {
    id = access->second.grant;
  } else if (const auto refresh = refreshing_.find(token); refresh != refreshing_.end()) {
    id = refresh->second.grant;
  }
  if (id >= 0 && grants_[id].client_id == client_id) grants_[id].live = false;
}

bool Tokens::RevokeConsent(std::string_view client_id, std::string_view user_id) {
  const auto found = consents_.find({std::string(client_id), std::string(user_id)});
  return found != consents_.end() && std::exchange(grants_[found->second].live, false);
}

const Grant* Tokens::FindConsent(std::string_view client_id, std::string_view user_id) const {
  const auto found = consents_.find({std::string(client_id), std::string(user_id)});
  return found == consents_.end() ? nullptr : &grants_.at(found->second);
}

std::string Tokens::MakeToken(const Grant& grant, int type, absl::Time now,
                              absl::Time expires) const {
  if (rules_.opaque) return RandomHex(32);
  const boost::json::object header = {
      {"sv", "000001"}, {"alg", "HS512"}, {"v", "2.0"}, {"kid", "fake"}};
  const std::int64_t seconds = absl::ToUnixSeconds(now);
  const boost::json::object claims = {{"ver", 9},
                                      {"auid", RandomHex(16)},
                                      {"code", RandomHex(8)},
                                      {"iss", "zm:cid:" + grant.client_id},
                                      {"gno", 0},
                                      {"type", type},
                                      {"tid", 0},
                                      {"aud", "https://oauth.zoom.us"},
                                      {"uid", grant.user_id},
                                      {"nbf", seconds},
                                      {"exp", absl::ToUnixSeconds(expires)},
                                      {"iat", seconds},
                                      {"aid", grant.account_id},
                                      {"jti", RandomHex(16)}};
  return MakeJwt(boost::json::serialize(header), boost::json::serialize(claims), key_);
}

}  // namespace joinpass::fake_zoom
