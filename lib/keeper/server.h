// Server: a small HTTP/1.1 server, for what Zoom and browsers send.

#ifndef JOINPASS_LIB_KEEPER_SERVER_H_
#define JOINPASS_LIB_KEEPER_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace joinpass::keeper {

// Overwritten once it is answered.
struct Request {
  std::string method = {};  // "POST"
  std::string target = {};  // path and query, as they came: begins with a slash
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};

  // The first of this name, in any case; empty if there is none.
  std::string_view Find(std::string_view name) const;
  std::string_view path() const;  // of the target
};

struct Response {
  int status = 200;
  std::string content_type = {};  // of a body
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

struct ServerOptions {
  // An address of this machine, not a name. Port 0: any that is free.
  std::string address = "127.0.0.1";
  int port = 0;

  // PEM files: the certificate with its chain, and its key. Without them the server speaks
  // plain HTTP, on a loopback address only.
  std::string certificate_file = {};
  std::string key_file = {};

  int workers = 4;  // threads that handlers run on

  // Bounds. A larger header is answered with 431, a larger body with 413, and the connection
  // closed. Above so many connections others wait in the kernel's queue.
  std::size_t largest_header = 16 * 1024;
  std::size_t largest_body = 256 * 1024;
  int most_connections = 256;

  // Of a connection from its beginning to its first request; of a request from its first byte
  // to its last; of an answer to be taken. Whoever is slower is dropped.
  absl::Duration longest_transfer = absl::Seconds(10);
  // Of a connection between two requests.
  absl::Duration longest_idle = absl::Seconds(30);
};

// May block. What it throws is answered with 500.
using Handler = std::function<Response(const Request&)>;

// Thread-safe.
class Server {
 public:
  // Has the address and the port. Whoever comes waits in the kernel's queue until Serve().
  //
  // Errors: invalid_argument (names what is wrong: the address, the port, the certificate or
  // its key, plain HTTP elsewhere than on loopback), resources_exhausted
  static absl::StatusOr<std::unique_ptr<Server>> Listen(ServerOptions options);

  // Stop(0 s), and waits for handlers that are running.
  virtual ~Server() = default;

  virtual int port() const = 0;

  // Has requests answered by `handler`, which it keeps, from then on. Once.
  // Errors: invalid_argument (it serves already), resources_exhausted
  virtual absl::Status Serve(Handler handler) = 0;

  // Takes no new connection and no new request; gives the requests that have come, in part or
  // whole, `timeout` to be answered, then drops what is left. OK, or deadline_exceeded: then
  // handlers that have begun go on, and no other begins.
  virtual absl::Status Stop(absl::Duration timeout) = 0;
};

}  // namespace joinpass::keeper

#endif  // JOINPASS_LIB_KEEPER_SERVER_H_
