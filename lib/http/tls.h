// What of TLS needs no socket: whom we trust, and how sessions go on.

#ifndef JOINPASS_LIB_HTTP_TLS_H_
#define JOINPASS_LIB_HTTP_TLS_H_

#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "message/origin.h"

namespace joinpass::http {

// An SSL_CTX for clients: TLS 1.2 or newer, the peer's chain verified.
using TlsContext = std::shared_ptr<SSL_CTX>;

// The context that trusts the certificates of the PEM file `ca_file`, or those
// of the system if that is empty. There is one a process for each set of
// certificates, as loading the system's costs 50 ms; it goes with its last user.
//
// Errors:
//   invalid_argument  the file cannot be read, passes 4 MiB, or holds no certificate
//   internal          OpenSSL refuses
absl::StatusOr<TlsContext> OpenTlsContext(const std::string& ca_file);

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Ticket = std::unique_ptr<SSL_SESSION, FreeSession>;

// The newest session of each origin, to be resumed by the next socket.
// Thread-compatible.
class Tickets {
 public:
  void Keep(const message::Origin& origin, Ticket session);

  // Null if there is none that can be resumed. Lives until the next Keep().
  SSL_SESSION* Find(const message::Origin& origin) const;

 private:
  std::map<message::Origin, Ticket> newest_;
};

// Where the sessions of one socket go. Outlives the SSL object.
struct TicketSink {
  std::shared_ptr<Tickets> tickets = {};
  message::Origin origin = {};
};

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// A client's end of one connection to `origin`: name or address verified, SNI
// for names, resuming what `sink.tickets` has. Null if OpenSSL has no memory.
std::unique_ptr<SSL, FreeSsl> MakeSsl(const TlsContext& context, const message::Origin& origin,
                                      TicketSink& sink);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_TLS_H_
