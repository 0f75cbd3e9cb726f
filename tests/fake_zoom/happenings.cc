#include "fake_zoom/happenings.h"

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

std::string WriteTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Collects what happened at one time.
class Teller {
 public:
  Teller(const World& world, absl::Time at, const EventStyle& style)
      : world_(world), at_(at), style_(style) {}

  void Tell(std::string_view event, const User& whose, json::object object,
            json::object more = {}) {
    json::object payload = {{"account_id", whose.account_id},
                            {"operator", "admin@example.com"},
                            {"operator_id", "z8yCxjabcdEFGHfp8uQ"}};
    for (auto& field : more) payload[field.key()] = std::move(field.value());
    payload["object"] = std::move(object);
    json::object body = {{"event", event}, {"payload", std::move(payload)}};
    const bool is_deletion = event.ends_with("deleted");
    if (!is_deletion || !style_.without_time_of_deletions) {
      body["event_ts"] = absl::ToUnixMillis(at_);
    }
    told_.push_back({.event = std::string(event),
                     .account_id = whose.account_id,
                     .user_id = whose.id,
                     .body = json::serialize(body)});
  }

  // Only what changed, beside the id.
  void TellUpdate(std::string_view event, const User& whose, json::object object,
                  json::object old_object) {
    json::object more = {{"time_stamp", absl::ToUnixMillis(at_)}};
    if (style_.old_object_inside) {
      object["old_object"] = std::move(old_object);
    } else if (!style_.without_old_object) {
      more["old_object"] = std::move(old_object);
    }
    Tell(event, whose, std::move(object), std::move(more));
  }

  const User* Find(std::string_view user_id) const {
    const auto user = world_.users.find(user_id);
    return user == world_.users.end() ? nullptr : &user->second;
  }

  std::vector<Happening> Told() { return std::move(told_); }

 private:
  const World& world_;
  const absl::Time at_;
  const EventStyle& style_;
  std::vector<Happening> told_;
};

// The same numbers as in the answers of the API.
int TypeOf(const Meeting& meeting) {
  if (!meeting.is_webinar) return meeting.type;
  return meeting.type == 3 ? 6 : meeting.type == 8 ? 9 : 5;
}

json::array OccurrencesOf(const Meeting& meeting, int from) {
  json::array occurrences;
  for (int i = from; meeting.type == 8 && i < meeting.occurrences; ++i) {
    occurrences.push_back({{"occurrence_id", absl::StrCat("OCC", i)},
                           {"start_time", WriteTime(meeting.start + absl::Hours(24 * 7 * i))},
                           {"duration", meeting.minutes},
                           {"status", "available"}});
  }
  return occurrences;
}

json::object Brief(const Meeting& meeting) {
  return {{"uuid", meeting.uuid},       {"id", meeting.number},    {"host_id", meeting.host_id},
          {"topic", meeting.topic},     {"type", TypeOf(meeting)}, {"duration", meeting.minutes},
          {"timezone", "Europe/Berlin"}};
}

json::object Whole(const Meeting& meeting) {
  json::object object = Brief(meeting);
  object["join_url"] = absl::StrCat("https://example.com/j/", meeting.number);
  object["password"] = meeting.passcode;
  object["settings"] = {{"use_pmi", meeting.use_pmi},
                        {"alternative_hosts", "althost1@example.com;althost2@example.com"},
                        {"meeting_invitees", json::array{{{"email", "jchill@example.com"}}}}};
  if (json::array some = OccurrencesOf(meeting, 0); !some.empty()) object["occurrences"] = some;
  return object;
}

std::string Named(const Meeting& meeting, std::string_view what) {
  return absl::StrCat(meeting.is_webinar ? "webinar." : "meeting.",
                      std::string(what.data(), what.size()));
}

void TellGone(const Meeting& meeting, Teller& teller) {
  const User* host = teller.Find(meeting.host_id);
  if (host == nullptr) return;
  json::object object = Brief(meeting);
  json::object more;
  if (json::array all = OccurrencesOf(meeting, 0); !all.empty()) {
    object["occurrences"] = std::move(all);
    more["operation"] = "all";
  }
  teller.Tell(Named(meeting, "deleted"), *host, std::move(object), std::move(more));
}

void TellCreated(const Meeting& meeting, Teller& teller) {
  const User* host = teller.Find(meeting.host_id);
  if (host != nullptr) teller.Tell(Named(meeting, "created"), *host, Whole(meeting));
}

