// /v2/*: who may ask what, in a fixed order of checks (Zoom states none).

#ifndef JOINPASS_TESTS_FAKE_ZOOM_REST_H_
#define JOINPASS_TESTS_FAKE_ZOOM_REST_H_

#include <string_view>

#include "absl/time/time.h"
#include "fake_zoom/account_limits.h"
#include "fake_zoom/message.h"
#include "fake_zoom/pages.h"
#include "fake_zoom/passes.h"
#include "fake_zoom/tokens.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// What the REST endpoints work on. Borrows the first three; plain state otherwise.
struct Rest {
  World& world;
  Tokens& tokens;
  Passes& passes;
  Pages pages = {};
  AccountOwner server_to_server_me = AccountOwner::kRefused;
  PageOverflow page_overflow = PageOverflow::kRefused;
  Limits limits = {};
};

// GET /v2/…
Response AnswerRest(Rest& rest, const Request& request, absl::Time now);

// The name under which a call is counted, and by which a fault finds it:
// "users/me", "meetings/jointoken", … (README.md lists them); "unknown" for
// a route that is none.
std::string_view RestEndpoint(const Request& request);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_REST_H_
