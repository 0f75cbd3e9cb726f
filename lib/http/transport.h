// Transport: one of the four seams. How a request reaches Zoom.

#ifndef JOINPASS_LIB_HTTP_TRANSPORT_H_
#define JOINPASS_LIB_HTTP_TRANSPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/time.h"
#include "message/http.h"

namespace joinpass::http {

// Used from the loop's thread; tasks end there.
class Transport {
 public:
  virtual ~Transport() = default;

  // Sends `request` and reads the answer; any HTTP status is a success, and so is an
  // answer that ends early, by whatever of the errors below, if the request takes it
  // so. The deadline is absolute and covers everything from the name look-up to the
  // last byte.
  //
  // Errors (ErrorInfo::request_left says whether a byte of the request may
  // have left):
  //   network_unreachable  no address, no route, refused, reset, ended early
  //   tls_failed           the certificate, its name or the handshake was refused
  //   proxy_refused        the proxy answers, and makes no way; `http_status`
  //   deadline_exceeded    `deadline` passed; the socket is closed
  //   answer_too_large     header or body pass their bound
  //   answer_invalid       what came is not HTTP
  //   redirect_refused     a redirect to an origin that is not allowed
  //   address_not_allowed  none of the origin's addresses is a public one, and the
  //                        request asks for that; nothing left
  //   cancelled            the transport is closing
  //   invalid_argument     the origin or the request is none that can be sent;
  //                        nothing left
  virtual base::Task<absl::StatusOr<message::Response>> Send(message::Request request,
                                                             SteadyTime deadline) = 0;

  // Sees that up to `sockets` (1 to 8) idle sockets to `origin` stand ready, so
  // that as many requests at once wait for no handshake. OK if one stands or
  // all are in use; errors as for Send().
  virtual base::Task<absl::Status> Warm(message::Origin origin, int sockets,
                                        SteadyTime deadline) = 0;
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_TRANSPORT_H_
