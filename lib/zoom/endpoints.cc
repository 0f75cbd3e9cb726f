#include "zoom/endpoints.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "base/wipe.h"
#include "zoom/encode.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kLongestPage = 8 << 20;

// Source: the labels on the pages of Zoom's API reference, read 2026-03.
constexpr std::array<EndpointRow, 11> kRows = {{
    {"/users/{userId}", RateLabel::kLight},
    {"/users", RateLabel::kMedium, kLongestPage},
    {"/users/{userId}/meetings", RateLabel::kMedium, kLongestPage},
    {"/meetings/{meetingId}/jointoken/local_recording", RateLabel::kLight},
    {"/users/me/zak", RateLabel::kLight},
    {"/users/{userId}/token", RateLabel::kLight},
    {"/users/{userId}/webinars", RateLabel::kMedium, kLongestPage},
    {"/webinars/{webinarId}/jointoken/local_recording", RateLabel::kLight},
    {"/meetings/{meetingId}", RateLabel::kLight},
    {"/webinars/{webinarId}", RateLabel::kLight},
    {"/users/{userId}/settings", RateLabel::kMedium},
}};
constexpr const EndpointRow& kUser = kRows[0];
constexpr const EndpointRow& kUsers = kRows[1];
constexpr const EndpointRow& kMeetings = kRows[2];
constexpr const EndpointRow& kRecordingToken = kRows[3];
constexpr const EndpointRow& kMyZak = kRows[4];
constexpr const EndpointRow& kUserToken = kRows[5];
constexpr const EndpointRow& kWebinars = kRows[6];
constexpr const EndpointRow& kWebinarRecordingToken = kRows[7];
constexpr const EndpointRow& kMeeting = kRows[8];
constexpr const EndpointRow& kWebinar = kRows[9];
constexpr const EndpointRow& kSettings = kRows[10];

// What both kinds of app ask for in the same way, but for whom they name.
template <typename T>
Endpoint<T> About(const Whom& whom, const EndpointRow& row, std::string_view rest, Feature feature,
                  absl::StatusOr<T> (*read)(const message::Response&)) {
  const auto target = [&](AppKind kind) {
    return absl::StrCat("/v2", whom.PathFor(kind), base::ToAbsl(rest));
  };
  return {.feature = feature,
          .of_user = {row, target(AppKind::kUserManaged)},
          .of_account = {row, target(AppKind::kAccountManaged)},
          .read = read};
}

std::string Page(std::string_view list, std::string_view next_page_token) {
  std::string target = absl::StrCat(base::ToAbsl(list), "&page_size=300");
  if (!next_page_token.empty()) {
    absl::StrAppend(&target, "&next_page_token=", PercentEncoded(next_page_token));
  }
  return target;
}

}  // namespace

message::Request AuthorizedGet(const Access& access, const EndpointRow& row, std::string target) {
  base::Buffer bearer = base::ToBuffer("Bearer ");
  base::Append(bearer, access.access_token.Reveal());
  message::Request request;
  request.origin = access.api_origin;
  request.target = std::move(target);
  request.authorization = Secret(base::View(bearer));
  request.max_answer = row.max_answer;
  return request;
}

std::string Whom::PathFor(AppKind kind) const {
  const bool me = id_.empty() || kind == AppKind::kUserManaged;
  return absl::StrCat("/users/", me ? "me" : PercentEncoded(id_));
}

Endpoint<User> GetUser(const Whom& whom) {
  return About(whom, kUser, "", Feature::kReadUser, ReadUser);
}

Endpoint<UserSettings> GetUserSettings(const Whom& whom) {
  return About(whom, kSettings, "/settings", Feature::kReadSettings, ReadUserSettings);
}

Endpoint<UserPage> ListUsers(std::string_view next_page_token) {
  const std::string target = Page("/v2/users?status=active", next_page_token);
  return {Feature::kListUsers, {kUsers, target}, {kUsers, target}, ReadUserPage};
}

Endpoint<MeetingPage> ListMeetings(const Whom& whom, std::string_view next_page_token) {
  return About(whom, kMeetings, Page("/meetings?type=scheduled", next_page_token),
               Feature::kListMeetings, ReadMeetingPage);
}

Endpoint<MintedToken> MeetingRecordingToken(std::uint64_t number, WaitingRoom waiting_room) {
  const std::string target =
      absl::StrCat("/v2/meetings/", number, "/jointoken/local_recording",
                   waiting_room == WaitingRoom::kBypass ? "?bypass_waiting_room=true" : "");
  return {Feature::kRecordingToken,
          {kRecordingToken, target},
          {kRecordingToken, target},
          ReadRecordingToken};
}

Endpoint<MeetingPage> ListWebinars(const Whom& whom, std::string_view next_page_token) {
  return About(whom, kWebinars, Page("/webinars?type=scheduled", next_page_token),
               Feature::kListWebinars, ReadWebinarPage);
}

Endpoint<MintedToken> WebinarRecordingToken(std::uint64_t number) {
  const std::string target = absl::StrCat("/v2/webinars/", number, "/jointoken/local_recording");
  return {Feature::kWebinarRecordingToken,
          {kWebinarRecordingToken, target},
          {kWebinarRecordingToken, target},
          ReadRecordingToken};
}

Endpoint<HostedMeeting> GetMeeting(std::uint64_t number) {
  const std::string target = absl::StrCat("/v2/meetings/", number);
  return {Feature::kReadMeeting, {kMeeting, target}, {kMeeting, target}, ReadMeeting};
}

Endpoint<HostedMeeting> GetWebinar(std::uint64_t number) {
  const std::string target = absl::StrCat("/v2/webinars/", number);
  return {Feature::kReadWebinar, {kWebinar, target}, {kWebinar, target}, ReadWebinar};
}

// An account's token serves each of its users by his id, at another place than the one
// where a user's own token has its ZAK.
Endpoint<MintedToken> Zak(const Whom& whom) {
  Endpoint<MintedToken> zak = About(whom, kUserToken, "/token?type=zak", Feature::kZak, ReadZak);
  return {zak.feature, {kMyZak, "/v2/users/me/zak"}, std::move(zak.of_account), zak.read};
}

Endpoint<MintedToken> OnBehalfToken(const Whom& whom, std::uint64_t meeting_number) {
  return About(whom, kUserToken, absl::StrCat("/token?type=onbehalf&meeting_id=", meeting_number),
               Feature::kOnBehalfOf, ReadOnBehalfToken);
}

std::span<const EndpointRow> EndpointRows() { return kRows; }

}  // namespace joinpass::zoom
