#include "fake_zoom/rest_calls.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "fake_zoom/rest_body.h"
#include "fake_zoom/scopes.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

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
  const bool known =
      user != nullptr && user->account_id == call.account.id && user->status != "deleted";
  return known ? user : nullptr;
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

// Instant meetings are never listed, nor what has expired; `live` shows the running ones.
bool IsListed(const Meeting& meeting, std::string_view type, absl::Time now) {
  if (IsExpired(meeting, now)) return false;
  if (type == "live") return meeting.type == 1;
  return meeting.type != 1;
}

Response NoWebinarPlan() {
  return RestError(400, 200,
                   "Webinar plan is missing. You must subscribe to the webinar plan and enable "
                   "webinars for this user in order to perform this action.");
}

// `name`: "meetings" or "webinars".
Response ListHosted(const Call& call, const User& user, std::string_view name) {
  const std::string type = Get(call.request.query, "type");
  json::array all;
  for (const std::int64_t number : call.rest.world.MeetingsOf(user.id)) {
    const Meeting& meeting = call.rest.world.meetings.at(number);
    if (meeting.is_webinar != (name == "webinars")) continue;
    if (IsListed(meeting, type, call.now)) WriteListedMeeting(meeting, call.account, all);
  }
  return Listing(call, name, name, 300, all.size(),
                 [&all](std::size_t i, json::array& items) { items.push_back(std::move(all[i])); });
}

Response IssueRecording(const Call& call, const User& host, std::int64_t number) {
  if (!host.local_recording) {
    return RestError(
        400, 3000,
        "Not allowed to start local recording. To use this feature, enable the "
        "**Local Recording** setting in the **Settings** page of the Zoom web portal.");
  }
  const std::string token = call.rest.passes.Issue(
      {.kind = PassKind::kRecording,
       .client_id = call.app.client_id,
       .user_id = call.grant.user_id,
       .of_account = call.app.kind != AppKind::kUser,
       .meeting = number,
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

}  // namespace

Response GetUser(const Call& call) {
  const User* user = PathUser(call);
  return user == nullptr ? NoUser(call.id) : Ok(WriteUser(*user, call.account));
}

Response GetUserSettings(const Call& call) {
  const User* user = PathUser(call);
  return user == nullptr ? NoUser(call.id) : Ok(WriteSettings(*user));
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

Response ListMeetings(const Call& call) {
  const User* user = PathUser(call);
  if (user == nullptr) return NoUser(call.id);
  if (!user->hosting_allowed) return HostingNotAllowed();
  return ListHosted(call, *user, "meetings");
}

Response ListWebinars(const Call& call) {
  const User* user = PathUser(call);
  if (user == nullptr) return NoUser(call.id);
  if (!user->webinar_plan) return NoWebinarPlan();
  return ListHosted(call, *user, "webinars");
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

Response GetWebinar(const Call& call) {
  const auto number = ReadNumber(call.id);
  if (!number) return RestError(400, 300, "Invalid webinar ID.");
  const Room room = PathRoom(call, *number);
  if (room.host == nullptr || room.meeting == nullptr || !room.meeting->is_webinar) {
    return RestError(404, 3001, absl::StrCat("Webinar does not exist: ", *number, "."));
  }
  if (!room.host->webinar_plan) return NoWebinarPlan();
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
  return IssueRecording(call, *room.host, *number);
}

Response GetWebinarRecordingToken(const Call& call) {
  const auto number = ReadNumber(call.id);
  if (!number) return RestError(400, 300, "Invalid webinar ID.");
  const Room room = PathRoom(call, *number);
  if (room.host == nullptr || room.meeting == nullptr || !room.meeting->is_webinar) {
    return RestError(404, 3001, absl::StrCat("Webinar does not exist: ", *number, "."));
  }
  if (!room.host->webinar_plan) return NoWebinarPlan();
  return IssueRecording(call, *room.host, *number);
}

Response GetZak(const Call& call) {
  const User* user = PathUser(call);
  if (user == nullptr) return RestError(400, 1001, "User not exist.");
  return IssueIdentity(call, PassKind::kZak, *user, 0, absl::Minutes(5));
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

}  // namespace joinpass::fake_zoom
