#include "engine/caller_session.h"

#include "join/logged_pass.h"

namespace joinpass::engine {
namespace {

using MaybePass = absl::StatusOr<JoinPass>;

// Hands `pass` to `done` where the caller wants it. A function that can be
// copied holds what cannot by a pointer.
void Deliver(const CallbackExecutor& executor, const std::function<void(MaybePass)>& done,
             MaybePass pass) {
  if (!executor) return done(std::move(pass));
  const auto held = std::make_shared<MaybePass>(std::move(pass));
  executor([done, held] { done(std::move(*held)); });
}

}  // namespace

absl::StatusOr<JoinPass> CallerSession::Mint(absl::Duration timeout) {
  return border_->Run([&] {
    const SteadyTime deadline = clock_.SteadyNow() + timeout;
    return runner_->Run<MaybePass>(
        [session = session_, deadline] { return session->Mint(deadline); });
  });
}

void CallerSession::MintAsync(absl::Duration timeout,
                              std::function<void(absl::StatusOr<JoinPass>)> done) {
  const absl::Status started = border_->Run([&]() -> absl::Status {
    const SteadyTime deadline = clock_.SteadyNow() + timeout;
    const bool spawned = runner_->Spawn<MaybePass>(
        [session = session_, deadline] { return session->Mint(deadline); },
        [executor = executor_, done](MaybePass pass) { Deliver(executor, done, std::move(pass)); });
    return spawned ? absl::OkStatus() : EngineClosed();
  });
  if (!started.ok()) Deliver(executor_, done, started);
}

NextStep CallerSession::Report(const SdkOutcome& outcome) {
  NextStep next;
  const absl::Status passed = border_->Run([&]() -> absl::Status {
    next = session_->Report(outcome, {clock_.Now(), clock_.SteadyNow()}, random_.Fraction());
    return absl::OkStatus();
  });
  if (passed.ok()) {
    // Soon: another bot may take a token that was refused.
    if (join::IsTelling(outcome, next)) {
      (void)border_->Run([&]() -> absl::Status {
        runner_->Spawn<absl::Status>([session = session_] { return session->FollowReport(); },
                                     [](absl::Status) {});
        return absl::OkStatus();
      });
    }
    return next;
  }
  return {Step::kStop, absl::ZeroDuration(), passed};
}

absl::StatusOr<Resolution> CallerSession::AwaitResolution(absl::Duration timeout) {
  return border_->Run([&] {
    const SteadyTime deadline = clock_.SteadyNow() + timeout;
    return runner_->Run<absl::StatusOr<Resolution>>(
        [session = session_, deadline] { return session->AwaitResolution(deadline); });
  });
}

}  // namespace joinpass::engine
