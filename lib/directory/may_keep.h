// Whether what Zoom told through a consent may be kept.

#ifndef JOINPASS_LIB_DIRECTORY_MAY_KEEP_H_
#define JOINPASS_LIB_DIRECTORY_MAY_KEEP_H_

#include <string>

#include "absl/status/status.h"
#include "store/records.h"

namespace joinpass::directory {

// Of a credential that is on its way out nothing is kept any more. Blocks on the store.
// Errors: credential_disconnecting, credential_unknown, those of the store
absl::Status CheckMayKeep(store::Records& records, const std::string& credential_id);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_MAY_KEEP_H_
