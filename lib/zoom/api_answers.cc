#include "zoom/api_answers.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "zoom/api_fields.h"
#include "zoom/errors.h"
#include "zoom/json.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

// Source: Zoom's API reference of `GET /users` and of roles, read 2026-03.
constexpr std::string_view kOwnersRole = "0";
constexpr std::size_t kLongestPageToken = 4 * 1024;
constexpr std::int64_t kLongestRecordingToken = 60 * 60;

absl::Status Invalid(const message::Response& response, std::string_view what,
                     std::string_view why) {
  return base::MakeError(InfoOf(response, Reason::kAnswerInvalid),
                         absl::StrCat(base::ToAbsl(what), ": ", base::ToAbsl(why)));
}

// Reads `fields` from an HTTP 200, or says what the answer is instead.
absl::Status ReadFields(const message::Response& response, std::string_view what,
                        std::span<JsonField> fields, JsonList* list = nullptr) {
  if (response.status != 200) return ClassifyError(response, what);
  switch (ReadJson(base::View(response.body), fields, list)) {
    case JsonResult::kRead:
      return absl::OkStatus();
    case JsonResult::kBroken:
      return Invalid(response, what, "the answer is broken JSON");
    case JsonResult::kForeign:
      break;
  }
  return base::MakeError(InfoOf(response, Reason::kZoomUnavailable),
                         absl::StrCat(base::ToAbsl(what), ": the answer is no JSON"));
}

std::string BoundedId(const JsonField& field) {
  return std::string(IsId(field.Text()) ? field.Text() : "");
}

std::uint64_t NumberOrZero(const JsonField& field) {
  return static_cast<std::uint64_t>(field.Number().value_or(0));
}

absl::StatusOr<std::string> PageToken(const message::Response& response, std::string_view what,
                                      const JsonField& field) {
  const std::string_view token = field.Text();
  if (token.empty() || IsToken(token, kLongestPageToken)) return std::string(token);
  return Invalid(response, what, "the page token is not usable");
}

absl::StatusOr<MintedToken> ReadUserToken(const message::Response& response,
                                          absl::Duration lifetime) {
  std::array<JsonField, 1> fields = {{{.key = "token"}}};
  if (response.status == 200 && Contains(base::View(response.body), "no longer supported")) {
    return Invalid(response, "user token", "a sentence is in the token's place");
  }
  JOINPASS_RETURN_IF_ERROR(ReadFields(response, "user token", fields));
  if (!IsToken(fields[0].Text())) {
    return Invalid(response, "user token", "the answer has no usable token");
  }
  return MintedToken{.value = Secret(fields[0].Text()), .lifetime = lifetime};
}

absl::StatusOr<MeetingPage> ReadPageOf(const message::Response& response, std::string_view name) {
  std::array<JsonField, 1> outer = {{{.key = "next_page_token"}}};
  std::array<JsonField, 2> entry = {{{.key = "id"}, {.key = "host_id"}}};
  MeetingPage page;
  std::unordered_set<std::uint64_t> seen;
  const auto on_entry = [&] {
    const std::uint64_t number = NumberOrZero(entry[0]);
    if (number == 0 || !IsId(entry[1].Text())) {
      ++page.skipped;
    } else if (seen.insert(number).second) {
      page.meetings.push_back({.number = number, .host_id = std::string(entry[1].Text())});
    }
  };
  JsonList meetings{.key = name, .fields = entry, .on_entry = on_entry};
  JOINPASS_RETURN_IF_ERROR(ReadFields(response, name, outer, &meetings));
  if (!meetings.found) return Invalid(response, name, "the answer has no list");
  JOINPASS_ASSIGN_OR_RETURN(page.next_page_token, PageToken(response, name, outer[0]));
  return page;
}

}  // namespace

absl::StatusOr<User> ReadUser(const message::Response& response) {
  std::array<JsonField, 6> fields = {{{.key = "id"},
                                      {.key = "account_id"},
                                      {.key = "email"},
                                      {.key = "pmi"},
                                      {.key = "vanity_url"},
                                      {.key = "status"}}};
  const auto& [id, account, email, pmi, vanity, state] = fields;
  JOINPASS_RETURN_IF_ERROR(ReadFields(response, "user", fields));
  if (!IsId(id.Text())) return Invalid(response, "user", "the answer has no usable id");
  User user;
  user.id = id.Text();
  user.account_id = BoundedId(account);
  user.email = EmailIn(email.Text());
  user.personal_meeting_id = NumberOrZero(pmi);
  user.vanity_name = VanityNameInUrl(vanity.Text());
  user.active = state.Text().empty() || state.Text() == "active";
  return user;
}

