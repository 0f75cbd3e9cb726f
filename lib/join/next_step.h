// What to do after what the SDK told: decisions only.

#ifndef JOINPASS_LIB_JOIN_NEXT_STEP_H_
#define JOINPASS_LIB_JOIN_NEXT_STEP_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "join/plan.h"
#include "joinpass/join.h"
#include "joinpass/next_step.h"
#include "joinpass/time.h"

namespace joinpass::join {

// What an attempt has with it.
struct Taken {
  bool recording = false;
  Identity identity = Identity::kNone;
  std::string identity_user_id = {};  // empty: it came from a URL

  // Whose identity else there could be, beside that one.
  std::vector<std::string> other_users = {};
};

// How often in a row something went wrong in the same way.
struct Tries {
  int network = 0;
  int sdk = 0;        // of another kind, or unknown
  int silent = 0;     // still connecting
  int recording = 0;  // the recording token was refused
  int identity = 0;   // the identity token was
  int absent = 0;     // rounds in which no owner was in the meeting
  int waiting = 0;    // the meeting had not begun, or was full
  int recording_start = 0;
  int asked_host = 0;
  int authentication = 0;
};

// A session's way through its attempts.
struct Course {
  Taken taken = {};
  std::optional<NextStep> end = {};  // of this attempt

  // Until the SDK speaks of this attempt, the end of the one before may still be told.
  bool may_be_of_the_last = false;
  std::optional<SteadyTime> entered_at = {};

  Detour detour = {};
  bool is_recording_out_for_good = false;
  bool is_identity_refused = false;  // that of this attempt

  Tries tries = {};
  std::optional<SteadyTime> waiting_since = {};  // for somebody
  bool joins_when_authenticated = false;
};

// An attempt begins: its pass was handed out.
void BeginAttempt(Taken taken, Course& course);

// `roll`: 0 to 1, by chance.
NextStep Hear(const JoinRequest& request, const SdkOutcome& outcome, SteadyTime now, double roll,
              Course& course);

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_NEXT_STEP_H_
