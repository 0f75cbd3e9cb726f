#include "fake_zoom/rest_routes.h"

namespace joinpass::fake_zoom {
namespace {

// Scopes and labels: Zoom's API reference. A literal path stands before the
// pattern that would take it, too.
const std::vector<RestRoute> kRoutes = {
    {"users/list",
     {"users"},
     Label::kMedium,
     {{"user:read", "user:write", "user:read:admin", "user:write:admin"},
      "",
      "user:read:list_users:admin"},
     ListUsers},
    {"users/zak",
     {"users", "me", "zak"},
     Label::kLight,
     {{"user_zak:read"}, "user:read:zak", "user:read:zak:admin"},
     GetZak},
    {"users/token",
     {"users", "*", "token"},
     Label::kLight,
     {{"user:read", "user:write", "user:read:admin", "user:write:admin", "user_profile"},
      "user:read:token",
      "user:read:token:admin"},
     GetUserToken},
    {"users/meetings",
     {"users", "*", "meetings"},
     Label::kMedium,
     {{"meeting:read", "meeting:read:admin"},
      "meeting:read:list_meetings",
      "meeting:read:list_meetings:admin"},
     ListMeetings},
    {"users/settings",
     {"users", "*", "settings"},
     Label::kMedium,
     {{"user:read", "user:write", "user:read:admin", "user:write:admin"},
      "user:read:settings",
      "user:read:settings:admin"},
     GetUserSettings},
    {"users/me",
     {"users", "me"},
     Label::kLight,
     {{"user:read", "user:write", "user:read:admin", "user:write:admin", "user_profile",
       "user_info:read"},
      "user:read:user",
      "user:read:user:admin"},
     GetUser},
    {"users/one",
     {"users", "*"},
     Label::kLight,
     {{"user:read", "user:write", "user:read:admin", "user:write:admin", "user_profile"},
      "user:read:user",
      "user:read:user:admin"},
     GetUser},
    {"meetings/jointoken",
     {"meetings", "*", "jointoken", "local_recording"},
     Label::kLight,
     {{"meeting_token:read:local_recording", "meeting_token:read:admin:local_recording"},
      "meeting:read:local_recording_token",
      "meeting:read:local_recording_token:admin"},
     GetRecordingToken},
    {"users/webinars",
     {"users", "*", "webinars"},
     Label::kMedium,
     {{"webinar:read", "webinar:read:admin"},
      "webinar:read:list_webinars",
      "webinar:read:list_webinars:admin"},
     ListWebinars},
    {"webinars/jointoken",
     {"webinars", "*", "jointoken", "local_recording"},
     Label::kLight,
     {{"webinar_token:read:local_recording", "webinar_token:read:admin:local_recording"},
      "webinar:read:local_recording_token",
      "webinar:read:local_recording_token:admin"},
     GetWebinarRecordingToken},
    {"webinars/one",
     {"webinars", "*"},
     Label::kLight,
     {{"webinar:read", "webinar:read:admin"}, "webinar:read:webinar", "webinar:read:webinar:admin"},
     GetWebinar},
    {"meetings/one",
     {"meetings", "*"},
     Label::kLight,
     {{"meeting:read", "meeting:read:admin"}, "meeting:read:meeting", "meeting:read:meeting:admin"},
     GetMeeting},
};

}  // namespace

std::pair<const RestRoute*, std::string> FindRoute(const Request& request) {
  const std::vector<std::string> segments = Segments(request.path);
  if (request.method != "GET" || segments.empty() || segments[0] != "v2") return {};
  for (const RestRoute& route : kRoutes) {
    if (segments.size() != route.path.size() + 1) continue;
    std::string id;
    bool matches = true;
    for (std::size_t i = 0; i < route.path.size() && matches; ++i) {
      const bool is_id = route.path[i] == "*";
      matches = is_id || route.path[i] == segments[i + 1];
      if (is_id || route.path[i] == "me") id = segments[i + 1];
    }
    if (matches) return {&route, id};
  }
  return {};
}

}  // namespace joinpass::fake_zoom
