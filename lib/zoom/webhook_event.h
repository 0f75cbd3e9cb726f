// What a webhook says, as a value. Pure.
//
// Only what joinpass has a use for is read: no topic, passcode or join URL is copied out of
// the body. Source of names and fields: Zoom's webhook reference, read 2026-03.

#ifndef JOINPASS_LIB_ZOOM_WEBHOOK_EVENT_H_
#define JOINPASS_LIB_ZOOM_WEBHOOK_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "zoom/api_answers.h"

namespace joinpass::zoom {

// Of a meeting or webinar.
struct MeetingNews {
  enum class What {
    kIs,       // it is there, and this is its host
    kMoved,    // likewise, since just now
    kStarted,  // likewise; whether a list will show it, it does not say
    kEnded,    // likewise; it may have been deleted meanwhile
    kGone,     // it is deleted, with all its occurrences
  };

  What what = What::kIs;
  std::uint64_t number = 0;
  HostedMeeting meeting = {};  // its host_id may be empty where it is gone
};

// Of a user; what is not said is nothing.
struct UserNews {
  std::string user_id = {};
  std::optional<std::uint64_t> personal_meeting_id = {};  // 0: none
  std::optional<std::string> vanity_name = {};            // lower case; empty: none
  std::string email = {};                                 // lower case; empty: not said
  std::optional<bool> is_active = {};
  bool left_account = false;  // that alone is why he is not: his own consent may stand
};

// He has taken the app's consent back.
struct Deauthorization {
  std::string user_id = {};
  std::string client_id = {};  // may be empty
};

// Zoom looks whether whoever is behind the URL knows the secret.
struct UrlChallenge {
  std::string plain_token = {};  // as it came
};

struct WebhookEvent {
  std::string name = {};                 // "meeting.created"
  std::string account_id = {};           // in which it came to pass; may be empty
  absl::Time at = absl::InfinitePast();  // when; not said, or no time
  std::variant<std::monostate, MeetingNews, UserNews, Deauthorization, UrlChallenge> news = {};
};

// `body` is authentic. Of an event that nobody has a use for there is no news.
//
// Errors: webhook_invalid: body_broken (no JSON, or it passes a bound), field_missing (what
// such an event always has is not there, or of no use)
absl::StatusOr<WebhookEvent> ReadWebhook(std::string_view body);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_WEBHOOK_EVENT_H_
