#include "oauth/health.h"

#include <string>

#include "joinpass/reason.h"

namespace joinpass::oauth {

HealthState HealthOf(const store::CredentialRecord& credential, const store::AppRecord& app) {
  const HealthState stored = {credential.health, credential.health_since, credential.cause};
  if (credential.health == Health::kDisconnecting) return stored;
  if (credential.client_id != app.settings.client_id) {
    return {Health::kReauthorizationRequired, app.client_id_since, "client_id_changed"};
  }
  if (credential.health != Health::kHealthy) return stored;
  if (app.pause && !credential.IsDelegated()) {
    return {Health::kPaused, app.pause->since,
            std::string(ReasonName(Reason::kAppCredentialsInvalid))};
  }
  return stored;
}

}  // namespace joinpass::oauth
