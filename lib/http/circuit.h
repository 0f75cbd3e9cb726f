// Circuit: whether an origin is in order, as far as the calls to it tell, and whether one that
// failed is worth another try. Pure.
//
// Failures in a row open it. Then nobody asks any more but, after a while that grows, one call
// that probes; the first answer closes it.

#ifndef JOINPASS_LIB_HTTP_CIRCUIT_H_
#define JOINPASS_LIB_HTTP_CIRCUIT_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/time.h"
#include "message/http.h"

namespace joinpass::http {

// What a call tells of its origin.
enum class Outcome {
  kServed,    // the origin answered, whatever it said
  kStumbled,  // it says that it failed: this call, perhaps no other
  kFailed,    // nobody there, or none that can serve: HTTP 502, 503, 504, also of the proxy
  kBroken,    // likewise, and another try would be no better: TLS, the proxy
  kUntold,    // nothing: it ended for a reason of ours
};

// `took`: the time from the send to the end. A deadline of ours that passed within 5 s tells
// nothing.
Outcome OutcomeOf(const absl::StatusOr<message::Response>& answer, absl::Duration took);

inline constexpr int kFailuresToOpen = 5;
inline constexpr absl::Duration kFirstOpen = absl::Seconds(1);
inline constexpr absl::Duration kLongestOpen = absl::Seconds(30);

// A call is repeated only while more than half of the credit is there. Each call that does not
// succeed takes 1; each that does, and every second, gives a tenth. So in the long run there is
// one repetition for ten successes at most, and one every ten seconds.
inline constexpr double kMostCredit = 10;

struct Circuit {
  int failures = 0;  // in a row
  SteadyTime open_until = {};
  absl::Duration open_for = {};  // how long the last time
  bool is_probing = false;

  double credit = kMostCredit;
  SteadyTime credit_at = {};
};

enum class Gate {
  kClosed,    // all may go
  kOpen,      // until `open_until` none may
  kProbeDue,  // one may
  kProbing,   // it is under way
};
Gate GateOf(const Circuit& circuit, SteadyTime now);

// Takes in how a call ended. `is_probe`: it was let through to see. `roll`: 0 to 1, by chance.
void Hear(Circuit& circuit, Outcome outcome, bool is_probe, SteadyTime now, double roll);

// Whether a call with this outcome may be sent again, as far as the origin is concerned.
bool MayRepeat(const Circuit& circuit, Outcome outcome, SteadyTime now);

// Whether one that is sent now could be sent again if it failed.
bool WouldRepeat(const Circuit& circuit, SteadyTime now);

// How long to wait before the call is sent for the `times`th time, 2 or more: anything up to a
// bound that doubles, so that those who failed together do not come back together.
absl::Duration PauseBefore(int times, double roll);

// How long a call that probes waits for its answer: others wait for it.
inline constexpr absl::Duration kLongestProbe = absl::Seconds(5);

// Until when to wait for the answer of a call that could be sent again by `deadline`: half of
// the time, but not less than 15 s: who is slow is not cut short.
SteadyTime AttemptDeadline(SteadyTime now, SteadyTime deadline);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_CIRCUIT_H_