absl::StatusOr<UserSettings> ReadUserSettings(const message::Response& response) {
  std::array<JsonField, 1> fields = {{{.key = "recording.local_recording"}}};
  JOINPASS_RETURN_IF_ERROR(ReadFields(response, "settings", fields));
  UserSettings settings;
  if (fields[0].kind == JsonField::Kind::kTrue) settings.local_recording = true;
  if (fields[0].kind == JsonField::Kind::kFalse) settings.local_recording = false;
  return settings;
}

absl::StatusOr<UserPage> ReadUserPage(const message::Response& response) {
  std::array<JsonField, 2> outer = {{{.key = "next_page_token"}, {.key = "total_records"}}};
  std::array<JsonField, 4> entry = {
      {{.key = "id"}, {.key = "pmi"}, {.key = "role_id"}, {.key = "email"}}};
  UserPage page;
  const auto on_entry = [&] {
    if (!IsId(entry[0].Text())) return;
    page.users.push_back({.id = std::string(entry[0].Text()),
                          .email = EmailIn(entry[3].Text()),
                          .personal_meeting_id = NumberOrZero(entry[1]),
                          .is_owner = entry[2].Text() == kOwnersRole});
  };
  JsonList users{.key = "users", .fields = entry, .on_entry = on_entry};
  JOINPASS_RETURN_IF_ERROR(ReadFields(response, "users", outer, &users));
  if (!users.found) return Invalid(response, "users", "the answer has no list");
  JOINPASS_ASSIGN_OR_RETURN(page.next_page_token, PageToken(response, "users", outer[0]));
  constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
  page.users_in_all = static_cast<int>(std::min(NumberOrZero(outer[1]), kMost));
  return page;
}

absl::StatusOr<MeetingPage> ReadMeetingPage(const message::Response& response) {
  return ReadPageOf(response, "meetings");
}

absl::StatusOr<MeetingPage> ReadWebinarPage(const message::Response& response) {
  return ReadPageOf(response, "webinars");
}

absl::StatusOr<HostedMeeting> ReadMeeting(const message::Response& response) {
  std::array<JsonField, 2> fields = {{{.key = "host_id"}, {.key = "type"}}};
  JOINPASS_RETURN_IF_ERROR(ReadFields(response, "meeting", fields));
  if (!IsId(fields[0].Text())) return Invalid(response, "meeting", "the answer has no usable host");
  HostedMeeting meeting;
  meeting.host_id = fields[0].Text();
  meeting.kind = MeetingKindOfType(fields[1].Number().value_or(0));
  return meeting;
}

absl::StatusOr<HostedMeeting> ReadWebinar(const message::Response& response) {
  JOINPASS_ASSIGN_OR_RETURN(HostedMeeting webinar, ReadMeeting(response));
  webinar.kind = HostedMeeting::Kind::kWebinar;
  return webinar;
}

absl::StatusOr<MintedToken> ReadRecordingToken(const message::Response& response) {
  std::array<JsonField, 2> fields = {{{.key = "token"}, {.key = "expire_in"}}};
  JOINPASS_RETURN_IF_ERROR(ReadFields(response, "recording token", fields));
  if (!IsToken(fields[0].Text())) {
    return Invalid(response, "recording token", "the answer has no usable token");
  }
  const std::int64_t seconds = fields[1].Number().value_or(0);
  const bool usable = seconds >= 1 && seconds <= kLongestRecordingToken;
  return MintedToken{.value = Secret(fields[0].Text()),
                     .lifetime = usable ? absl::Seconds(seconds) : kRecordingTokenLifetime};
}

absl::StatusOr<MintedToken> ReadZak(const message::Response& response) {
  return ReadUserToken(response, kZakLifetime);
}

absl::StatusOr<MintedToken> ReadOnBehalfToken(const message::Response& response) {
  return ReadUserToken(response, kOnBehalfTokenLifetime);
}

}  // namespace joinpass::zoom
