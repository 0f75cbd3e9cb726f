// What Zoom tells of a change: the events, by what is different between two worlds. Pure.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_HAPPENINGS_H_
#define JOINPASS_TESTS_FAKE_ZOOM_HAPPENINGS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

struct Happening {
  std::string event = {};  // "meeting.created"
  std::string account_id = {};
  std::string user_id = {};    // whose it is: an app that speaks for users is told of its own
  std::string client_id = {};  // the only app that is told; empty: all that are concerned
  std::string body = {};       // JSON
};

// Where Zoom's own examples differ, or nobody knows.
struct EventStyle {
  bool without_old_object = false;  // of updates
  bool old_object_inside = false;   // in `object`, as Zoom's example of webinar.updated has it
  bool without_time_of_deletions = false;  // event_ts is optional there
};

// `before` became `after` at `at`. A host whose settings changed is not told of; of one who
// moves to another account nothing is known.
std::vector<Happening> WhatHappened(const World& before, const World& after, absl::Time at,
                                    const EventStyle& style);

// He took the app's consent back. Has no event_ts.
Happening Deauthorized(const User& user, const App& app, absl::Time at);

// Zoom's question to a URL.
std::string UrlValidation(std::string_view plain_token, absl::Time at);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_HAPPENINGS_H_
