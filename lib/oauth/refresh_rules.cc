#include "oauth/refresh_rules.h"

#include <algorithm>

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

absl::Time NextSend(const store::PendingRefresh& pending, absl::Time now) {
  const absl::Time first = std::min(pending.first_send, now);
  return first + kRefreshDeadline + kCoolDown * std::max(pending.sends - 1, 0);
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
