#include "oauth/next_try.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"

namespace joinpass::oauth {
namespace {

constexpr int kMostDoublings = 16;
const absl::Duration kLongestRetryAt = absl::Minutes(5);

struct Row {
  absl::Duration first;
  absl::Duration longest;
  bool obeys_retry_at = false;
};

Row RowOf(Reason reason) {
  switch (reason) {
    case Reason::kRateLimited:
      return {absl::Seconds(1), absl::Minutes(5), true};
    case Reason::kZoomUnavailable:
      return {absl::Seconds(1), absl::Seconds(30), true};
    case Reason::kAppCredentialsInvalid:
    case Reason::kRequestRefused:
    case Reason::kAnswerInvalid:
    case Reason::kAnswerTooLarge:
      return {absl::Minutes(1), absl::Minutes(30)};
    case Reason::kStoreUnavailable:
    case Reason::kStoreForeign:
    case Reason::kStoreCorrupt:
    case Reason::kKeyMissing:
    case Reason::kKeyInvalid:
      return {absl::Seconds(1), absl::Seconds(5)};
    default:
      return {absl::Seconds(1), absl::Seconds(30)};
  }
}

}  // namespace

absl::Duration WaitAfter(const ErrorInfo& error, int failures, std::uint64_t random,
                         absl::Time now) {
  const Row row = RowOf(error.reason);
  const int doublings = std::min(failures - 1, kMostDoublings);
  absl::Duration wait = std::min(row.first * (1 << doublings), row.longest);
  wait *= 0.5 + static_cast<double>(random % 1000) / 2000;
  if (!row.obeys_retry_at || !error.retry_at) return wait;
  return std::max(wait, std::min(*error.retry_at - now, kLongestRetryAt));
}

void NextTry::Fail(absl::Status why, std::uint64_t random, base::Moment now) {
  const ErrorInfo info = GetErrorInfo(why).value_or(ErrorInfo());
  at_ = now.steady + WaitAfter(info, ++failures_, random, now.wall);
  why_ = std::move(why);
}

absl::Status NextTry::Check(base::Moment now) const {
  if (why_.ok() || now.steady >= at_) return absl::OkStatus();
  ErrorInfo info = GetErrorInfo(why_).value_or(ErrorInfo());
  info.retry_at = now.wall + (at_ - now.steady);
  return base::WithInfo(why_, info);
}

}  // namespace joinpass::oauth
