// The JSON of users and meetings as the REST API shows them. Source:
// Zoom's API reference. Pure.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_REST_BODY_H_
#define JOINPASS_TESTS_FAKE_ZOOM_REST_BODY_H_

#include <boost/json/object.hpp>
#include <vector>

#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// GET /users/{id}.
boost::json::object WriteUser(const User& user, const Account& account);

// One of GET /users. No id while the invitation is pending.
boost::json::object WriteListedUser(const User& user);
boost::json::object WriteSettings(const User& user);

// One of GET /users/{id}/meetings: one object for each occurrence, with the
// same id.
void WriteListedMeeting(const Meeting& meeting, const Account& account, boost::json::array& list);

// GET /meetings/{id}. `room.meeting` null: the host's personal room, type 4.
boost::json::object WriteMeeting(const Room& room, std::int64_t number, const Account& account);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_REST_BODY_H_
