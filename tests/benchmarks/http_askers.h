// Who asks an HTTPS server on loopback again and again, on sockets that stay.

#ifndef JOINPASS_TESTS_BENCHMARKS_HTTP_ASKERS_H_
#define JOINPASS_TESTS_BENCHMARKS_HTTP_ASKERS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace joinpass::testing {

struct Server {
  std::string origin = {};
  std::string ca_file = {};
};

// What it took in the threads that ask.
struct Costs {
  double cpu_micros = 0;
  std::int64_t allocations = 0;
};

class Asker {
 public:
  virtual ~Asker() = default;

  // So many requests, as many at once as it has sockets. Each is answered with HTTP 200 and the
  // whole body, or the process ends.
  virtual Costs Ask(int requests) = 0;
};

struct AskerKind {
  std::string name = {};
  std::unique_ptr<Asker> (*make)(const Server& server, int sockets) = nullptr;
  bool can_many = true;
};

// The first one is the floor: OpenSSL and epoll by hand, and no more of HTTP than a length.
const std::vector<AskerKind>& AskerKinds();

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_BENCHMARKS_HTTP_ASKERS_H_
