#include "oauth/refresh_rules.h"

#include "joinpass/reason.h"

namespace joinpass::oauth {
namespace {

constexpr absl::Duration kAdvisoryBelow = absl::Minutes(10);
constexpr absl::Duration kMandatoryBelow = absl::Minutes(2);
constexpr absl::Duration kUsableAbove = absl::Seconds(10);
constexpr absl::Duration kCoolDown = absl::Minutes(5);

}  // namespace

TokenAge AgeOf(absl::Time access_expires_at, absl::Time now) {
  const absl::Duration left = access_expires_at - now;
  if (left > kAdvisoryBelow) return TokenAge::kFresh;
  return left > kMandatoryBelow ? TokenAge::kAdvisory : TokenAge::kMandatory;
}

bool StillUsable(absl::Time access_expires_at, absl::Time now) {
  return access_expires_at - now >= kUsableAbove;
}

SteadyTime PatienceFor(absl::Time access_expires_at, absl::Time now, SteadyTime steady_now,
                       SteadyTime deadline) {
  if (!StillUsable(access_expires_at, now)) return deadline;
  return steady_now + (deadline - steady_now) / 2;
}

absl::Time NextSend(const store::PendingRefresh& pending, absl::Time now) {
  if (pending.last_send > now) return now;
  return pending.last_send + (pending.sends > 1 ? kCoolDown : kRefreshDeadline);
}

SendOutcome JudgeAnswer(const absl::Status& answer) {
  if (answer.ok()) return SendOutcome::kAnswered;
  const std::optional<ErrorInfo> info = GetErrorInfo(answer);
  if (!info) return SendOutcome::kUnknown;
  switch (info->reason) {
    case Reason::kReauthorizationRequired:
      return SendOutcome::kRefused;
    case Reason::kAppCredentialsInvalid:
    case Reason::kRequestRefused:
    case Reason::kRateLimited:
      return SendOutcome::kNotSpent;
    default:
      return info->request_left ? SendOutcome::kUnknown : SendOutcome::kNotSpent;
  }
}

std::string_view CauseOfRefusal(const std::optional<store::PendingRefresh>& before) {
  return before ? "answer_lost" : "revoked_or_expired";
}

}  // namespace joinpass::oauth
