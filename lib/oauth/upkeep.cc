#include "oauth/upkeep.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "oauth/app_pause.h"
#include "oauth/disconnect.h"

namespace joinpass::oauth {
namespace {

// How long one credential may take.
constexpr absl::Duration kForOne = absl::Seconds(60);
constexpr absl::Duration kForOneAtLeast = absl::Seconds(1);

// How long after an unanswered send the next look is taken, at the least.
constexpr absl::Duration kShortestNap = absl::Seconds(1);

// Until when one of `count` may take its time: a refresh that hangs goes on
// by itself, and takes none from the others.
SteadyTime ShareOf(SteadyTime now, SteadyTime deadline, std::size_t count) {
  const absl::Duration share = (deadline - now) / static_cast<double>(count);
  return std::min(deadline, now + std::clamp(share, kForOneAtLeast, kForOne));
}

absl::Status OutOfTime() {
  return base::MakeError(Reason::kDeadlineExceeded, "upkeep: the deadline passed before the end");
}

// When what is not settled yet is worth another look; nothing: it is settled.
std::optional<absl::Time> NextLook(const absl::Status& settled, absl::Time now) {
  if (settled.ok()) return std::nullopt;
  const ErrorInfo info = GetErrorInfo(settled).value_or(ErrorInfo());
  if (info.reason == Reason::kReauthorizationRequired ||
      info.reason == Reason::kCredentialUnknown) {
    return std::nullopt;
  }
  if (info.retry_at) return std::max(*info.retry_at, now + kShortestNap);
  return now + kForOne;
}

}  // namespace

base::Task<absl::StatusOr<UpkeepReport>> Upkeep::Run(SteadyTime deadline) {
  auto& records = context_.records;
  UpkeepReport report;
  JOINPASS_CO_RETURN_IF_ERROR(co_await ProbeApps(deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const std::vector<std::string> unsettled,
      co_await context_.OffLoop([&records] { return records.ListUnsettled(); }));
  JOINPASS_CO_RETURN_IF_ERROR(co_await Settle(unsettled, deadline, report));
  JOINPASS_CO_RETURN_IF_ERROR(co_await RenewIdle(deadline, report));
  co_return report;
}

base::Task<absl::Status> Upkeep::Settle(const std::vector<std::string>& ids, SteadyTime deadline,
                                        UpkeepReport& report) {
  for (const std::string& id : ids) {
    if (closing_ || context_.clock.SteadyNow() >= deadline) co_return OutOfTime();
    const absl::Status settled =
        co_await SettleOne(id, std::min(deadline, context_.clock.SteadyNow() + kForOne), report);
    // One that waits for its turn is no failure.
    if (!settled.ok() && ReasonOf(settled) != Reason::kRefreshUnanswered) ++report.failed;
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Upkeep::SettleOne(std::string id, SteadyTime deadline,
                                           UpkeepReport& report) {
  auto& records = context_.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const store::CredentialRecord credential,
      co_await context_.OffLoop([&] { return records.GetCredential(id); }));
  if (credential.health == Health::kDisconnecting) {
    JOINPASS_CO_RETURN_IF_ERROR((co_await Disconnect(context_, tokens_, id, deadline)).status());
    ++report.disconnected;
    co_return absl::OkStatus();
  }
  if (!credential.pending || credential.health != Health::kHealthy) co_return absl::OkStatus();
  const absl::Status renewed = co_await tokens_.Renew(id, Renewal::kAnyway, deadline);
  const bool condemned = !renewed.ok() && ReasonOf(renewed) == Reason::kReauthorizationRequired;
  if (renewed.ok() || condemned) ++report.settled;
  co_return renewed;
}

base::Task<absl::Status> Upkeep::RenewIdle(SteadyTime deadline, UpkeepReport& report) {
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  const absl::Duration idle_after = kIdleAfter - absl::Milliseconds(1);
  JOINPASS_CO_ASSIGN_OR_RETURN(const std::vector<std::string> idle, co_await context_.OffLoop([&] {
    return records.ListRefreshedOutside(now - idle_after, now + idle_after);
  }));
  std::size_t left = idle.size();
  for (const std::string& id : idle) {
    if (closing_ || context_.clock.SteadyNow() >= deadline) co_return OutOfTime();
    const SteadyTime until = ShareOf(context_.clock.SteadyNow(), deadline, left--);
    const absl::Status renewed = co_await tokens_.Renew(id, Renewal::kIdle, until);
    ++(renewed.ok() ? report.refreshed : report.failed);
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Upkeep::ProbeApps(SteadyTime deadline) {
  auto& records = context_.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(const std::vector<store::AppRecord> apps,
                               co_await context_.OffLoop([&] { return records.ListApps(); }));
  for (const store::AppRecord& app : apps) {
    if (closing_ || context_.clock.SteadyNow() >= deadline) co_return OutOfTime();
    // Still paused is no failure of the round.
    (void)co_await CheckPause(context_, app, deadline);
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Upkeep::SettleAfterStart() {
  auto& records = context_.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(std::vector<std::string> left, co_await context_.OffLoop([&records] {
    return records.ListUnsettled();
  }));
  while (!left.empty() && !closing_) {
    std::optional<absl::Time> next;
    std::vector<std::string> still_left;
    for (const std::string& id : left) {
      if (closing_) break;
      UpkeepReport report;
      const absl::Status settled =
          co_await SettleOne(id, context_.clock.SteadyNow() + kForOne, report);
      const std::optional<absl::Time> look = NextLook(settled, context_.clock.Now());
      if (!look) continue;
      still_left.push_back(id);
      next = next ? std::min(*next, *look) : *look;
    }
    left = std::move(still_left);
    if (!next) break;
    const SteadyTime wake = context_.clock.SteadyNow() + (*next - context_.clock.Now());
    co_await base::Flight<absl::Status>::Wait(closed_, wake);
  }
  co_return absl::OkStatus();
}

void Upkeep::Close() {
  closing_ = true;
  if (!closed_->landed()) closed_->Land(absl::OkStatus());
}

}  // namespace joinpass::oauth
