// Which scopes open which call. Source: Zoom's API reference. Pure.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_SCOPES_H_
#define JOINPASS_TESTS_FAKE_ZOOM_SCOPES_H_

#include <optional>
#include <string_view>
#include <vector>

#include "fake_zoom/message.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// The scopes of one call. "" where Zoom has none.
struct ScopeRule {
  std::vector<std::string_view> classic = {};
  std::string_view user = {};   // granular, of a user-managed app
  std::string_view admin = {};  // granular, of an account-managed app
};

// As whom a call is judged.
enum class Judged { kAsUser, kAsAdmin };

// Nothing if `granted` (space separated) suffices, else the refusal: 4711, or
// 4700 in the words of apps with classic scopes. Judged as an admin's call, a
// user-level scope is none; judged as a user's, an admin's is none either.
std::optional<Response> CheckScope(const ScopeRule& rule, const App& app, Judged judged,
                                   std::string_view granted);

// An error of the REST API: {"code":…,"message":…}.
Response RestError(int status, int code, std::string_view message);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_SCOPES_H_
