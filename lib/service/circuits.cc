#include "service/circuits.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "zoom/errors.h"

namespace joinpass::service {
namespace {

// Zoom's, and those of its clusters. Which is forgotten does not matter.
constexpr std::size_t kMostOrigins = 256;

}  // namespace

http::Outcome Circuits::Pass::Tell(const absl::StatusOr<message::Response>& answer,
                                   SteadyTime sent_at) {
  const http::Outcome outcome = http::OutcomeOf(answer, circuits_->clock_.SteadyNow() - sent_at);
  if (outcome == http::Outcome::kFailed || outcome == http::Outcome::kBroken) {
    line_->why = answer.ok() ? zoom::ClassifyError(*answer, "api") : answer.status();
  }
  is_told_ = true;
  End(outcome);
  return outcome;
}

void Circuits::Pass::End(http::Outcome outcome) {
  Circuits& its = *circuits_;
  http::Hear(line_->circuit, outcome, is_probe_, its.clock_.SteadyNow(), its.Roll());
  if (is_probe_) std::exchange(line_->probe_ends, nullptr)->Land(true);
}

bool Circuits::Pass::MayRepeat(http::Outcome outcome) const {
  return http::MayRepeat(line_->circuit, outcome, circuits_->clock_.SteadyNow());
}

std::shared_ptr<Circuits::Line> Circuits::LineOf(const message::Origin& origin) {
  const auto found = lines_.find(origin);
  if (found != lines_.end()) return found->second;
  auto line = std::make_shared<Line>();
  if (lines_.size() >= kMostOrigins) lines_.erase(lines_.begin());
  return lines_.emplace(origin, std::move(line)).first->second;
}

absl::StatusOr<Circuits::Pass> Circuits::TryEnter(const message::Origin& origin) {
  std::shared_ptr<Line> line = LineOf(origin);
  switch (http::GateOf(line->circuit, clock_.SteadyNow())) {
    case http::Gate::kClosed:
      return Pass(*this, std::move(line), false);
    case http::Gate::kProbeDue:
      line->probe_ends = std::make_shared<base::Flight<bool>>(loop_);
      line->circuit.is_probing = true;
      return Pass(*this, std::move(line), true);
    default:
      return Refusal(*line);
  }
}

base::Task<absl::StatusOr<Circuits::Pass>> Circuits::Enter(message::Origin origin, Wait wait,
                                                           const Listeners& listeners,
                                                           std::shared_ptr<Closing> closing,
                                                           SteadyTime deadline) {
  for (;;) {
    absl::StatusOr<Pass> pass = TryEnter(origin);
    if (pass.ok()) co_return pass;
    const std::shared_ptr<Line> line = LineOf(origin);
    const SteadyTime now = clock_.SteadyNow();
    const std::shared_ptr<base::Flight<bool>> probe =
        line->circuit.is_probing ? line->probe_ends : nullptr;
    const SteadyTime until = probe ? deadline : line->circuit.open_until;
    if (until > deadline || now >= deadline) co_return pass;
    wait.time = until - now;
    listeners.Tell(wait);
    if (probe) {
      const std::optional<bool> ended = co_await base::Flight<bool>::Wait(probe, deadline);
      if (!ended) co_return Refusal(*line);
    } else {
      (void)co_await closing->Nap(until);
    }
    if (closing->begun()) co_return base::MakeError(Reason::kCancelled, "the engine is closing");
  }
}

absl::Status Circuits::Refusal(const Line& line) const {
  ErrorInfo info = GetErrorInfo(line.why).value_or(ErrorInfo());
  info.request_left = false;
  const SteadyTime now = clock_.SteadyNow();
  info.retry_at = clock_.Now() + (std::max(line.circuit.open_until, now) - now);
  return base::MakeError(
      info, absl::StrCat("not asked, since the last calls to it failed: ", line.why.message()));
}

}  // namespace joinpass::service