// Each change is an event of its own.
void TellChanges(const Meeting& before, const Meeting& after, Teller& teller) {
  const User* host = teller.Find(after.host_id);
  if (host == nullptr) return;
  if (before.is_webinar != after.is_webinar) {
    teller.Tell(after.is_webinar ? "meeting.converted_to_webinar" : "webinar.converted_to_meeting",
                *host, Brief(after));
  }
  if (before.host_id != after.host_id) {
    teller.TellUpdate(Named(after, "updated"), *host,
                      {{"id", after.number}, {"host_id", after.host_id}, {"type", TypeOf(after)}},
                      {{"id", after.number}, {"host_id", before.host_id}});
  }
  if (before.topic != after.topic) {
    teller.TellUpdate(Named(after, "updated"), *host,
                      {{"id", after.number}, {"topic", after.topic}},
                      {{"id", after.number}, {"topic", before.topic}});
  }
  if (after.occurrences < before.occurrences) {
    json::object object = Brief(after);
    object["occurrences"] = OccurrencesOf(before, after.occurrences);
    teller.Tell(Named(after, "deleted"), *host, std::move(object), {{"operation", "single"}});
  }
}

json::object Brief(const User& user) {
  return {{"id", user.id},
          {"first_name", user.first_name},
          {"last_name", user.last_name},
          {"email", user.email},
          {"type", 3}};  // as in Zoom's examples, though there is no such type
}

std::string_view EventOfStatus(std::string_view before, std::string_view after) {
  if (after == "deleted") return "user.deleted";
  if (after == "active" && before == "inactive") return "user.activated";
  if (after == "active") return "user.created";
  return after == "inactive" ? "user.deactivated" : "";
}

void TellChanges(const User& before, const User& after, Teller& teller) {
  json::object now = {{"id", after.id}};
  json::object old = {{"id", after.id}};
  if (before.pmi != after.pmi) now["pmi"] = after.pmi, old["pmi"] = before.pmi;
  if (before.vanity != after.vanity) {
    now["vanity_name"] = after.vanity, old["vanity_name"] = before.vanity;
  }
  if (before.email != after.email) now["email"] = after.email, old["email"] = before.email;
  if (now.size() > 1) teller.TellUpdate("user.updated", after, std::move(now), std::move(old));
  if (before.status == after.status) return;
  const std::string_view event = EventOfStatus(before.status, after.status);
  if (!event.empty()) teller.Tell(event, after, Brief(after));
}

// A meeting has begun when the first is in it, and ended when the last is not.
void TellRunning(const World& before, const World& after, Teller& teller, absl::Time at) {
  const auto tell = [&](std::int64_t number, const World& world, std::string_view what) {
    const Room room = world.FindRoom(number, at);
    if (room.host == nullptr) return;
    json::object object = {{"id", absl::StrCat(number)},  // a string, here
                           {"host_id", room.host->id},
                           {"uuid", room.meeting == nullptr ? "" : room.meeting->uuid},
                           {"type", room.meeting == nullptr ? 4 : TypeOf(*room.meeting)},
                           {"start_time", WriteTime(at)}};
    const bool is_webinar = room.meeting != nullptr && room.meeting->is_webinar;
    teller.Tell(
        absl::StrCat(is_webinar ? "webinar." : "meeting.", std::string(what.data(), what.size())),
        *room.host, std::move(object));
  };
  for (const std::int64_t number : after.Running()) {
    if (!before.Running().contains(number)) tell(number, after, "started");
  }
  for (const std::int64_t number : before.Running()) {
    if (!after.Running().contains(number)) tell(number, after, "ended");
  }
}

}  // namespace

std::vector<Happening> WhatHappened(const World& before, const World& after, absl::Time at,
                                    const EventStyle& style) {
  Teller teller(after, at, style);
  for (const auto& [id, user] : after.users) {
    const auto was = before.users.find(id);
    if (was == before.users.end()) {
      if (user.status == "active") teller.Tell("user.created", user, Brief(user));
    } else {
      TellChanges(was->second, user, teller);
    }
  }
  for (const auto& [number, meeting] : before.meetings) {
    if (!after.meetings.contains(number)) TellGone(meeting, teller);
  }
  for (const auto& [number, meeting] : after.meetings) {
    const auto was = before.meetings.find(number);
    if (was == before.meetings.end()) {
      TellCreated(meeting, teller);
    } else {
      TellChanges(was->second, meeting, teller);
    }
  }
  TellRunning(before, after, teller, at);
  return teller.Told();
}

Happening Deauthorized(const User& user, const App& app, absl::Time at) {
  const json::object body = {
      {"event", "app_deauthorized"},
      {"payload",
       {{"account_id", user.account_id},
        {"user_id", user.id},
        {"signature", RandomHex(32)},
        {"deauthorization_time", WriteTime(at)},
        {"client_id", app.client_id},
        {"event_ts", absl::FormatTime("%Y-%m-%d %H:%M:%S", at, absl::UTCTimeZone())}}}};
  return {.event = "app_deauthorized",
          .account_id = user.account_id,
          .user_id = user.id,
          .client_id = app.client_id,
          .body = json::serialize(body)};
}

std::string UrlValidation(std::string_view plain_token, absl::Time at) {
  return json::serialize(json::object{{"payload", {{"plainToken", plain_token}}},
                                      {"event_ts", absl::ToUnixMillis(at)},
                                      {"event", "endpoint.url_validation"}});
}

}  // namespace joinpass::fake_zoom
