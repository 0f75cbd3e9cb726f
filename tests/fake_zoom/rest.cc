#include "fake_zoom/rest.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "fake_zoom/rest_body.h"
#include "fake_zoom/scopes.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

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

using Handler = Response (*)(const Call&);

enum class Label { kLight, kMedium };

struct Route {
  std::string_view endpoint = {};
  std::vector<std::string_view> path = {};  // "*" takes one segment: the id
  Label label = Label::kLight;
  ScopeRule scopes = {};
  Handler handler = nullptr;
};

Response Ok(const json::object& body) { return {.body = json::serialize(body)}; }

Response NoUser(std::string_view id) {
  return RestError(404, 1001, absl::StrCat("User does not exist: ", base::ToAbsl(id), "."));
}

// The user that the path names, in the caller's account. Null: there is none.
const User* PathUser(const Call& call) {
  if (call.id == "me") {
    if (call.caller != nullptr) return call.caller;
    for (const auto& [id, user] : call.rest.world.users) {
      if (user.account_id == call.account.id && user.role == "owner") return &user;
    }
    return nullptr;
  }
  const User* user = call.rest.world.FindUser(call.id);
  return user == nullptr || user->account_id != call.account.id ? nullptr : user;
}

// The room of the path's number, if the caller may know of it: his own, or one
// of his account when an account consented.
Room PathRoom(const Call& call, std::int64_t number) {
  Room room = call.rest.world.FindRoom(number, call.now);
  if (room.host == nullptr) return {};
  if (call.app.kind != AppKind::kUser) {
    return room.host->account_id == call.account.id ? room : Room();
  }
  return room.host == call.caller ? room : Room();
}

std::optional<std::int64_t> ReadNumber(std::string_view text) {
  std::int64_t number = 0;
  if (text.size() < 9 || text.size() > 11 ||
      !std::ranges::all_of(
          text, [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }) ||
      !absl::SimpleAtoi(base::ToAbsl(text), &number)) {
    return std::nullopt;
  }
  return number;
}

Response HostingNotAllowed() {
  return RestError(400, 3161,
                   "Meeting hosting and scheduling capabilities are not allowed for your user "
                   "account.");
}

Response NoMeeting(std::int64_t number) {
  return RestError(404, 3001, absl::StrCat("Meeting does not exist: ", number, "."));
}

Response GetUser(const Call& call) {
  const User* user = PathUser(call);
  return user == nullptr ? NoUser(call.id) : Ok(WriteUser(*user, call.account));
}

// One page of `total` things, as the envelope that all listings share; `append`
// writes item number i into the array named `name`.
template <typename Append>
Response Listing(const Call& call, std::string_view listing, std::string_view name,
                 std::size_t max_size, std::size_t total, Append append) {
  const std::string key = absl::StrCat(base::ToAbsl(listing), "\n", call.grant.client_id, "\n",
                                       call.grant.user_id, "\n", call.id);
  auto read =
      call.rest.pages.Read(key, call.request.query, max_size, call.rest.page_overflow, call.now);
  if (auto* refusal = std::get_if<Response>(&read)) return std::move(*refusal);
  const Page page = std::get<Page>(read);
  json::array items;
  for (std::size_t i = page.begin; i < std::min(total, page.begin + page.size); ++i) {
    append(i, items);
  }
  return Ok(
      {{"next_page_token", call.rest.pages.Next(key, call.request.query, page, total, call.now)},
       {"page_count", (total + page.size - 1) / page.size},
       {"page_number", page.begin / page.size + 1},
       {"page_size", page.size},
       {"total_records", total},
       {name, std::move(items)}});
}

Response ListUsers(const Call& call) {
  const std::string asked = Get(call.request.query, "status");
  const std::string status = asked.empty() ? "active" : asked;
  std::vector<const User*> users;
  for (const auto& [id, user] : call.rest.world.users) {
    if (user.account_id == call.account.id && user.status == status) users.push_back(&user);
  }
  return Listing(
      call, "users", "users", 2000, users.size(),
      [&users](std::size_t i, json::array& items) { items.push_back(WriteListedUser(*users[i])); });
}

// Instant meetings and webinars are never listed, nor what has expired; `live`
// shows the running ones.
bool IsListed(const Meeting& meeting, std::string_view type, absl::Time now) {
  if (meeting.is_webinar || IsExpired(meeting, now)) return false;
  if (type == "live") return meeting.type == 1;
  return meeting.type != 1;
}

