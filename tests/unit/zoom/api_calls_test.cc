#include "zoom/api_calls.h"

#include <doctest/doctest.h>

namespace joinpass::zoom {
namespace {

const Access kAccess = {.api_origin = "https://api.zoom.us", .access_token = Secret("acc")};

TEST_SUITE("An API call") {
  TEST_CASE("goes where Zoom's reference says") {
    struct Row {
      message::Request request;
      const char* target;
    };
    for (const Row& row : {
             Row{GetUser(kAccess, "me"), "/v2/users/me"},
             Row{GetUser(kAccess, "j+x@example.com"), "/v2/users/j%2Bx%40example.com"},
             Row{GetUser(kAccess, "../me?"), "/v2/users/..%2Fme%3F"},
             Row{ListMeetings(kAccess, "me", ""),
                 "/v2/users/me/meetings?type=scheduled&page_size=300"},
             Row{ListMeetings(kAccess, "me", "p&1="),
                 "/v2/users/me/meetings?type=scheduled&page_size=300&next_page_token=p%261%3D"},
             Row{MeetingRecordingToken(kAccess, 97763643886, WaitingRoom::kWait),
                 "/v2/meetings/97763643886/jointoken/local_recording"},
             Row{MeetingRecordingToken(kAccess, 97763643886, WaitingRoom::kBypass),
                 "/v2/meetings/97763643886/jointoken/local_recording?bypass_waiting_room=true"},
             Row{MyZak(kAccess), "/v2/users/me/zak"},
             Row{UserOnBehalfToken(kAccess, "me", 97763643886),
                 "/v2/users/me/token?type=onbehalf&meeting_id=97763643886"},
             Row{UserZak(kAccess, "30R7kT7bTIKSNUFEuH_Qlg"),
                 "/v2/users/30R7kT7bTIKSNUFEuH_Qlg/token?type=zak"},
         }) {
      CAPTURE(row.target);
      CHECK(row.request.target == row.target);
      CHECK(row.request.method == message::Method::kGet);
      CHECK(row.request.origin == "https://api.zoom.us");
      CHECK(row.request.authorization.Reveal() == "Bearer acc");
      CHECK(row.request.body.empty());
      CHECK(row.request.follow_redirects);
      CHECK_FALSE(row.request.send_once);
    }
  }

  TEST_CASE("lets a page of meetings be large, and nothing else") {
    CHECK(ListMeetings(kAccess, "me", "").max_answer == 8 << 20);
    CHECK(GetUser(kAccess, "me").max_answer == 1 << 20);
  }
}

}  // namespace
}  // namespace joinpass::zoom
