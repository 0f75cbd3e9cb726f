// Recording, ZAK and on-behalf-of tokens: issued by the REST API, redeemed when
// a bot joins. Source: Zoom's API reference and SDK pages. No HTTP.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_PASSES_H_
#define JOINPASS_TESTS_FAKE_ZOOM_PASSES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

enum class PassKind { kRecording, kZak, kOnBehalf };

// One token that a bot takes into a meeting.
struct Pass {
  PassKind kind = PassKind::kRecording;
  std::string client_id = {};  // the app that asked for it
  std::string user_id = {};    // whose consent it came from
  bool of_account = false;     // an admin's, for the whole account
  std::int64_t meeting = 0;    // 0: any (a ZAK; an on-behalf-of token without meeting_id)
  bool bypass_waiting_room = false;
  absl::Time expires = {};
  bool used = false;
};

// What the SDK's Join() takes. "": absent, as a null pointer is there.
struct RedeemRequest {
  std::string client_id = {};  // the app whose SDK credentials the bot has
  std::int64_t meeting_number = 0;
  std::string recording_token = {};
  std::string zak = {};
  std::string on_behalf_token = {};
  std::optional<std::string> passcode = {};  // checked if given: the passcode, or the link's pwd
};

// What the SDK would come back with.
struct RedeemAnswer {
  bool joined = false;
  int fail_code = 0;              // the SDK's MeetingFailCode; 0 when joined
  std::string reason = "joined";  // a name of our own for each refusal, see README.md
  bool may_record = false;        // a recording token was given, and good
  bool in_waiting_room = false;
};

// Beside whose identity Zoom takes the recording token of an admin's consent: the SDK's code 503
// speaks of "user level" tokens only.
enum class AccountRecording { kBesideAnybody, kBesideHost };

// Thread-compatible.
class Passes {
 public:
  AccountRecording account_recording = AccountRecording::kBesideAnybody;

  std::string Issue(Pass pass);

  // Joins, or says why not. A single-use token that was shown is spent, also by
  // a join that is refused: whoever tries again needs a fresh one.
  RedeemAnswer Redeem(World& world, const RedeemRequest& request, absl::Time now);

 private:
  // Null if there is no such token of that kind, or `token` is "".
  Pass* Find(std::string_view token, PassKind kind);

  std::map<std::string, Pass, std::less<>> passes_ = {};
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_PASSES_H_
