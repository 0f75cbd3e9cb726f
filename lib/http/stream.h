// Stream: one connection, with or without TLS. Internal to lib/http.

#ifndef JOINPASS_LIB_HTTP_STREAM_H_
#define JOINPASS_LIB_HTTP_STREAM_H_

#include <sys/socket.h>

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "http/loop.h"
#include "http/tls.h"

namespace joinpass::http {

// An IP address and a port, as the system writes it.
struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

// Reads a numeric address; false if `host` is a name.
bool ReadNumeric(const std::string& host, std::uint16_t port, Address& address);

// The other way round, without the port.
std::string WriteNumeric(const Address& address);

// Whether it is one of the public internet (public_address.h).
bool IsPublic(const Address& address);

// Everything happens on the loop's thread. Each operation ends with one call of
// its `done`, later; at most one of a kind is under way, but a Read and a Write
// may be at the same time. Held by shared_ptr, also by what is under way.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  using Done = absl::AnyInvocable<void(boost::system::error_code)>;

  virtual ~Stream() = default;

  virtual void Connect(const Address& address, Done done) = 0;

  // All that follows goes through TLS.
  virtual void Handshake(const TlsContext& context, const message::Origin& origin,
                         std::shared_ptr<Tickets> tickets, Done done) = 0;

  // After a Handshake failed: why the certificate was refused, in our words;
  // empty if that was not why.
  virtual std::string CertificateFault() const = 0;

  // Whether the handshake resumed a session.
  virtual bool Resumed() const = 0;

  // Writes all of `bytes`, which live until `done`.
  virtual void Write(std::string_view bytes, Done done) = 0;

  // Waits for the next bytes; then they are received(), until the next Read.
  virtual void Read(Done done) = 0;
  virtual std::string_view received() const = 0;

  // Reads what has come by now, before a request is written: `done` is told whether
  // that is nothing, or at once, inside this call. If not, the peer has spoken or
  // left before it was asked, and the stream is unfit. Takes a Watch() over.
  virtual void Listen(absl::AnyInvocable<void(bool quiet)> done) = 0;

  // Reads while nobody asks: `event` runs when the peer sent something or left,
  // which makes the stream unfit. A Read() takes this over, and `event` is
  // dropped then, as at the end of the stream.
  virtual void Watch(absl::AnyInvocable<void(Stream&)> event) = 0;

  // Sends close_notify and closes; does not wait for the peer. What is under
  // way ends with an error.
  virtual void Shutdown() = 0;

  // Closes at once, also for a forked child that has the socket, too. What is under way ends with an error.
  virtual void Close() = 0;
};

std::shared_ptr<Stream> MakeStream(IoLoop& loop);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_STREAM_H_
