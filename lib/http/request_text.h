// A request as the bytes of HTTP/1.1.

#ifndef JOINPASS_LIB_HTTP_REQUEST_TEXT_H_
#define JOINPASS_LIB_HTTP_REQUEST_TEXT_H_

#include "absl/status/statusor.h"
#include "base/wipe.h"
#include "message/http.h"

namespace joinpass::http {

// Head and body in one block. No compression is asked for.
//
// Errors:
//   invalid_argument  the origin has no host, the target is no printable ASCII that begins with a slash,
//                     or a header's value holds CR, LF or NUL
absl::StatusOr<base::Buffer> WriteRequest(const message::Request& request);

// Of an origin without a host.
absl::Status GoesNowhere();

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_REQUEST_TEXT_H_
