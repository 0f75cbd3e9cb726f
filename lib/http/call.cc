#include "http/call.h"

#include <string>

namespace joinpass::http {
namespace {

constexpr absl::Duration kSleptOver = absl::Seconds(1);
constexpr absl::Duration kGrace = absl::Seconds(1);

}  // namespace

void Calls::Close() {
  closed_ = true;
  // A call that ends may run on, and be gone, inside.
  while (!calls_.empty()) {
    Call& call = calls_.front();
    calls_.pop_front();
    call.End(Ended::kClosing);
  }
}

Call::Call(Calls& calls, SteadyTime now, SteadyTime deadline) : calls_(calls), deadline_(deadline) {
  if (calls.closed_) {
    ended_ = Ended::kClosing;
  } else if (deadline <= now) {
    ended_ = Ended::kDeadline;
  } else {
    calls.calls_.push_back(*this);
    timer_ = calls.loop_.PostAt(deadline, [this] { OnDeadline(); });
  }
}

Call::~Call() {
  if (timer_ != 0) calls_.loop_.Cancel(timer_);
}

void Call::OnDeadline() {
  const SteadyTime now = calls_.clock_.SteadyNow();
  if (!request_left_ || now - deadline_ < kSleptOver) return End(Ended::kDeadline);
  timer_ = calls_.loop_.PostAt(now + kGrace, [this] { End(Ended::kDeadline); });
}

void Call::End(Ended why) {
  if (ended_ != Ended::kNo) return;
  ended_ = why;
  if (cut_) std::exchange(cut_, nullptr)();
}

void Call::OnEnd(absl::AnyInvocable<void()> cut) {
  if (ended_ != Ended::kNo) return cut();
  cut_ = std::move(cut);
}

absl::Status Call::Fail(Phase phase, boost::system::error_code error,
                        std::string certificate) const {
  Failure failure;
  failure.phase = phase;
  failure.error = error;
  failure.ended = ended_;
  failure.request_left = request_left_;
  failure.certificate = std::move(certificate);
  return StatusOf(failure);
}

}  // namespace joinpass::http
