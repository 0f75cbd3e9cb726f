// The calls of the REST API, each judged and checked already: what remains is
// to look up and to answer. Source: Zoom's API reference.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_REST_CALLS_H_
#define JOINPASS_TESTS_FAKE_ZOOM_REST_CALLS_H_

#include <string>

#include "absl/time/time.h"
#include "fake_zoom/message.h"
#include "fake_zoom/rest.h"
#include "fake_zoom/tokens.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// Who calls, and what: all that a handler decides on.
struct Call {
  Rest& rest;
  const Request& request;
  const Grant& grant;
  const App& app;
  const Account& account;
  const User* caller = nullptr;  // null: an app that speaks for itself
  std::string id = {};           // of the path: a user's id, `me`, a meeting's number
  absl::Time now = {};
};

Response GetUser(const Call& call);
Response GetUserSettings(const Call& call);
Response ListUsers(const Call& call);
Response ListMeetings(const Call& call);
Response GetMeeting(const Call& call);
Response GetRecordingToken(const Call& call);
Response ListWebinars(const Call& call);
Response GetWebinar(const Call& call);
Response GetWebinarRecordingToken(const Call& call);
Response GetZak(const Call& call);
Response GetUserToken(const Call& call);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_REST_CALLS_H_
