// Through whose consent a host is served.

#ifndef JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_
#define JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/records.h"

namespace joinpass::directory {

// His own consent to the app, or that of his account, if it is known. Blocks on the
// store. Errors: credential_unknown, those of the store
absl::StatusOr<store::CredentialRecord> ConsentOf(store::Records& records,
                                                  const std::string& app_id,
                                                  const store::MeetingHost& host);

// Of a credential that is on its way out nothing is kept any more. Blocks on the store.
// Errors: credential_disconnecting, credential_unknown, those of the store
absl::Status CheckMayKeep(store::Records& records, const std::string& credential_id);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_
