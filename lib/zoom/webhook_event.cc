#include "zoom/webhook_event.h"

#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "zoom/api_fields.h"
#include "zoom/json.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kLongestName = 64;

// What is made of an event. Those that are not here are not for us: user.settings_updated,
// participants, recordings.
enum class Sort {
  kMeetingIs,
  kMeetingMoved,
  kMeetingStarted,
  kMeetingEnded,
  kMeetingGone,
  kUser,
  kUserGone,
  kUserLeft,
  kUserBack,
};

struct Known {
  std::string_view name;
  Sort sort;
  bool is_webinar = false;
};

constexpr Known kKnown[] = {
    {"meeting.created", Sort::kMeetingIs},
    {"meeting.updated", Sort::kMeetingMoved},
    {"meeting.recovered", Sort::kMeetingIs},
    {"meeting.started", Sort::kMeetingStarted},
    {"meeting.ended", Sort::kMeetingEnded},
    {"meeting.deleted", Sort::kMeetingGone},
    {"meeting.permanently_deleted", Sort::kMeetingGone},
    {"webinar.created", Sort::kMeetingIs, true},
    {"webinar.updated", Sort::kMeetingMoved, true},
    {"webinar.recovered", Sort::kMeetingIs, true},
    {"webinar.started", Sort::kMeetingStarted, true},
    {"webinar.ended", Sort::kMeetingEnded, true},
    {"webinar.deleted", Sort::kMeetingGone, true},
    {"webinar.permanently_deleted", Sort::kMeetingGone, true},
    {"meeting.converted_to_webinar", Sort::kMeetingIs, true},
    {"webinar.converted_to_meeting", Sort::kMeetingIs},
    {"user.created", Sort::kUserBack},
    {"user.updated", Sort::kUser},
    {"user.activated", Sort::kUserBack},
    {"user.deactivated", Sort::kUserGone},
    {"user.disassociated", Sort::kUserLeft},
    {"user.deleted", Sort::kUserGone},
};

enum Field : std::size_t {
  kEvent,
  kEventTime,
  kAccount,
  kOperation,
  kObjectId,
  kHost,
  kType,
  kOccurrences,
  kPersonalMeetingId,
  kVanityName,
  kEmail,
  kUserId,
  kClientId,
  kPlainToken,
  kFields,
};

using Fields = std::array<JsonField, kFields>;

// Whatever is too long is not for us, or is missed below.
Fields Asked() {
  Fields fields;
  fields[kEvent].key = "event";
  fields[kEventTime].key = "event_ts";
  fields[kAccount].key = "payload.account_id";
  fields[kOperation].key = "payload.operation";
  fields[kObjectId].key = "payload.object.id";
  fields[kHost].key = "payload.object.host_id";
  fields[kType].key = "payload.object.type";
  fields[kOccurrences].key = "payload.object.occurrences";
  fields[kPersonalMeetingId].key = "payload.object.pmi";
  fields[kVanityName].key = "payload.object.vanity_name";
  fields[kEmail].key = "payload.object.email";
  fields[kUserId].key = "payload.user_id";
  fields[kClientId].key = "payload.client_id";
  fields[kPlainToken].key = "payload.plainToken";
  for (JsonField& field : fields) field.too_long = JsonField::TooLong::kLeftOut;
  return fields;
}

absl::Status Invalid(Cause cause, std::string_view what) {
  return base::MakeError({.reason = Reason::kWebhookInvalid, .cause = cause},
                         absl::StrCat("webhook: ", base::ToAbsl(what)));
}

absl::Status Lacks(std::string_view what) {
  return Invalid(Cause::kFieldMissing,
                 absl::StrCat("the event has no usable ", base::ToAbsl(what)));
}

std::string IdIn(const JsonField& field) {
  return std::string(IsId(field.Text()) ? field.Text() : "");
}

// Of a series that loses one of its meetings the others stay.
bool LosesOccurrencesOnly(const Fields& fields) {
  const JsonField::Kind occurrences = fields[kOccurrences].kind;
  const bool names_some = occurrences != JsonField::Kind::kAbsent &&
                          occurrences != JsonField::Kind::kEmptyList &&
                          occurrences != JsonField::Kind::kNull;
  return names_some && fields[kOperation].Text() != "all";
}

