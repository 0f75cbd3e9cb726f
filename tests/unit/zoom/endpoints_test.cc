#include "zoom/endpoints.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace joinpass::zoom {
namespace {

const Access kAccess = {.api_origin = {.host = "api.zoom.us"}, .access_token = Secret("acc")};
constexpr AppKind kUserManaged = AppKind::kUserManaged;
constexpr AppKind kAccountManaged = AppKind::kAccountManaged;

template <typename T>
std::string Target(const Endpoint<T>& endpoint, AppKind kind) {
  return RequestOf(endpoint, kind, kAccess).target;
}

// Whether `target` is one of the row's path: each of its "{…}" is one segment.
bool Fits(std::string_view path, std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (!target.starts_with("/v2")) return false;
  target.remove_prefix(3);
  while (!path.empty() && !target.empty()) {
    if (path.front() == '{') {
      path.remove_prefix(path.find('}') + 1);
      target.remove_prefix(std::min(target.find('/'), target.size()));
    } else if (path.front() == target.front()) {
      path.remove_prefix(1);
      target.remove_prefix(1);
    } else {
      return false;
    }
  }
  return path.empty() && target.empty();
}

TEST_SUITE("An endpoint") {
  TEST_CASE("goes where Zoom's reference says, in the form of the app's kind") {
    const Whom jill = Whom::User("30R7kT7bTIKSNUFEuH_Qlg");
    constexpr std::uint64_t kNumber = 97763643886;
    struct Row {
      std::string by_user;
      std::string by_account;
      const char* user_form;
      const char* account_form;
    };
    const auto both = [](const auto& endpoint, const char* user_form, const char* account_form) {
      return Row{Target(endpoint, kUserManaged), Target(endpoint, kAccountManaged), user_form,
                 account_form};
    };
    constexpr char kList[] = "/meetings?type=scheduled&page_size=300";
    const std::string my_list = std::string("/v2/users/me") + kList;
    const std::string her_list = std::string("/v2/users/30R7kT7bTIKSNUFEuH_Qlg") + kList;
    const std::string next = my_list + "&next_page_token=p%261%3D";
    constexpr char kUsers[] = "/v2/users?status=active&page_size=300";
    constexpr char kRecording[] = "/v2/meetings/97763643886/jointoken/local_recording";
    constexpr char kWebinarRecording[] = "/v2/webinars/97763643886/jointoken/local_recording";
    constexpr char kBypassing[] =
        "/v2/meetings/97763643886/jointoken/local_recording?bypass_waiting_room=true";
    for (const Row& row : {
             both(GetUser(Whom::Me()), "/v2/users/me", "/v2/users/me"),
             both(GetUser(jill), "/v2/users/me", "/v2/users/30R7kT7bTIKSNUFEuH_Qlg"),
             both(GetUser(Whom::User("j+x@example.com")), "/v2/users/me",
                  "/v2/users/j%2Bx%40example.com"),
             both(GetUser(Whom::User("../me?")), "/v2/users/me", "/v2/users/..%2Fme%3F"),
             both(ListUsers(""), kUsers, kUsers),
             both(ListMeetings(jill, ""), my_list.c_str(), her_list.c_str()),
             both(ListMeetings(Whom::Me(), "p&1="), next.c_str(), next.c_str()),
             both(ListWebinars(jill, ""), "/v2/users/me/webinars?type=scheduled&page_size=300",
                  "/v2/users/30R7kT7bTIKSNUFEuH_Qlg/webinars?type=scheduled&page_size=300"),
             both(GetMeeting(kNumber), "/v2/meetings/97763643886", "/v2/meetings/97763643886"),
             both(GetWebinar(kNumber), "/v2/webinars/97763643886", "/v2/webinars/97763643886"),
             both(WebinarRecordingToken(kNumber), kWebinarRecording, kWebinarRecording),
             both(MeetingRecordingToken(kNumber, WaitingRoom::kWait), kRecording, kRecording),
             both(MeetingRecordingToken(kNumber, WaitingRoom::kBypass), kBypassing, kBypassing),
             both(Zak(jill), "/v2/users/me/zak", "/v2/users/30R7kT7bTIKSNUFEuH_Qlg/token?type=zak"),
             both(OnBehalfToken(jill, kNumber),
                  "/v2/users/me/token?type=onbehalf&meeting_id=97763643886",
                  "/v2/users/30R7kT7bTIKSNUFEuH_Qlg/token?type=onbehalf&meeting_id=97763643886"),
         }) {
      CHECK(row.by_user == row.user_form);
      CHECK(row.by_account == row.account_form);
    }
  }

  TEST_CASE("is a GET with the token, that may be sent again and redirected") {
    for (const AppKind kind : {kUserManaged, kAccountManaged}) {
      const message::Request request = RequestOf(Zak(Whom::Me()), kind, kAccess);
      CHECK(request.method == message::Method::kGet);
      CHECK(request.origin == kAccess.api_origin);
      CHECK(request.authorization.Reveal() == "Bearer acc");
      CHECK(request.body.empty());
      CHECK(request.follow_redirects);
      CHECK_FALSE(request.send_once);
    }
  }

  TEST_CASE("lets a page be large, and nothing else") {
    CHECK(RequestOf(ListMeetings(Whom::Me(), ""), kUserManaged, kAccess).max_answer == 8 << 20);
    CHECK(RequestOf(ListWebinars(Whom::Me(), ""), kUserManaged, kAccess).max_answer == 8 << 20);
    CHECK(RequestOf(ListUsers(""), kAccountManaged, kAccess).max_answer == 8 << 20);
    CHECK(RequestOf(GetUser(Whom::Me()), kUserManaged, kAccess).max_answer == 1 << 20);
  }

  // Written down from the reference a second time, so that two readings meet.
  TEST_CASE("has the label of Zoom's reference, and every row has a call") {
    const std::map<std::string_view, RateLabel> reference = {
        {"/users/{userId}", RateLabel::kLight},
        {"/users", RateLabel::kMedium},
        {"/users/{userId}/meetings", RateLabel::kMedium},
        {"/meetings/{meetingId}/jointoken/local_recording", RateLabel::kLight},
        {"/users/me/zak", RateLabel::kLight},
        {"/users/{userId}/token", RateLabel::kLight},
        {"/users/{userId}/webinars", RateLabel::kMedium},
        {"/webinars/{webinarId}/jointoken/local_recording", RateLabel::kLight},
        {"/meetings/{meetingId}", RateLabel::kLight},
        {"/webinars/{webinarId}", RateLabel::kLight},
        {"/users/{userId}/settings", RateLabel::kMedium},
    };
    std::map<std::string_view, RateLabel> rows;
    for (const EndpointRow& row : EndpointRows()) rows.emplace(row.path, row.label);
    CHECK(rows == reference);
    CHECK(rows.size() == EndpointRows().size());

    std::map<std::string_view, int> called;
    const auto check = [&called](const auto& endpoint) {
      for (const AppKind kind : {kUserManaged, kAccountManaged}) {
        const auto& form = endpoint.FormFor(kind);
        CAPTURE(form.target);
        CHECK(Fits(form.row.path, form.target));
        ++called[form.row.path];
      }
    };
    check(GetUser(Whom::User("u")));
    check(ListUsers("t"));
    check(ListMeetings(Whom::User("u"), "t"));
    check(MeetingRecordingToken(1, WaitingRoom::kBypass));
    check(Zak(Whom::User("u")));
    check(OnBehalfToken(Whom::User("u"), 1));
    check(ListWebinars(Whom::User("u"), "t"));
    check(WebinarRecordingToken(1));
    check(GetMeeting(1));
    check(GetWebinar(1));
    check(GetUserSettings(Whom::User("u")));
    CHECK(called.size() == rows.size());
  }
}

}  // namespace
}  // namespace joinpass::zoom
