// A request as the bytes of HTTP/1.1.

#ifndef JOINPASS_LIB_HTTP_REQUEST_TEXT_H_
#define JOINPASS_LIB_HTTP_REQUEST_TEXT_H_

#include "absl/status/statusor.h"
#include "base/wipe.h"
#include "http/origin.h"
#include "message/http.h"

namespace joinpass::http {

// Head and body in one block. No compression is asked for.
//
// Errors:
//   invalid_argument  the target is no printable ASCII that begins with a slash,
//                     or a header's value holds CR, LF or NUL
absl::StatusOr<base::Buffer> WriteRequest(const message::Request& request, const Origin& origin);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_REQUEST_TEXT_H_
