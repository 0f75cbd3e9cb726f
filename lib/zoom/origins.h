// Where Zoom answers, and where a token may go.

#ifndef JOINPASS_LIB_ZOOM_ORIGINS_H_
#define JOINPASS_LIB_ZOOM_ORIGINS_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "message/origin.h"

namespace joinpass::zoom {

// The two origins joinpass is set up with: Zoom's, ZoomGov's, or a test's.
struct Origins {
  message::Origin oauth = {.host = "zoom.us"};
  message::Origin api = {.host = "api.zoom.us"};
};

// Reads an origin as message::ReadOrigin() does, and takes https only.
//
// Errors: invalid_argument
absl::StatusOr<message::Origin> ReadHttpsOrigin(std::string_view text);

// Whether a request, token and all, may be redirected to `origin` from elsewhere. If both
// of `origins` are Zoom's: zoom.us, api.zoom.us and its regions api-*.zoom.us (where one
// is ZoomGov's, those of its domain), on port 443. Otherwise exactly the two.
bool MayRedirectTo(const Origins& origins, const message::Origin& origin);

// Whether `origin` is Zoom's own: https, at or below zoom.us or zoomgov.com, port 443.
bool IsZooms(const message::Origin& origin);

// Where API calls go after a token answer that named `api_url`: there, if it is Zoom's
// own and of the same domain as `origins.api` (regions, and an account's vanity host),
// or where those are not Zoom's the other of the two; else `origins.api`. One slash at
// its end is forgiven.
// Source: Zoom's API reference ("Using Zoom APIs": regional base URLs).
message::Origin ApiOriginFor(const Origins& origins, std::string_view api_url);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_ORIGINS_H_
