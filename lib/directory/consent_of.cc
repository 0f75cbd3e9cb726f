#include "directory/consent_of.h"

#include "base/status.h"

namespace joinpass::directory {

absl::StatusOr<store::CredentialRecord> ConsentOf(store::Records& records,
                                                  const store::AppRecord& app,
                                                  const std::string& user_id,
                                                  const std::string& account_id) {
  return records.FindCredential(app.id,
                                store::Principal::Of(app.settings.kind, user_id, account_id));
}

absl::Status CheckMayKeep(store::Records& records, const std::string& credential_id) {
  JOINPASS_ASSIGN_OR_RETURN(const store::CredentialRecord credential,
                            records.GetCredential(credential_id));
  if (credential.health != Health::kDisconnecting) return absl::OkStatus();
  return base::MakeError(Reason::kCredentialDisconnecting,
                         "directory: the credential is being disconnected");
}

}  // namespace joinpass::directory
