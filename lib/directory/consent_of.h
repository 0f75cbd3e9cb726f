// Through whose consent a host is served.

#ifndef JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_
#define JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/records.h"

namespace joinpass::directory {

// With a user-managed app his own, with an account-managed one that of his account, if that
// is known. Blocks on the store. Errors: credential_unknown, those of the store
absl::StatusOr<store::CredentialRecord> ConsentOf(store::Records& records,
                                                  const store::AppRecord& app,
                                                  const std::string& user_id,
                                                  const std::string& account_id);

// Of a credential that is on its way out nothing is kept any more. Blocks on the store.
// Errors: credential_disconnecting, credential_unknown, those of the store
absl::Status CheckMayKeep(store::Records& records, const std::string& credential_id);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_
