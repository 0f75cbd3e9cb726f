// Through whose consent a host is served.

#ifndef JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_
#define JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_

#include <string>

#include "absl/status/statusor.h"
#include "store/records.h"

namespace joinpass::directory {

// His own consent to the app, or that of his account, if it is known. Blocks on the
// store. Errors: credential_unknown, those of the store
absl::StatusOr<store::CredentialRecord> ConsentOf(store::Records& records,
                                                  const std::string& app_id,
                                                  const store::MeetingHost& host);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_CONSENT_OF_H_