MeetingNews::What WhatOf(Sort sort) {
  switch (sort) {
    case Sort::kMeetingMoved:
      return MeetingNews::What::kMoved;
    case Sort::kMeetingStarted:
      return MeetingNews::What::kStarted;
    case Sort::kMeetingEnded:
      return MeetingNews::What::kEnded;
    case Sort::kMeetingGone:
      return MeetingNews::What::kGone;
    default:
      return MeetingNews::What::kIs;
  }
}

absl::Status ReadMeetingNews(const Known& known, const Fields& fields, WebhookEvent& event) {
  MeetingNews news;
  news.what = WhatOf(known.sort);
  news.number = static_cast<std::uint64_t>(fields[kObjectId].Number().value_or(0));
  if (news.number == 0) return Lacks("payload.object.id");
  news.meeting.host_id = IdIn(fields[kHost]);
  news.meeting.kind = known.is_webinar ? HostedMeeting::Kind::kWebinar
                                       : MeetingKindOfType(fields[kType].Number().value_or(0));
  if (news.what == MeetingNews::What::kGone && LosesOccurrencesOnly(fields)) {
    return absl::OkStatus();
  }
  if (news.what != MeetingNews::What::kGone && news.meeting.host_id.empty()) {
    // An update has what changed, and says nothing of a host who stays.
    return news.what == MeetingNews::What::kMoved ? absl::OkStatus()
                                                  : Lacks("payload.object.host_id");
  }
  event.news = std::move(news);
  return absl::OkStatus();
}

absl::Status ReadUserNews(Sort sort, const Fields& fields, WebhookEvent& event) {
  UserNews news;
  news.user_id = IdIn(fields[kObjectId]);
  if (news.user_id.empty()) return Lacks("payload.object.id");
  news.left_account = sort == Sort::kUserLeft;
  if (sort == Sort::kUserGone || news.left_account) news.is_active = false;
  if (sort == Sort::kUserBack) news.is_active = true;
  if (const auto number = fields[kPersonalMeetingId].Number()) {
    news.personal_meeting_id = static_cast<std::uint64_t>(*number);
  }
  if (fields[kVanityName].kind == JsonField::Kind::kText) {
    news.vanity_name = VanityNameIn(fields[kVanityName].Text());
  }
  news.email = EmailIn(fields[kEmail].Text());
  event.news = std::move(news);
  return absl::OkStatus();
}

absl::Status ReadDeauthorization(const Fields& fields, WebhookEvent& event) {
  Deauthorization news;
  news.user_id = IdIn(fields[kUserId]);
  news.client_id = IdIn(fields[kClientId]);
  if (news.user_id.empty() && event.account_id.empty()) return Lacks("payload.user_id");
  event.news = std::move(news);
  return absl::OkStatus();
}

absl::Status ReadNews(const Fields& fields, WebhookEvent& event) {
  if (event.name == "endpoint.url_validation") {
    event.news = UrlChallenge{std::string(fields[kPlainToken].Text())};
    return absl::OkStatus();
  }
  if (event.name == "app_deauthorized") return ReadDeauthorization(fields, event);
  for (const Known& known : kKnown) {
    if (known.name != event.name) continue;
    switch (known.sort) {
      case Sort::kMeetingIs:
      case Sort::kMeetingMoved:
      case Sort::kMeetingStarted:
      case Sort::kMeetingEnded:
      case Sort::kMeetingGone:
        return ReadMeetingNews(known, fields, event);
      case Sort::kUser:
      case Sort::kUserGone:
      case Sort::kUserLeft:
      case Sort::kUserBack:
        return ReadUserNews(known.sort, fields, event);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WebhookEvent> ReadWebhook(std::string_view body) {
  Fields fields = Asked();
  if (ReadJson(body, fields) != JsonResult::kRead) {
    return Invalid(Cause::kBodyBroken, "the body is no JSON object, or passes a bound");
  }
  WebhookEvent event;
  event.name = fields[kEvent].Text();
  if (!IsToken(event.name, kLongestName)) return Lacks("event");
  event.account_id = IdIn(fields[kAccount]);
  // Milliseconds. What cannot be one is not said: a time in seconds lies in January 1970.
  constexpr std::int64_t kLeast = 100'000'000'000;
  const std::int64_t millis = fields[kEventTime].Number().value_or(0);
  if (millis >= kLeast && millis < 100 * kLeast) event.at = absl::FromUnixMillis(millis);
  JOINPASS_RETURN_IF_ERROR(ReadNews(fields, event));
  return event;
}

}  // namespace joinpass::zoom