Response ListMeetings(const Call& call) {
  const User* user = PathUser(call);
  if (user == nullptr) return NoUser(call.id);
  if (!user->hosting_allowed) return HostingNotAllowed();
  const std::string type = Get(call.request.query, "type");
  json::array all;
  for (const std::int64_t number : call.rest.world.MeetingsOf(user->id)) {
    const Meeting& meeting = call.rest.world.meetings.at(number);
    if (IsListed(meeting, type, call.now)) WriteListedMeeting(meeting, call.account, all);
  }
  return Listing(call, "meetings", "meetings", 300, all.size(),
                 [&all](std::size_t i, json::array& items) { items.push_back(std::move(all[i])); });
}

Response GetMeeting(const Call& call) {
  const auto number = ReadNumber(call.id);
  if (!number) return RestError(400, 300, "Invalid meeting ID.");
  const Room room = PathRoom(call, *number);
  if (room.host == nullptr) return NoMeeting(*number);
  if (room.meeting != nullptr && room.meeting->is_webinar) {
    return RestError(400, 3000, "Cannot access webinar info.");
  }
  if (!room.host->hosting_allowed) return HostingNotAllowed();
  return Ok(WriteMeeting(room, *number, call.account));
}

Response GetRecordingToken(const Call& call) {
  const auto number = ReadNumber(call.id);
  if (!number) return RestError(400, 300, "Invalid meeting ID.");
  const Room room = PathRoom(call, *number);
  if (room.host == nullptr) return NoMeeting(*number);
  if (room.meeting != nullptr && room.meeting->is_webinar) {
    return RestError(400, 3000, "Cannot access webinar information.");
  }
  if (!room.host->hosting_allowed) return HostingNotAllowed();
  if (!room.host->local_recording) {
    return RestError(
        400, 3000,
        "Not allowed to start local recording. To use this feature, enable the "
        "**Local Recording** setting in the **Settings** page of the Zoom web portal.");
  }
  const std::string token = call.rest.passes.Issue(
      {.kind = PassKind::kRecording,
       .client_id = call.app.client_id,
       .user_id = call.grant.user_id,
       .meeting = *number,
       .bypass_waiting_room = Get(call.request.query, "bypass_waiting_room") == "true",
       .expires = call.now + absl::Seconds(120)});
  return Ok({{"expire_in", 120}, {"token", token}});
}

Response IssueIdentity(const Call& call, PassKind kind, const User& user, std::int64_t meeting,
                       absl::Duration life) {
  return Ok({{"token", call.rest.passes.Issue({.kind = kind,
                                               .client_id = call.app.client_id,
                                               .user_id = user.id,
                                               .meeting = meeting,
                                               .expires = call.now + life})}});
}

Response GetZak(const Call& call) {
  const User* user = PathUser(call);
  if (user == nullptr) return RestError(400, 1001, "User not exist.");
  return IssueIdentity(call, PassKind::kZak, *user, 0, absl::Minutes(5));
}

// ttl in seconds, up to a year; two hours where nothing is said.
std::optional<absl::Duration> ReadTtl(const Pairs& query) {
  const auto text = Find(query, "ttl");
  if (!text) return absl::Hours(2);
  int seconds = 0;
  if (!absl::SimpleAtoi(base::ToAbsl(*text), &seconds) || seconds < 1 ||
      seconds > 365 * 24 * 3600) {
    return std::nullopt;
  }
  return absl::Seconds(seconds);
}

Response GetUserToken(const Call& call) {
  const std::string type = Get(call.request.query, "type");
  const auto life = ReadTtl(call.request.query);
  const auto meeting_id = Find(call.request.query, "meeting_id");
  const auto meeting = meeting_id ? ReadNumber(*meeting_id) : 0;
  if (!life || !meeting) return RestError(400, 300, "Validation Failed.");
  const User* user = PathUser(call);
  if (user == nullptr) return NoUser(call.id);
  if (type == "zak") return IssueIdentity(call, PassKind::kZak, *user, 0, *life);
  if (type == "onbehalf") return IssueIdentity(call, PassKind::kOnBehalf, *user, *meeting, *life);
  if (!type.empty() && type != "token") return RestError(400, 300, "Validation Failed.");
  return Ok({{"token", "Token is no longer supported. Please use ZAK token instead."}});
}

const std::vector<Route>& Routes() {
  // Scopes: zoom-api.md §3.1. Labels: §2.
  static const std::vector<Route> kRoutes = {
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
      {"meetings/one",
       {"meetings", "*"},
       Label::kLight,
       {{"meeting:read", "meeting:read:admin"},
        "meeting:read:meeting",
        "meeting:read:meeting:admin"},
       GetMeeting},
  };
  return kRoutes;
}

