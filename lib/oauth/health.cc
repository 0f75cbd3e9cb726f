#include "oauth/health.h"

#include <string>

#include "joinpass/reason.h"
#include "zoom/access_token_claims.h"

namespace joinpass::oauth {

namespace {

// Hints only: what is shown depends on them, and nothing else.
bool IsSpokenOf(const store::CredentialRecord& credential, const store::CredentialRecord& unnamed) {
  if (unnamed.app_id != credential.app_id || unnamed.health != Health::kHealthy) return false;
  if (unnamed.connected_at < credential.connected_at) return false;
  const auto claims = zoom::ReadAccessTokenClaims(unnamed.tokens.access_token);
  if (!claims) return false;
  const bool account = credential.app_kind == AppKind::kAccountManaged;
  return (account ? claims->account_id : claims->user_id) == credential.principal().id;
}

}  // namespace

std::string CauseTextOf(const HealthState& state) {
  if (state.health == Health::kPaused && state.cause == Cause::kNone) {
    return std::string(ReasonName(Reason::kAppCredentialsInvalid));
  }
  return std::string(CauseName(state.cause));
}

HealthState HealthOf(const store::CredentialRecord& credential, const store::AppRecord& app) {
  const HealthState stored = {credential.health, credential.health_since, credential.cause};
  if (credential.health == Health::kDisconnecting) return stored;
  if (credential.client_id != app.settings.client_id) {
    return {Health::kReauthorizationRequired, app.client_id_since, Cause::kClientIdChanged};
  }
  if (credential.health != Health::kHealthy) return stored;
  if (app.pause && !credential.IsDelegated()) {
    return {Health::kPaused, app.pause->since, Cause::kNone};
  }
  if (!credential.IsNamed()) return {Health::kIdentifying, credential.connected_at, Cause::kNone};
  return stored;
}

HealthState HealthAmong(std::span<const store::CredentialRecord> unnamed,
                        const store::CredentialRecord& credential, const store::AppRecord& app) {
  const HealthState alone = HealthOf(credential, app);
  if (alone.health == Health::kDisconnecting || !credential.IsNamed()) return alone;
  for (const store::CredentialRecord& later : unnamed) {
    if (IsSpokenOf(credential, later)) {
      return {Health::kIdentifying, later.connected_at, Cause::kConsentedAgain};
    }
  }
  return alone;
}

}  // namespace joinpass::oauth
