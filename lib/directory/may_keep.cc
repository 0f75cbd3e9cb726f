#include "directory/may_keep.h"

#include "base/status.h"

namespace joinpass::directory {

absl::Status CheckMayKeep(store::Records& records, const std::string& credential_id) {
  JOINPASS_ASSIGN_OR_RETURN(const store::CredentialRecord credential,
                            records.GetCredential(credential_id));
  if (credential.health != Health::kDisconnecting) return absl::OkStatus();
  return base::MakeError(Reason::kCredentialDisconnecting,
                         "directory: the credential is being disconnected");
}

}  // namespace joinpass::directory