// The route of a path below /v2, and the id in it.
std::pair<const Route*, std::string> FindRoute(const Request& request) {
  const std::vector<std::string> segments = Segments(request.path);
  if (request.method != "GET" || segments.empty() || segments[0] != "v2") return {};
  for (const Route& route : Routes()) {
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

std::optional<Response> CheckToken(const Request& request, const Rest& rest, absl::Time now) {
  if (Find(request.query, "access_token")) {
    return RestError(401, 124,
                     "Invalid access token, this access token is not supported as query "
                     "parameter string.");
  }
  const std::string header = Get(request.headers, "authorization");
  if (header.empty()) return RestError(401, 124, "Requires an access token.");
  const bool bearer = absl::StartsWithIgnoreCase(header, "bearer ");
  switch (rest.tokens.CheckAccess(bearer ? header.substr(7) : "", now).verdict) {
    case AccessVerdict::kGood:
      return std::nullopt;
    case AccessVerdict::kExpired:
      return RestError(401, 124, "Access token is expired.");
    case AccessVerdict::kUnknown:
      break;
  }
  return RestError(401, 124, "Invalid access token.");
}

// An id of the path that is a user's, rather than a meeting's, makes a call of
// a user-managed app an admin's call: even with one's own id.
Judged JudgedAs(const Route& route, const App& app, std::string_view id) {
  if (app.kind != AppKind::kUser) return Judged::kAsAdmin;
  const bool names_a_user = route.path[0] == "users" && id != "me";
  return names_a_user ? Judged::kAsAdmin : Judged::kAsUser;
}

Response Answer(const Call& call, const Route& route) {
  if (auto refusal = CheckScope(route.scopes, call.app, JudgedAs(route, call.app, call.id),
                                call.grant.scope)) {
    return *std::move(refusal);
  }
  if (call.id == "me" && call.caller == nullptr &&
      call.rest.server_to_server_me == AccountOwner::kRefused) {
    return RestError(400, 1001, "User not exist.");
  }
  return route.handler(call);
}

Response CheckAndAnswer(Rest& rest, const Request& request, absl::Time now) {
  if (auto refusal = CheckToken(request, rest, now)) return *std::move(refusal);
  const auto [route, id] = FindRoute(request);
  if (route == nullptr) return RestError(400, 2300, "This API endpoint is not recognized.");
  const std::string token = Get(request.headers, "authorization").substr(7);
  const Grant& grant = *rest.tokens.CheckAccess(token, now).grant;
  const Call call{.rest = rest,
                  .request = request,
                  .grant = grant,
                  .app = *rest.world.FindApp(grant.client_id),
                  .account = *rest.world.FindAccount(grant.account_id),
                  .caller = rest.world.FindUser(grant.user_id),
                  .id = id,
                  .now = now};
  return Answer(call, *route);
}

// Source: zoom-api.md §4, the per-second limits.
int PerSecond(Plan plan, Label label) {
  const bool light = label == Label::kLight;
  switch (plan) {
    case Plan::kFree:
      return light ? 4 : 2;
    case Plan::kPro:
      return light ? 30 : 20;
    case Plan::kBusiness:
      return light ? 80 : 60;
  }
  return 0;
}

void AddHeaders(Rest& rest, const Request& request, absl::Time now, Response& response) {
  const Route* route = FindRoute(request).first;
  const Label label = route == nullptr ? Label::kLight : route->label;
  const std::string name = label == Label::kLight ? "Light" : "Medium";
  const std::string header = Get(request.headers, "authorization");
  const Grant* grant =
      header.size() < 7 ? nullptr : rest.tokens.CheckAccess(header.substr(7), now).grant;
  const std::string account = grant == nullptr ? "" : grant->account_id;
  const Account* known = rest.world.FindAccount(account);
  const int limit = PerSecond(known == nullptr ? Plan::kPro : known->plan, label);
  auto& [second, calls] = rest.used[{account, name}];
  if (std::exchange(second, absl::ToUnixSeconds(now)) != absl::ToUnixSeconds(now)) calls = 0;
  ++calls;
  response.headers.insert(response.headers.end(),
                          {{"X-RateLimit-Category", name},
                           {"X-RateLimit-Type", "QPS"},
                           {"X-RateLimit-Limit", absl::StrCat(limit)},
                           {"X-RateLimit-Remaining", absl::StrCat(std::max(0, limit - calls))},
                           {"Cache-Control", "no-store, no-transform, must-revalidate, no-cache"},
                           {"Pragma", "no-cache"},
                           {"X-Content-Type-Options", "nosniff"}});
}

}  // namespace

Response AnswerRest(Rest& rest, const Request& request, absl::Time now) {
  Response response = CheckAndAnswer(rest, request, now);
  AddHeaders(rest, request, now, response);
  return response;
}

std::string_view RestEndpoint(const Request& request) {
  const Route* route = FindRoute(request).first;
  return route == nullptr ? "unknown" : route->endpoint;
}

}  // namespace joinpass::fake_zoom
