// The answers to the REST calls, read into values.
//
// Each reader gives, beside its own errors:
//   answer_invalid    HTTP 200 without what the API promises
//   zoom_unavailable  HTTP 200 with something that is no JSON
//   and for any other status what ClassifyError() says
// Ids may be numbers or strings of digits, 1 to 2^63-1. Of a key that is there
// twice the last counts. Nothing that is not asked for here is copied out of the
// body: no topic, passcode or start URL.

#ifndef JOINPASS_LIB_ZOOM_API_ANSWERS_H_
#define JOINPASS_LIB_ZOOM_API_ANSWERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/secret.h"
#include "message/http.h"

namespace joinpass::zoom {

struct User {
  std::string id = {};  // never empty
  std::string account_id = {};
  std::string email = {};                 // lower case; may be empty
  std::uint64_t personal_meeting_id = 0;  // 0: none
  std::string vanity_name = {};           // of vanity_url's /my/{name}, lower case; may be empty
  bool active = true;                     // false: pending, deactivated
};
absl::StatusOr<User> ReadUser(const message::Response& response);

// Of a user's settings, what decides over a recording. Nothing: Zoom does not say.
struct UserSettings {
  std::optional<bool> local_recording = {};
};
absl::StatusOr<UserSettings> ReadUserSettings(const message::Response& response);

struct UserPage {
  struct Entry {
    std::string id = {};
    std::string email = {};                 // lower case; may be empty
    std::uint64_t personal_meeting_id = 0;  // 0: none
    bool is_owner = false;                  // of the account, which has exactly one
  };
  std::vector<Entry> users = {};     // without those that have no id yet
  std::string next_page_token = {};  // empty: this was the last page
  int users_in_all = 0;              // on all pages; 0: not said
};
absl::StatusOr<UserPage> ReadUserPage(const message::Response& response);

struct ListedMeeting {
  std::uint64_t number = 0;
  std::string host_id = {};
};

struct MeetingPage {
  // One entry a number: occurrences of a series repeat it.
  std::vector<ListedMeeting> meetings = {};
  std::string next_page_token = {};  // empty: this was the last page
  int skipped = 0;                   // entries without a usable number or host
};
absl::StatusOr<MeetingPage> ReadMeetingPage(const message::Response& response);
absl::StatusOr<MeetingPage> ReadWebinarPage(const message::Response& response);

// One meeting, or webinar.
struct HostedMeeting {
  enum class Kind { kScheduled, kInstant, kWebinar, kPersonalRoom };

  std::string host_id = {};  // never empty
  Kind kind = Kind::kScheduled;
};
absl::StatusOr<HostedMeeting> ReadMeeting(const message::Response& response);
absl::StatusOr<HostedMeeting> ReadWebinar(const message::Response& response);

// What a token lives where its answer does not say. Source: Zoom's API reference of
// `jointoken/local_recording`, `users/me/zak` and `users/{userId}/token`, read 2026-03.
// The last gives a ZAK of two hours, which is held to be as short as the other.
inline constexpr absl::Duration kRecordingTokenLifetime = absl::Seconds(120);
inline constexpr absl::Duration kZakLifetime = absl::Minutes(5);
inline constexpr absl::Duration kOnBehalfTokenLifetime = absl::Hours(2);

struct MintedToken {
  Secret value = {};
  absl::Duration lifetime = absl::ZeroDuration();  // from before the request was sent
};

// A lifetime that is absent or not 1 to 3600 s is taken as Zoom's 120 s.
absl::StatusOr<MintedToken> ReadRecordingToken(const message::Response& response);

// A sentence in the token's place ("Token is no longer supported.") is answer_invalid.
absl::StatusOr<MintedToken> ReadZak(const message::Response& response);
absl::StatusOr<MintedToken> ReadOnBehalfToken(const message::Response& response);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_API_ANSWERS_H_
