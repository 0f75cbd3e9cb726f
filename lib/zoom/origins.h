// Where Zoom answers, and where a token may go.

#ifndef JOINPASS_LIB_ZOOM_ORIGINS_H_
#define JOINPASS_LIB_ZOOM_ORIGINS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace joinpass::zoom {

// The two origins joinpass is set up with: Zoom's, ZoomGov's, or a test's.
struct Origins {
  std::string oauth = "https://zoom.us";
  std::string api = "https://api.zoom.us";
};

// OK if `origin` is https, a host, perhaps a port, and nothing behind, not even
// a slash. At most 300 bytes.
//
// Errors: invalid_argument
absl::Status CheckOrigin(std::string_view origin);

// What the transport may follow a redirect to, tokens and all, an entry each. If both of
// `origins` are Zoom's: "https://zoom.us", "https://api.zoom.us", and its regions as
// "api-*.zoom.us" (where one is ZoomGov's, its domain). Otherwise exactly the two.
std::vector<std::string> RedirectOrigins(const Origins& origins);

// Where API calls go after a token answer that named `api_url`: there, if a
// token may go there (Zoom's own of the same domain where `origins.api` is
// Zoom's, else one of the two of `origins`), else `origins.api`. One slash at
// its end is forgiven.
std::string ApiOriginFor(const Origins& origins, std::string_view api_url);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_ORIGINS_H_
