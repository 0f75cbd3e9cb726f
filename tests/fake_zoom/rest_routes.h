// The routes below /v2: path, rate label, scopes, call.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_REST_ROUTES_H_
#define JOINPASS_TESTS_FAKE_ZOOM_REST_ROUTES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_zoom/account_limits.h"
#include "fake_zoom/rest_calls.h"
#include "fake_zoom/scopes.h"

namespace joinpass::fake_zoom {

struct RestRoute {
  std::string_view endpoint = {};           // the name it is counted under
  std::vector<std::string_view> path = {};  // "*" takes one segment: the id
  Label label = Label::kLight;
  ScopeRule scopes = {};
  Response (*answer)(const Call&) = nullptr;
};

// The route of a request, and the id in its path: a user's, `me`, or a
// meeting's number. Null: there is none.
std::pair<const RestRoute*, std::string> FindRoute(const Request& request);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_REST_ROUTES_H_
