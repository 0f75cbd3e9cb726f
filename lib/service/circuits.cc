#include "service/circuits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "zoom/errors.h"

namespace joinpass::service {
namespace {

// Zoom's, and those of its clusters. Of those that are in order, any may be forgotten.
constexpr std::size_t kMostOrigins = 256;

// Who sets out to look, and then waits for a turn or a token, holds up the next one no longer.
constexpr absl::Duration kBetweenLooks = absl::Seconds(1);

}  // namespace

http::Outcome Circuits::Pass::Tell(const absl::StatusOr<message::Response>& answer,
                                   SteadyTime sent_at) {
  const http::Outcome outcome = http::OutcomeOf(answer, circuits_->clock_.SteadyNow() - sent_at);
  if (outcome == http::Outcome::kFailed || outcome == http::Outcome::kBroken) {
    line_->why = answer.ok() ? zoom::ClassifyError(*answer, "zoom") : answer.status();
  }
  is_told_ = true;
  End(outcome);
  return outcome;
}

void Circuits::Pass::End(http::Outcome outcome) {
  Circuits& its = *circuits_;
  const SteadyTime now = its.clock_.SteadyNow();
  const bool was_closed = http::GateOf(line_->circuit, now) == http::Gate::kClosed;
  http::Hear(line_->circuit, outcome, is_probe_, now, its.Roll());
  const bool is_closed = http::GateOf(line_->circuit, now) == http::Gate::kClosed;
  if (is_probe_ || was_closed != is_closed) its.Changed(*line_);
}

bool Circuits::Pass::WouldRepeat() const {
  return http::WouldRepeat(line_->circuit, circuits_->clock_.SteadyNow());
}

bool Circuits::Pass::MayRepeat(http::Outcome outcome) const {
  return http::MayRepeat(line_->circuit, outcome, circuits_->clock_.SteadyNow());
}

std::shared_ptr<Circuits::Line> Circuits::LineOf(const message::Origin& origin) {
  const auto found = lines_.find(origin);
  if (found != lines_.end()) return found->second;
  auto line = std::make_shared<Line>();
  if (lines_.size() >= kMostOrigins) {
    const auto closed = std::find_if(lines_.begin(), lines_.end(), [this](const auto& entry) {
      return http::GateOf(entry.second->circuit, clock_.SteadyNow()) == http::Gate::kClosed;
    });
    lines_.erase(closed == lines_.end() ? lines_.begin() : closed);
  }
  return lines_.emplace(origin, std::move(line)).first->second;
}

base::Task<absl::Status> Circuits::AwaitGate(message::Origin origin, Wait wait,
                                             const Listeners& listeners,
                                             std::shared_ptr<Closing> closing,
                                             SteadyTime deadline) {
  for (bool is_told = false;;) {
    const std::shared_ptr<Line> line = LineOf(origin);
    const SteadyTime now = clock_.SteadyNow();
    const http::Gate gate = http::GateOf(line->circuit, now);
    if (gate == http::Gate::kClosed) co_return absl::OkStatus();
    if (gate == http::Gate::kProbeDue && now >= line->next_look) {
      line->next_look = now + kBetweenLooks;
      co_return absl::OkStatus();
    }
    if (closing->begun()) co_return base::MakeError(Reason::kCancelled, "the engine is closing");
    const SteadyTime until = gate == http::Gate::kOpen       ? line->circuit.open_until
                             : gate == http::Gate::kProbeDue ? line->next_look
                                                             : deadline;
    if (until > deadline || now >= deadline) co_return Refusal(*line);
    wait.time = std::min(until - now, http::kLongestOpen);
    if (!std::exchange(is_told, true)) listeners.Tell(wait);
    if (!line->changes) line->changes = std::make_shared<base::Flight<bool>>(loop_);
    const std::shared_ptr<base::Flight<bool>> changes = line->changes;
    (void)co_await base::Flight<bool>::Wait(changes, until);
  }
}

absl::StatusOr<Circuits::Pass> Circuits::TryEnter(const message::Origin& origin) {
  std::shared_ptr<Line> line = LineOf(origin);
  switch (http::GateOf(line->circuit, clock_.SteadyNow())) {
    case http::Gate::kClosed:
      return Pass(*this, std::move(line), false);
    case http::Gate::kProbeDue:
      line->circuit.is_probing = true;
      return Pass(*this, std::move(line), true);
    default:
      return Refusal(*line);
  }
}

absl::Status Circuits::Refusal(const Line& line) const {
  ErrorInfo info = GetErrorInfo(line.why).value_or(ErrorInfo());
  if (info.reason == Reason::kDeadlineExceeded) {
    // It was another call's.
    info.befell = info.reason;
    info.reason = Reason::kZoomUnavailable;
  }
  info.request_left = false;
  const SteadyTime now = clock_.SteadyNow();
  const absl::Duration shut =
      line.circuit.is_probing ? http::kLongestProbe : line.circuit.open_until - now;
  info.retry_at = clock_.Now() + std::max(shut, absl::ZeroDuration());
  return base::MakeError(
      info, absl::StrCat("not asked, since the last calls to it failed: ", line.why.message()));
}

void Circuits::Wake() {
  for (const auto& [origin, line] : lines_) Changed(*line);
}

// Later: whoever tells of a call's end has not yet kept what it brought.
void Circuits::Changed(Line& line) {
  const std::shared_ptr<base::Flight<bool>> changes = std::exchange(line.changes, nullptr);
  if (!changes) return;
  try {
    loop_.Post([changes] { changes->Land(true); });
  } catch (...) {
    changes->Land(true);
  }
}

}  // namespace joinpass::service
