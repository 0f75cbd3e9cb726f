#include "limits/limiter.h"

#include <optional>
#include <variant>

#include "base/status.h"

namespace joinpass {

std::string_view WaitForName(WaitFor what) {
  switch (what) {
    case WaitFor::kTurn:
      return "turn";
    case WaitFor::kRetry:
      return "retry";
    case WaitFor::kOutage:
      return "outage";
  }
  return "";
}

}  // namespace joinpass

namespace joinpass::limits {
namespace {

// Accounts that one process knows. Which is forgotten does not matter.
constexpr std::size_t kMostSeen = 4'096;

constexpr absl::Duration kStoreRests = absl::Seconds(1);

// A busy machine's, and less than would matter to the limit.
constexpr absl::Duration kLongestOversleep = absl::Milliseconds(250);

absl::Status TooLate(const NoTurn& none, const base::Moment& now) {
  ErrorInfo info;
  info.reason = Reason::kRateLimited;
  info.retry_at = now.wall + (none.at - now.steady);
  return base::MakeError(info, "rate limit: the account's calls leave no turn in time");
}

}  // namespace

Wait WaitOf(const Call& call) {
  Wait wait;
  wait.what = call.is_repeat ? WaitFor::kRetry : WaitFor::kTurn;
  wait.credential_id = call.credential_id;
  wait.in_background = call.urgency == Urgency::kBackground;
  return wait;
}

template <typename Work>
base::Task<std::optional<Limiter::Given<Work>>> Limiter::InStore(const Call& call, Work& work,
                                                                 Known& known) {
  struct Outcome {
    std::optional<Given<Work>> given = {};
    Bucket bucket = {};
  };
  const zoom::RateLimit limit = zoom::RateLimitOf(plan_, call.label);
  const bool in_background = call.urgency == Urgency::kBackground;
  const auto lane = in_background ? service::Lane::kBackground : service::Lane::kReads;
  Outcome outcome = co_await context_.OffLoop(lane, [this, &call, &work, &limit, &known] {
    Outcome changed;
    const absl::Status kept = context_.records.ChangeBucket(
        call.account_id, static_cast<int>(call.label), [&](std::string& state) {
          // The time within the lock: nobody has changed it later than that.
          const base::Moment now = context_.Now();
          changed.bucket = Read(state, limit, now);
          if (known.is_ahead) Merge(changed.bucket, known.bucket);
          changed.given = work(changed.bucket, now);
          state = Write(changed.bucket);
        });
    if (!kept.ok()) changed.given.reset();
    return changed;
  });
  if (outcome.given) known = {.bucket = std::move(outcome.bucket)};
  co_return std::move(outcome.given);
}

template <typename Work>
base::Task<Limiter::Given<Work>> Limiter::With(Call call, Work work) {
  const Key key = {call.account_id, call.label};
  std::optional<Given<Work>> given;
  if (context_.clock.SteadyNow() >= store_rests_until_) {
    Known known = Seen(key);  // a copy: what is off the loop shares nothing with it
    given = co_await InStore(call, work, known);
    if (given) {
      Seen(key) = std::move(known);
    } else {
      store_rests_until_ = context_.clock.SteadyNow() + kStoreRests;
    }
  }
  if (!given) {
    Known& known = Seen(key);
    known.is_ahead = true;
    given = work(known.bucket, context_.Now());
  }
  co_return *std::move(given);
}

Limiter::Known& Limiter::Seen(const Key& key) {
  const auto found = seen_.find(key);
  if (found != seen_.end()) return found->second;
  if (seen_.size() >= kMostSeen) seen_.erase(seen_.begin());
  const zoom::RateLimit limit = zoom::RateLimitOf(plan_, key.second);
  return seen_.emplace(key, Known{.bucket = {.limit = limit}}).first->second;
}

base::Task<absl::Status> Limiter::AwaitTurn(Call call, SteadyTime deadline) {
  while (true) {
    const Urgency urgency = call.urgency;
    const auto take = [urgency, deadline](Bucket& bucket, const base::Moment& now) {
      return TakeTurn(bucket, urgency, now, deadline);
    };
    const std::variant<Turn, NoTurn> taken = co_await With(call, take);
    const base::Moment now = context_.Now();
    const auto* none = std::get_if<NoTurn>(&taken);
    const bool may_wait = urgency == Urgency::kBackground;
    if (none != nullptr && (!may_wait || none->at > deadline)) co_return TooLate(*none, now);
    const SteadyTime at = none != nullptr ? none->at : std::get<Turn>(taken).at;
    if (at > now.steady) {
      Tell(call, at - now.steady);
      const bool closing = co_await context_.closing->Nap(at);
      if (closing) co_return base::MakeError(Reason::kCancelled, "the engine is closing");
    }
    if (none != nullptr) continue;
    if (at <= now.steady) co_return absl::OkStatus();
    // Who slept too long, with the machine perhaps, does not leave together with all others.
    const bool overslept = context_.clock.SteadyNow() - at > kLongestOversleep;
    if (overslept) continue;
    const bool leaves = co_await MayLeave(call, std::get<Turn>(taken));
    if (leaves) co_return absl::OkStatus();
  }
}

// Zoom may have refused another's call while this one waited.
base::Task<bool> Limiter::MayLeave(Call call, Turn turn) {
  const auto leave = [turn](Bucket& bucket, const base::Moment& now) {
    return Leave(bucket, turn, now);
  };
  co_return co_await With(std::move(call), leave);
}

base::Task<absl::Status> Limiter::Hear(Call call, zoom::RateNews news, SteadyTime sent_at) {
  if (!IsNews(news, Seen({call.account_id, call.label}).bucket.limit)) co_return absl::OkStatus();
  const auto hear = [news, sent_at](Bucket& bucket, const base::Moment& now) {
    return limits::Hear(bucket, news, sent_at, now);
  };
  (void)co_await With(std::move(call), hear);
  co_return absl::OkStatus();
}

void Limiter::Tell(const Call& call, absl::Duration time) const {
  Wait wait = WaitOf(call);
  wait.time = time;
  context_.listeners.Tell(wait);
}

}  // namespace joinpass::limits
