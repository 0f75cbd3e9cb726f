#include "zoom/api_calls.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/wipe.h"
#include "zoom/encode.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kLongestPage = 8 << 20;

message::Request Get(const Access& access, std::string target) {
  base::Buffer bearer = base::ToBuffer("Bearer ");
  base::Append(bearer, access.access_token.Reveal());
  message::Request request;
  request.origin = access.api_origin;
  request.target = std::move(target);
  request.authorization = Secret(base::View(bearer));
  return request;
}

std::string UserPath(std::string_view user) {
  return absl::StrCat("/v2/users/", PercentEncoded(user));
}

message::Request GetPage(const Access& access, std::string target,
                         std::string_view next_page_token) {
  if (!next_page_token.empty()) {
    absl::StrAppend(&target, "&next_page_token=", PercentEncoded(next_page_token));
  }
  message::Request request = Get(access, std::move(target));
  request.max_answer = kLongestPage;
  return request;
}

}  // namespace

message::Request GetUser(const Access& access, std::string_view user) {
  return Get(access, UserPath(user));
}

message::Request ListUsers(const Access& access, std::string_view next_page_token) {
  return GetPage(access, "/v2/users?status=active&page_size=300", next_page_token);
}

message::Request ListMeetings(const Access& access, std::string_view user,
                              std::string_view next_page_token) {
  return GetPage(access, UserPath(user) + "/meetings?type=scheduled&page_size=300",
                 next_page_token);
}

message::Request MeetingRecordingToken(const Access& access, std::uint64_t number,
                                       WaitingRoom waiting_room) {
  return Get(access,
             absl::StrCat("/v2/meetings/", number, "/jointoken/local_recording",
                          waiting_room == WaitingRoom::kBypass ? "?bypass_waiting_room=true" : ""));
}

message::Request MyZak(const Access& access) { return Get(access, "/v2/users/me/zak"); }

message::Request UserOnBehalfToken(const Access& access, std::string_view user,
                                   std::uint64_t meeting_number) {
  return Get(access,
             absl::StrCat(UserPath(user), "/token?type=onbehalf&meeting_id=", meeting_number));
}

message::Request UserZak(const Access& access, std::string_view user) {
  return Get(access, UserPath(user) + "/token?type=zak");
}

}  // namespace joinpass::zoom
