#include "fake_zoom/rest_body.h"

#include <boost/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

std::string WriteTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string DisplayName(const User& user) {
  return absl::StrCat(user.first_name, " ", user.last_name);
}

json::object Common(const User& user) {
  json::object body;
  if (user.status != "pending") body["id"] = user.id;
  body["email"] = user.email;
  body["first_name"] = user.first_name;
  body["last_name"] = user.last_name;
  body["display_name"] = DisplayName(user);
  body["type"] = user.type;
  if (user.pmi != 0) body["pmi"] = user.pmi;
  body["status"] = user.status;
  body["timezone"] = user.time_zone;
  body["verified"] = 1;
  body["role_id"] = user.role == "owner" ? "0" : user.role == "admin" ? "1" : "2";
  body["dept"] = "";
  body["created_at"] = WriteTime(user.created_at);
  body["user_created_at"] = WriteTime(user.created_at);
  body["group_ids"] = json::array();
  return body;
}

// What a webinar's type is called: without a fixed time, with one, once.
int WebinarType(int meeting_type) { return meeting_type == 3 ? 6 : meeting_type == 8 ? 9 : 5; }

json::object Common(const Meeting& meeting, const Account& account) {
  json::object body = {{"uuid", meeting.uuid},
                       {"id", meeting.number},
                       {"host_id", meeting.host_id},
                       {"topic", meeting.topic},
                       {"type", meeting.is_webinar ? WebinarType(meeting.type) : meeting.type},
                       {"duration", meeting.minutes},
                       {"timezone", "Europe/Berlin"},
                       {"agenda", ""},
                       {"created_at", WriteTime(meeting.created_at)},
                       {"join_url", JoinUrl(account, meeting.number, meeting.passcode)}};
  if (meeting.type == 2 || meeting.type == 8) body["start_time"] = WriteTime(meeting.start);
  if (meeting.use_pmi) body["pmi"] = absl::StrCat(meeting.number);
  return body;
}

Meeting PersonalRoom(const User& host, std::int64_t number) {
  return {.number = number,
          .uuid = "personal" + host.id,
          .host_id = host.id,
          .topic = DisplayName(host) + "'s Personal Meeting Room",
          .type = 4,
          .passcode = host.passcode,
          .use_pmi = true,
          .created_at = host.created_at};
}

std::string StartUrl(const Account& account, std::int64_t number) {
  return absl::StrCat("https://", account.domain, "/s/", number, "?zak=start-url-", RandomHex(16));
}

}  // namespace

json::object WriteUser(const User& user, const Account& account) {
  json::object body = Common(user);
  body["account_id"] = account.id;
  body["account_number"] = account.number;
  body["role_name"] = user.role == "owner" ? "Owner" : user.role == "admin" ? "Admin" : "Member";
  body["use_pmi"] = user.use_pmi;
  if (user.pmi != 0) body["personal_meeting_url"] = JoinUrl(account, user.pmi, user.passcode);
  if (!user.vanity.empty()) {
    body["vanity_url"] = absl::StrCat("https://", account.domain, "/my/", user.vanity);
  }
  body["last_login_time"] = WriteTime(user.created_at);
  body["last_client_version"] = "6.4.1.6800(linux)";
  body["jid"] = absl::StrCat(user.id, "@xmpp.zoom.us");
  body["cms_user_id"] = "";
  body["im_group_ids"] = json::array();
  body["login_types"] = json::array{101};
  body["language"] = "en-US";
  body["phone_numbers"] = json::array();
  body["cluster"] = "us04";
  return body;
}

json::object WriteListedUser(const User& user) { return Common(user); }

// Of what Zoom tells here the part that decides over a recording.
json::object WriteSettings(const User& user) {
  return {{"recording", {{"local_recording", user.local_recording}}},
          {"feature", {{"webinar", user.webinar_plan}}}};
}

void WriteListedMeeting(const Meeting& meeting, const Account& account, json::array& list) {
  const int times = meeting.type == 8 ? meeting.occurrences : 1;
  for (int i = 0; i < times; ++i) {
    json::object body = Common(meeting, account);
    if (i > 0) body["start_time"] = WriteTime(meeting.start + absl::Hours(24 * 7) * i);
    list.push_back(std::move(body));
  }
}

json::object WriteMeeting(const Room& room, std::int64_t number, const Account& account) {
  const Meeting meeting =
      room.meeting != nullptr ? *room.meeting : PersonalRoom(*room.host, number);
  json::object body = Common(meeting, account);
  body["host_email"] = room.host->email;
  body["status"] = meeting.type == 1 ? "started" : "waiting";
  body["start_url"] = StartUrl(account, number);
  if (!meeting.passcode.empty()) {
    body["password"] = meeting.passcode;
    body["h323_password"] = meeting.passcode;
    body["pstn_password"] = meeting.passcode;
    body["encrypted_password"] = LinkPassword(number, meeting.passcode);
  }
  body["pre_schedule"] = false;
  body["creation_source"] = "open_api";
  body["settings"] = {{"waiting_room", meeting.waiting_room},
                      {"join_before_host", true},
                      {"meeting_authentication", false},
                      {"auto_recording", "none"},
                      {"use_pmi", meeting.use_pmi},
                      {"alternative_hosts", ""},
                      {"approval_type", 2},
                      {"encryption_type", "enhanced_encryption"}};
  return body;
}

}  // namespace joinpass::fake_zoom
