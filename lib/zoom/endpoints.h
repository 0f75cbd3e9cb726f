// The calls of Zoom's REST API that joinpass makes. Another one is an entry here.

#ifndef JOINPASS_LIB_ZOOM_ENDPOINTS_H_
#define JOINPASS_LIB_ZOOM_ENDPOINTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "joinpass/secret.h"
#include "zoom/api_answers.h"
#include "zoom/endpoint.h"

namespace joinpass::zoom {

// Of whom a call speaks.
class Whom {
 public:
  // Whoever consented.
  static Whom Me() { return Whom({}); }
  // By id or e-mail address. An app managed by users has no other user than the one
  // who consented, and Zoom wants him called "me", also by himself.
  static Whom User(std::string id) { return Whom(std::move(id)); }

  // "/users/me", or with the id encoded.
  std::string PathFor(AppKind kind) const;

 private:
  explicit Whom(std::string id) : id_(std::move(id)) {}

  std::string id_;  // empty: whoever consented
};

Endpoint<User> GetUser(const Whom& whom);
Endpoint<UserSettings> GetUserSettings(const Whom& whom);

// One page: 300 active users of the account; the first if `next_page_token` is empty.
Endpoint<UserPage> ListUsers(std::string_view next_page_token);

// One page: 300 scheduled meetings that he hosts.
Endpoint<MeetingPage> ListMeetings(const Whom& whom, std::string_view next_page_token);

// One page: 300 webinars that he hosts. permission_denied: his plan has none.
Endpoint<MeetingPage> ListWebinars(const Whom& whom, std::string_view next_page_token);

// Who hosts one meeting. meeting_unknown: the token's user or account has none of this
// number; meeting_is_webinar: GetWebinar() tells.
Endpoint<HostedMeeting> GetMeeting(std::uint64_t number);
Endpoint<HostedMeeting> GetWebinar(std::uint64_t number);

enum class WaitingRoom { kWait, kBypass };

Endpoint<MintedToken> MeetingRecordingToken(std::uint64_t number, WaitingRoom waiting_room);

// Nobody waits in a waiting room before a webinar.
Endpoint<MintedToken> WebinarRecordingToken(std::uint64_t number);

Endpoint<MintedToken> Zak(const Whom& whom);

// For one join into this meeting.
Endpoint<MintedToken> OnBehalfToken(const Whom& whom, std::uint64_t meeting_number);

// All rows that the calls above are of.
std::span<const EndpointRow> EndpointRows();

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_ENDPOINTS_H_
