// Origin: where a request may go to.

#ifndef JOINPASS_LIB_MESSAGE_ORIGIN_H_
#define JOINPASS_LIB_MESSAGE_ORIGIN_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace joinpass::message {

enum class Scheme { kHttps, kHttp };

// Scheme, host and port. Compares equal if and only if a request to one goes to
// the other.
struct Origin {
  Scheme scheme = Scheme::kHttps;

  // Lower case; an IPv6 address without its brackets. Empty: nowhere.
  std::string host = {};

  // Whether `host` is an IP address, in its shortest form.
  bool is_address = false;

  std::uint16_t port = 443;

  friend auto operator<=>(const Origin&, const Origin&) = default;
};

// Reads "https://api.zoom.us" or "https://127.0.0.1:8443": nothing may follow
// the port, at most 253 characters of host. "http" goes to a loopback address
// only, since what we send are secrets.
//
// Errors:
//   invalid_argument  anything else
absl::StatusOr<Origin> ReadOrigin(std::string_view text);

// The host as it stands in a URL, with a port that is not the scheme's own:
// also the value of the header `Host`.
std::string WriteAuthority(const Origin& origin);

// The one text of an origin: "https://api.zoom.us".
std::string WriteOrigin(const Origin& origin);

}  // namespace joinpass::message

#endif  // JOINPASS_LIB_MESSAGE_ORIGIN_H_
