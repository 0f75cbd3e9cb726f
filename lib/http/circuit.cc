#include "http/circuit.h"

#include <algorithm>

#include "base/status.h"

namespace joinpass::http {
namespace {

constexpr double kCreditOfSuccess = 0.1;
constexpr double kCreditASecond = 0.1;

constexpr absl::Duration kLongEnoughToTell = kLongestProbe;
constexpr absl::Duration kShortestAttempt = absl::Seconds(15);
constexpr absl::Duration kFirstPause = absl::Milliseconds(200);
constexpr absl::Duration kLongestPauseBefore = absl::Seconds(3);

Outcome OutcomeOfStatus(int status) {
  if (status == 502 || status == 503 || status == 504) return Outcome::kFailed;
  return status >= 500 || status == 408 ? Outcome::kStumbled : Outcome::kServed;
}

double CreditAt(const Circuit& circuit, SteadyTime now) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(now - circuit.credit_at));
  return std::min(kMostCredit, circuit.credit + seconds * kCreditASecond);
}

void ChangeCredit(Circuit& circuit, double change, SteadyTime now) {
  circuit.credit = std::clamp(CreditAt(circuit, now) + change, 0.0, kMostCredit);
  circuit.credit_at = now;
}

void Close(Circuit& circuit) {
  circuit.failures = 0;
  circuit.open_until = {};
  circuit.open_for = absl::ZeroDuration();
}

}  // namespace

Outcome OutcomeOf(const absl::StatusOr<message::Response>& answer, absl::Duration took) {
  if (answer.ok()) return OutcomeOfStatus(answer->status);
  const ErrorInfo info = GetErrorInfo(answer.status()).value_or(ErrorInfo());
  switch (info.reason) {
    case Reason::kNetworkUnreachable:
      return Outcome::kFailed;
    case Reason::kTlsFailed:
      return Outcome::kBroken;
    case Reason::kProxyRefused:
      return OutcomeOfStatus(info.http_status) == Outcome::kFailed ? Outcome::kFailed
                                                                   : Outcome::kBroken;
    case Reason::kDeadlineExceeded:
      return took >= kLongEnoughToTell ? Outcome::kFailed : Outcome::kUntold;
    default:
      return Outcome::kUntold;
  }
}

Gate GateOf(const Circuit& circuit, SteadyTime now) {
  if (circuit.failures < kFailuresToOpen) return Gate::kClosed;
  if (circuit.is_probing) return Gate::kProbing;
  return now < circuit.open_until ? Gate::kOpen : Gate::kProbeDue;
}

void Hear(Circuit& circuit, Outcome outcome, bool is_probe, SteadyTime now, double roll) {
  if (is_probe) circuit.is_probing = false;
  if (outcome == Outcome::kUntold) {
    // The next one looks, but not at once: it may be in a hurry, too.
    if (is_probe) circuit.open_until = now + kFirstOpen * (0.5 + roll / 2);
    return;
  }
  ChangeCredit(circuit, outcome == Outcome::kServed ? kCreditOfSuccess : -1, now);
  if (outcome == Outcome::kServed || outcome == Outcome::kStumbled) return Close(circuit);
  // Of those that had left before it opened, each fails: that is no news.
  if (circuit.failures >= kFailuresToOpen && !is_probe) return;
  if (++circuit.failures < kFailuresToOpen) return;
  circuit.open_for = std::clamp(2 * circuit.open_for, kFirstOpen, kLongestOpen);
  circuit.open_until = now + circuit.open_for * (0.5 + roll / 2);
}

bool MayRepeat(const Circuit& circuit, Outcome outcome, SteadyTime now) {
  if (outcome != Outcome::kStumbled && outcome != Outcome::kFailed) return false;
  return CreditAt(circuit, now) > kMostCredit / 2;
}

bool WouldRepeat(const Circuit& circuit, SteadyTime now) {
  return circuit.failures + 1 < kFailuresToOpen && CreditAt(circuit, now) - 1 > kMostCredit / 2;
}

absl::Duration PauseBefore(int times, double roll) {
  absl::Duration bound = kFirstPause;
  for (int i = 2; i < times && bound < kLongestPauseBefore; ++i) bound *= 2;
  return std::min(bound, kLongestPauseBefore) * roll;
}

SteadyTime AttemptDeadline(SteadyTime now, SteadyTime deadline) {
  return std::min(deadline, now + std::max((deadline - now) / 2, kShortestAttempt));
}

}  // namespace joinpass::http
