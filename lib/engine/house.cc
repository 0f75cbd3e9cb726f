#include "engine/house.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/flight.h"
#include "base/status.h"
#include "oauth/refresh_rules.h"

namespace joinpass::engine {
namespace {

// What a refresh may take, and its answer to be stored.
const absl::Duration kCloseByItself = oauth::kRefreshDeadline + oauth::kCommitReserve;

// Between two looks at the clock, which a wait may not know.
constexpr absl::Duration kLongestWait = absl::Seconds(1);

absl::Status OnOwnThread() {
  return base::MakeError(Reason::kWrongThread, "close: it blocks, and is called on its own thread");
}

absl::Status StillClosing() {
  return base::MakeError(Reason::kDeadlineExceeded, "close: somebody else is still closing it");
}

oauth::Pacing PacingOf(limits::Limiter& limiter, const EngineOptions& options,
                       limits::Urgency urgency) {
  const bool kept = options.rate_limits == RateLimits::kKept;
  return {.limiter = kept ? &limiter : nullptr, .urgency = urgency};
}

base::Task<absl::Status> CloseClient(http::Client& client) {
  client.Close();
  co_return absl::OkStatus();
}

base::Task<absl::Status> BeginClosing(const service::Context& context, oauth::Upkeep& upkeep) {
  context.closing->Begin();
  context.circuits->Wake();
  upkeep.Wake();
  co_return absl::OkStatus();
}

// Beside each other: neither takes the other's time.
base::Task<absl::Status> Drain(base::Loop& loop, oauth::Consents& consents,
                               oauth::AccessTokens& tokens, SteadyTime deadline) {
  const auto exchanges = std::make_shared<base::Flight<bool>>(loop);
  base::Start<bool>(consents.Drain(deadline),
                    [exchanges](bool drained) { exchanges->Land(drained); });
  const bool refreshed = co_await tokens.Drain(deadline);
  const auto exchanged = co_await base::Flight<bool>::Wait(exchanges, SteadyTime::InfiniteFuture());
  if (*exchanged && refreshed) co_return absl::OkStatus();
  co_return base::MakeError(Reason::kDeadlineExceeded,
                            *exchanged ? "close: a refresh was still in flight"
                                       : "close: an exchange was still in flight");
}

base::Task<absl::Status> AwaitFlights(std::shared_ptr<service::Closing> closing,
                                      oauth::Consents& consents, oauth::AccessTokens& tokens) {
  (void)co_await closing->AwaitLeft();  // they may begin some of the others
  (void)co_await consents.AwaitFlights();
  (void)co_await tokens.AwaitFlights(SteadyTime::InfiniteFuture());
  co_return absl::OkStatus();
}

}  // namespace

House::House(EngineOptions options, Parts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      records_(*parts_.store, *parts_.keys, parts_.random),
      context_{*parts_.loop,
               workers_->lanes(),
               parts_.clock,
               parts_.random,
               *parts_.client,
               records_,
               std::move(parts_.origins),
               {options_.on_notice, options_.on_health_change, options_.on_sync_progress,
                options_.on_wait}},
      tokens_(context_),
      limiter_(context_, options_.plan),
      calls_(context_, tokens_, PacingOf(limiter_, options_, limits::Urgency::kJoin)),
      background_calls_(context_, tokens_,
                        PacingOf(limiter_, options_, limits::Urgency::kBackground)),
      upkeep_(context_, tokens_, background_calls_),
      consents_(context_, calls_, upkeep_),
      sync_(context_, background_calls_),
      background_sync_(context_, sync_, options_.sync_every),
      hosts_(context_, calls_, serving_),
      minter_(context_, calls_),
      services_{context_, tokens_, hosts_, minter_, calls_, pass_log_},
      runner_(std::make_shared<Runner>(*parts_.loop)),
      closing_(std::make_shared<Runner>(*parts_.loop)),
      apps_(context_),
      credentials_(context_, tokens_, calls_, consents_, *runner_),
      directory_(context_, sync_, serving_, hosts_, *runner_),
      keys_(context_, *parts_.store, *parts_.keys, *runner_),
      webhooks_(context_, tokens_, calls_, serving_, *runner_) {}

House::~House() { (void)Close(kCloseByItself); }

void House::BeginBackground() {
  runner_->Spawn<absl::Status>([this] { return upkeep_.SettleWhileOpen(); }, [](absl::Status) {});
  if (options_.sync_every > absl::ZeroDuration()) {
    runner_->Spawn<absl::Status>([this] { return background_sync_.RunWhileOpen(); },
                                 [](absl::Status) {});
  }
}

absl::Status House::Close(absl::Duration timeout) {
  if (parts_.loop && parts_.loop->IsCurrent()) return OnOwnThread();
  const SteadyTime deadline = parts_.clock.SteadyNow() + timeout;
  {
    base::MutexLock lock(close_mutex_);
    while (closing_begun_ && !close_outcome_) {
      const absl::Duration left = deadline - parts_.clock.SteadyNow();
      if (left <= absl::ZeroDuration()) return StillClosing();
      close_changed_.WaitFor(close_mutex_, std::min(left, kLongestWait));
    }
    if (close_outcome_) return *close_outcome_;
    closing_begun_ = true;
  }
  std::optional<absl::Status> outcome;
  std::exception_ptr thrown;
  try {
    outcome = CloseOnce(timeout);
  } catch (...) {
    thrown = std::current_exception();
  }
  {
    base::MutexLock lock(close_mutex_);
    close_outcome_ = outcome;
    closing_begun_ = outcome.has_value();  // else whoever comes next tries it again
    close_changed_.NotifyAll();
  }
  if (thrown) std::rethrow_exception(thrown);
  return *outcome;
}

absl::Status House::CloseOnce(absl::Duration timeout) {
  const SteadyTime deadline = parts_.clock.SteadyNow() + timeout;
  // Else each call that waits for another process's lock would have 5 s of its own.
  parts_.store->WaitNoLongerThan(timeout);
  runner_->Shut();
  keys_.Close();
  (void)closing_->Run<absl::Status>([this] { return BeginClosing(context_, upkeep_); });
  const absl::Status drained = closing_->Run<absl::Status>(
      [this, deadline] { return Drain(*parts_.loop, consents_, tokens_, deadline); });
  // Ends what still waits for Zoom; then all tasks come to their end by themselves.
  (void)closing_->Run<absl::Status>([this] { return CloseClient(*parts_.client); });
  runner_->AwaitIdle();
  (void)closing_->Run<absl::Status>(
      [this] { return AwaitFlights(context_.closing, consents_, tokens_); });
  closing_->Shut();
  return drained;
}

void House::EndForGood() {
  if (!border_->IsHome()) return;
  (void)Close(kCloseByItself);
  border_->Shut();
  workers_.reset();
  if (parts_.loop->IsCurrent()) return;
  parts_.client.reset();
  parts_.loop.reset();
}

}  // namespace joinpass::engine
