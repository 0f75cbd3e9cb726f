// The REST calls that joinpass makes, as requests.

#ifndef JOINPASS_LIB_ZOOM_API_CALLS_H_
#define JOINPASS_LIB_ZOOM_API_CALLS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "joinpass/secret.h"
#include "message/http.h"

namespace joinpass::zoom {

struct Access {
  std::string api_origin = {};
  Secret access_token = {};
};

// `user` is "me", an id or an e-mail address. An app managed by users must say
// "me", also for the user himself.

// Read with ReadUser().
message::Request GetUser(const Access& access, std::string_view user);

// One page, 300 active users of the account, at most 8 MiB. Read with ReadUserPage().
message::Request ListUsers(const Access& access, std::string_view next_page_token);

// One page, 300 meetings, at most 8 MiB; the first if `next_page_token` is empty.
// Read with ReadMeetingPage().
message::Request ListMeetings(const Access& access, std::string_view user,
                              std::string_view next_page_token);

enum class WaitingRoom { kWait, kBypass };

// Read with ReadRecordingToken().
message::Request MeetingRecordingToken(const Access& access, std::uint64_t number,
                                       WaitingRoom waiting_room);

// A ZAK of five minutes of whoever consented. Read with ReadUserToken().
message::Request MyZak(const Access& access);

// Lives two hours; for one join into this meeting. Read with ReadUserToken().
message::Request UserOnBehalfToken(const Access& access, std::string_view user,
                                   std::uint64_t meeting_number);

// A ZAK of two hours. Read with ReadUserToken().
message::Request UserZak(const Access& access, std::string_view user);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_API_CALLS_H_
