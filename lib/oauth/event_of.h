// What befell a credential, for its log.

#ifndef JOINPASS_LIB_OAUTH_EVENT_OF_H_
#define JOINPASS_LIB_OAUTH_EVENT_OF_H_

#include "absl/status/status.h"
#include "joinpass/credentials.h"
#include "store/record_types.h"

namespace joinpass::oauth {

// With the reason of `error`, and what Zoom said beside; of OK, the kind alone. Pure.
store::EventRecord EventOf(CredentialEventKind kind, const absl::Status& error);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_EVENT_OF_H_
