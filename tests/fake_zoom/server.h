// The sockets: HTTP/1.1 over TLS on loopback, one thread.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_SERVER_H_
#define JOINPASS_TESTS_FAKE_ZOOM_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fake_zoom/faults.h"
#include "fake_zoom/message.h"

namespace joinpass::fake_zoom {

struct Answer {
  Response response = {};
  Delivery delivery = {};
};

struct ServerOptions {
  int port = 0;                  // 0: any that is free
  std::string certificate = {};  // PEM
  std::string key = {};          // PEM

  // Both are called on the server's thread, and must not block for long.
  std::function<Answer(const Request&)> handler = {};
  std::function<absl::Time()> now = {};
};

struct ConnectionCounts {
  int accepted = 0;    // TCP connections
  int handshakes = 0;  // TLS handshakes that succeeded
  int resumed = 0;     // of these, how many resumed a session
};

// Thread-safe. Listens on 127.0.0.1 only. A header may have 64 KiB, a body 1 MiB;
// what is larger is refused with 431 or 413 and the connection closed.
class Server {
 public:
  // Errors: kInvalidArgument: the port is taken or not allowed; kInternal.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);

  // Closes every connection, also those whose answer is held.
  virtual ~Server() = default;

  virtual int port() const = 0;
  virtual ConnectionCounts counts() const = 0;

  // Lets every held answer go.
  virtual void Release() = 0;

  // The clock was moved: delayed answers may be due.
  virtual void ClockMoved() = 0;
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_SERVER_H_
