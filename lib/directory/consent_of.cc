#include "directory/consent_of.h"

#include "base/status.h"

namespace joinpass::directory {

absl::StatusOr<store::CredentialRecord> ConsentOf(store::Records& records,
                                                  const std::string& app_id,
                                                  const store::MeetingHost& host) {
  auto own = records.FindCredential(app_id, store::Principal::User(host.user_id));
  if (own.ok() || ReasonOf(own.status()) != Reason::kCredentialUnknown) return own;
  if (host.account_id.empty()) return own;
  return records.FindCredential(app_id, store::Principal::Account(host.account_id));
}

absl::Status CheckMayKeep(store::Records& records, const std::string& credential_id) {
  JOINPASS_ASSIGN_OR_RETURN(const store::CredentialRecord credential,
                            records.GetCredential(credential_id));
  if (credential.health != Health::kDisconnecting) return absl::OkStatus();
  return base::MakeError(Reason::kCredentialDisconnecting,
                         "directory: the credential is being disconnected");
}

}  // namespace joinpass::directory
