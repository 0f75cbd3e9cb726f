// The HTTPS client behind Transport.

#ifndef JOINPASS_LIB_HTTP_CLIENT_H_
#define JOINPASS_LIB_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "http/loop.h"
#include "http/proxy.h"
#include "http/transport.h"

namespace joinpass::http {

struct ClientOptions {
  // PEM file with the certificates to trust instead of the system's. Read once,
  // in OpenClient().
  std::string ca_file = {};

  // What is reached through a proxy.
  ProxyRules proxies = {};

  // Whether a redirect may lead there; it always may to where it comes from. Null: nowhere
  // else. Called on the loop's thread.
  std::function<bool(const message::Origin&)> may_redirect_to = {};

  // A socket that was idle for so long is closed. Above 0; less than what
  // Zoom's load balancers grant.
  absl::Duration max_idle = absl::Seconds(50);

  // Sockets to one origin, 1 to 64; who wants more waits for a free one. So many that the
  // largest of Zoom's limits, 80 calls a second, is the bound where an answer takes 0.4 s.
  std::size_t max_sockets = 32;

  // Status line and headers of an answer, in bytes; 1 KiB to 1 MiB.
  std::size_t max_header = 32 * 1024;
};

// TLS 1.2 or newer, chain and name verified; sockets kept for the next request
// and sessions resumed; through an HTTP proxy if there is one; no compression, no cookies.
//
// A request that a kept socket did not take, so that not one byte of an answer
// came, is sent once more on a new one, unless it is `send_once`. Redirects of
// GET requests are followed, at most three, to allowed origins only, with
// `Authorization`; any other is redirect_refused. What a peer says before it was
// asked is nobody's answer: such a socket is closed, and another one takes its place.
class Client : public Transport {
 public:
  // The same as Close(), later on the loop's thread.
  ~Client() override = default;

  // Closes idle sockets with close_notify; calls under way, and all later ones,
  // end with `cancelled`. On the loop's thread.
  virtual void Close() = 0;
};

// `loop` and `clock` outlive the client and its calls. Destroy it on any thread.
// Loads the certificates, which may take 50 ms the first time in a process.
//
// Errors:
//   invalid_argument  an option is out of its bounds; the CA file is no such file
absl::StatusOr<std::unique_ptr<Client>> OpenClient(ClientOptions options, IoLoop& loop,
                                                   base::Clock& clock);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_CLIENT_H_
