// Proxy: which origins are reached through an HTTP proxy, and what it is asked. Pure.

#ifndef JOINPASS_LIB_HTTP_PROXY_H_
#define JOINPASS_LIB_HTTP_PROXY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/wipe.h"
#include "joinpass/secret.h"
#include "message/origin.h"

namespace joinpass::http {

struct Proxy {
  message::Origin at = {};    // where it listens; its scheme does not count
  Secret authorization = {};  // for Proxy-Authorization, or empty
};

class ProxyRules {
 public:
  // Everything is reached directly.
  ProxyRules() = default;

  // As EngineOptions::proxy and no_proxy say. An empty `proxy` is none.
  //
  // Errors:
  //   invalid_argument  `proxy` is no http URL of a host; never what it says
  static absl::StatusOr<ProxyRules> Read(const Secret& proxy, std::string_view no_proxy);

  // Null: `origin` is reached directly. So is what speaks no TLS, and what is on this machine.
  const Proxy* For(const message::Origin& origin) const;

 private:
  // One part of no_proxy.
  struct Exception {
    std::string suffix = {};  // of a name: ".zoom.us" is every name within zoom.us
    std::string name = {};    // or this host; empty with an empty suffix: a network's address
    int family = 0;
    std::array<unsigned char, 16> network = {};
    unsigned bits = 0;
    std::optional<std::uint16_t> port = {};
    bool is_all = false;

    bool Fits(const message::Origin& origin) const;
  };
  static std::optional<Exception> ReadException(std::string_view text);

  std::optional<Proxy> proxy_;
  std::vector<Exception> exceptions_;
};

// The request for a tunnel to `target`. Source: RFC 9110 section 9.3.6.
base::Buffer WriteConnect(const Proxy& proxy, const message::Origin& target);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_PROXY_H_
