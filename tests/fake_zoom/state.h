// What the fake knows and does, without sockets or threads: a request goes in,
// an answer comes out, and how it is to be delivered.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_STATE_H_
#define JOINPASS_TESTS_FAKE_ZOOM_STATE_H_

#include <map>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "fake_zoom/faults.h"
#include "fake_zoom/message.h"
#include "fake_zoom/oauth.h"
#include "fake_zoom/passes.h"
#include "fake_zoom/rest.h"
#include "fake_zoom/server.h"
#include "fake_zoom/tokens.h"
#include "fake_zoom/webhooks.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// Thread-compatible. Not copied or moved: its parts point at one another.
struct State {
  explicit State(const TokenRules& rules) : tokens(rules) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Counts the call, acts on it, and lets a fault have its way.
  Answer Handle(const Request& request, absl::Time now);

  World world = {};
  Tokens tokens;
  Passes passes = {};
  OAuth oauth = {.world = world, .tokens = tokens};
  Rest rest = {.world = world, .tokens = tokens, .passes = passes};
  Faults faults = {};
  Webhooks webhooks = {};
  std::set<std::string> subscribed = {};  // client ids of the apps that are told of anything
  EventStyle event_style = {};
  std::map<std::string, int> calls = {};

 private:
  Response Act(const Request& request, absl::Time now);
};

// The name under which a call is counted (fake_zoom.h lists them).
std::string EndpointOf(const Request& request);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_STATE_H_
