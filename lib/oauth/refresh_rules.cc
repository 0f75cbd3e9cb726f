#include "oauth/refresh_rules.h"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "joinpass/reason.h"

namespace joinpass::oauth {
namespace {

constexpr absl::Duration kAdvisoryBelow = absl::Minutes(10);
constexpr absl::Duration kMandatoryBelow = absl::Minutes(2);
constexpr absl::Duration kUsableAbove = absl::Seconds(10);
constexpr absl::Duration kCoolDown = absl::Minutes(5);
constexpr absl::Duration kLongestCoolDown = absl::Hours(1);
constexpr absl::Duration kTrusted = absl::Minutes(5);
constexpr int kMostDoublings = 16;

// 0.8 to 1.2, the same in every process: who asks often must not find a shorter wait.
double Spread(const std::string& credential_id, int sends) {
  const std::size_t hash = std::hash<std::string>()(credential_id + std::to_string(sends));
  return 0.8 + static_cast<double>(hash % 1000) / 2500;
}

// Whether what is stored makes a refresh needless.
bool IsAsWished(const store::CredentialRecord& credential, const Wish& wish, absl::Time now) {
  switch (wish.why) {
    case Renewal::kIdle:
      // Either way: what was refreshed in the future was so by a wrong clock.
      return absl::AbsDuration(now - credential.refreshed_at) < kIdleAfter;
    case Renewal::kUnsettled:
      return !credential.pending.has_value();
    case Renewal::kAnyway:
      return credential.generation > wish.seen_generation;
    case Renewal::kIfNeeded:
      break;
  }
  const bool rejected = !wish.rejected.empty() && credential.tokens.access_token == wish.rejected;
  return !rejected && AgeOf(credential.tokens.access_expires_at - now) == TokenAge::kFresh;
}

}  // namespace

TokenAge AgeOf(absl::Duration left) {
  if (left > kAdvisoryBelow) return TokenAge::kFresh;
  return left > kMandatoryBelow ? TokenAge::kAdvisory : TokenAge::kMandatory;
}

bool StillUsable(absl::Duration left) { return left >= kUsableAbove; }

SteadyTime PatienceFor(absl::Duration left, SteadyTime now, SteadyTime deadline) {
  return StillUsable(left) ? now + (deadline - now) / 2 : deadline;
}

RefreshEvent Look(const store::CredentialRecord& credential, const store::AppRecord& app,
                  const Wish& wish, absl::Duration lock_left, absl::Time now) {
  if (credential.health == Health::kDisconnecting) return RefreshEvent::kGone;
  if (IsAsWished(credential, wish, now)) return RefreshEvent::kNoNeed;
  if (credential.client_id != app.settings.client_id) return RefreshEvent::kCondemned;
  if (credential.health != Health::kHealthy && wish.why != Renewal::kAnyway) {
    return RefreshEvent::kCondemned;
  }
  if (app.pause) return RefreshEvent::kAppPaused;
  if (credential.pending && NextSend(credential.id, *credential.pending, now) > now) {
    return RefreshEvent::kNotDue;
  }
  return LockSuffices(lock_left) ? RefreshEvent::kSpendable : RefreshEvent::kLeaseShort;
}

bool LockSuffices(absl::Duration lock_left) {
  return lock_left >= kRefreshDeadline + kCommitReserve;
}

absl::Time NextSend(const std::string& credential_id, const store::PendingRefresh& pending,
                    absl::Time now) {
  absl::Duration wait = kRefreshDeadline;
  if (pending.sends > 1) {
    const int doublings = std::min(pending.sends - 2, kMostDoublings);
    wait = std::min(kCoolDown * (1 << doublings), kLongestCoolDown) *
           Spread(credential_id, pending.sends);
  }
  return pending.last_send - now > wait ? now : pending.last_send + wait;
}

absl::Time TrustedUntil(absl::Time connected_at, absl::Time refreshed_at, absl::Time now) {
  if (refreshed_at == connected_at) return absl::InfinitePast();
  return std::min(refreshed_at, now) + kTrusted;
}

RefreshEvent JudgeAnswer(const absl::Status& answer) {
  if (answer.ok()) return RefreshEvent::kAnswered;
  const std::optional<ErrorInfo> info = GetErrorInfo(answer);
  if (!info) return RefreshEvent::kNoAnswer;
  switch (info->reason) {
    case Reason::kReauthorizationRequired:
      return RefreshEvent::kTokenRefused;
    case Reason::kAppCredentialsInvalid:
      // With a cause it may be this account's alone, and a probe could not tell.
      return info->cause == Cause::kNone ? RefreshEvent::kClientRefused : RefreshEvent::kNotSpent;
    case Reason::kRequestRefused:
    case Reason::kRateLimited:
      return RefreshEvent::kNotSpent;
    default:
      return info->request_left ? RefreshEvent::kNoAnswer : RefreshEvent::kNotSpent;
  }
}

Cause CauseOfRefusal(const std::optional<store::PendingRefresh>& before) {
  return before ? Cause::kAnswerLost : Cause::kRevokedOrExpired;
}

}  // namespace joinpass::oauth
