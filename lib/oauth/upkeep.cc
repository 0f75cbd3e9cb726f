#include "oauth/upkeep.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "oauth/app_pause.h"
#include "oauth/disconnect.h"
#include "oauth/identify.h"

namespace joinpass::oauth {
namespace {

// How long one credential may take.
constexpr absl::Duration kForOne = absl::Seconds(60);
constexpr absl::Duration kForOneAtLeast = absl::Seconds(1);

// Between two looks at what is not settled: at the least, and at most.
constexpr absl::Duration kShortestNap = absl::Seconds(1);
constexpr absl::Duration kLongestNap = absl::Hours(1);
constexpr int kMostDoublings = 6;

// How long a consent stays that Zoom refuses and never named.
constexpr absl::Duration kRefusedStays = absl::Hours(24);

// Until when one of `count` may take its time: a refresh that hangs goes on
// by itself, and takes none from the others.
SteadyTime ShareOf(SteadyTime now, SteadyTime deadline, std::size_t count) {
  const absl::Duration share = (deadline - now) / static_cast<double>(count);
  return std::min(deadline, now + std::clamp(share, kForOneAtLeast, kForOne));
}

absl::Status OutOfTime() {
  return base::MakeError(Reason::kDeadlineExceeded, "upkeep: the deadline passed before the end");
}

// One waits for its turn, or somebody else has just finished its disconnect.
bool IsNoFailure(const absl::Status& settled) {
  const Reason reason = ReasonOf(settled);
  return reason == Reason::kRefreshUnanswered || reason == Reason::kCredentialUnknown;
}

// After how long what is not settled yet is worth another look; nothing: it is settled.
std::optional<absl::Duration> NextLook(const absl::Status& settled, int looks, absl::Time now) {
  if (settled.ok()) return std::nullopt;
  const ErrorInfo info = GetErrorInfo(settled).value_or(ErrorInfo());
  if (info.reason == Reason::kReauthorizationRequired ||
      info.reason == Reason::kCredentialUnknown) {
    return std::nullopt;
  }
  if (info.retry_at) return std::max(*info.retry_at - now, kShortestNap);
  return std::min(kForOne * (1 << std::min(looks, kMostDoublings)), kLongestNap);
}

}  // namespace

base::Task<absl::StatusOr<UpkeepReport>> Upkeep::Run(SteadyTime deadline) {
  auto& records = context_.records;
  UpkeepReport report;
  JOINPASS_CO_RETURN_IF_ERROR(co_await ProbeApps(deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(const std::vector<std::string> unsettled,
                               co_await context_.OffLoop(service::Lane::kBackground, [&records] {
                                 return records.ListUnsettled();
                               }));
  JOINPASS_CO_RETURN_IF_ERROR(co_await Settle(unsettled, deadline, report));
  JOINPASS_CO_RETURN_IF_ERROR(co_await RenewIdle(deadline, report));
  co_return report;
}

base::Task<absl::Status> Upkeep::Settle(const std::vector<std::string>& ids, SteadyTime deadline,
                                        UpkeepReport& report) {
  for (const std::string& id : ids) {
    if (context_.closing->begun() || context_.clock.SteadyNow() >= deadline) co_return OutOfTime();
    const absl::Status settled =
        co_await SettleOne(id, std::min(deadline, context_.clock.SteadyNow() + kForOne), report);
    if (!settled.ok() && !IsNoFailure(settled)) ++report.failed;
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Upkeep::SettleOne(std::string id, SteadyTime deadline,
                                           UpkeepReport& report) {
  auto& records = context_.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(store::CredentialRecord credential,
                               co_await context_.OffLoop(service::Lane::kBackground, [&] {
                                 return records.GetCredential(id);
                               }));
  if (credential.health == Health::kDisconnecting) {
    JOINPASS_CO_RETURN_IF_ERROR((co_await Disconnect(context_, tokens_, id, deadline)).status());
    ++report.disconnected;
    co_return absl::OkStatus();
  }
  if (!credential.IsNamed()) {
    co_return co_await SettleUnnamed(std::move(credential), deadline, report);
  }
  if (!credential.pending || credential.health != Health::kHealthy) co_return absl::OkStatus();
  // What was read may be a refresh that goes on: the lock tells, not the reading.
  const absl::Status renewed = co_await tokens_.Renew(id, Renewal::kUnsettled, deadline);
  const bool condemned = !renewed.ok() && ReasonOf(renewed) == Reason::kReauthorizationRequired;
  if (renewed.ok() || condemned) ++report.settled;
  co_return renewed;
}

// A consent that Zoom has not named yet. One that Zoom refuses is of no use to
// anybody; it stays for a while, since a late answer may repair it.
base::Task<absl::Status> Upkeep::SettleUnnamed(store::CredentialRecord credential,
                                               SteadyTime deadline, UpkeepReport& report) {
  if (credential.health == Health::kHealthy) {
    const absl::Status named =
        (co_await Identify(context_, calls_, credential.id, deadline)).status();
    const bool refused = !named.ok() && ReasonOf(named) == Reason::kConsenterUnexpected;
    if (named.ok() || refused) ++report.settled;
    co_return refused ? absl::OkStatus() : named;
  }
  if (context_.clock.Now() - credential.health_since < kRefusedStays) co_return absl::OkStatus();
  auto& records = context_.records;
  const absl::StatusOr<bool> removed = co_await context_.OffLoop(
      service::Lane::kBackground, [&] { return records.RemoveUnnamed(credential); });
  tokens_.Forget(credential.id);
  if (removed.ok() && *removed) ++report.settled;
  co_return removed.status();
}

base::Task<absl::Status> Upkeep::RenewIdle(SteadyTime deadline, UpkeepReport& report) {
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  const absl::Duration idle_after = kIdleAfter - absl::Milliseconds(1);
  JOINPASS_CO_ASSIGN_OR_RETURN(const std::vector<std::string> idle,
                               co_await context_.OffLoop(service::Lane::kBackground, [&] {
                                 return records.ListRefreshedOutside(now - idle_after,
                                                                     now + idle_after);
                               }));
  std::size_t left = idle.size();
  for (const std::string& id : idle) {
    if (context_.closing->begun() || context_.clock.SteadyNow() >= deadline) co_return OutOfTime();
    const SteadyTime until = ShareOf(context_.clock.SteadyNow(), deadline, left--);
    const absl::Status renewed = co_await tokens_.Renew(id, Renewal::kIdle, until);
    ++(renewed.ok() ? report.refreshed : report.failed);
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Upkeep::ProbeApps(SteadyTime deadline) {
  auto& records = context_.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const std::vector<store::AppRecord> apps,
      co_await context_.OffLoop(service::Lane::kBackground, [&] { return records.ListApps(); }));
  for (const store::AppRecord& app : apps) {
    if (context_.closing->begun() || context_.clock.SteadyNow() >= deadline) co_return OutOfTime();
    // Still paused is no failure of the round.
    (void)co_await CheckPause(context_, app, deadline);
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Upkeep::SettleWhileOpen() {
  auto& records = context_.records;
  const absl::StatusOr<std::vector<std::string>> left = co_await context_.OffLoop(
      service::Lane::kBackground, [&records] { return records.ListUnsettled(); });
  if (left.ok()) {
    for (const std::string& id : *left) watched_.emplace(id, Due{context_.clock.SteadyNow()});
  }
  while (!context_.closing->begun()) {
    auto next = watched_.begin();
    for (auto it = watched_.begin(); it != watched_.end(); ++it) {
      if (it->second.at < next->second.at) next = it;
    }
    if (next != watched_.end() && next->second.at <= context_.clock.SteadyNow()) {
      (void)co_await Look(next->first);
      continue;
    }
    nap_ = std::make_shared<base::Flight<absl::Status>>(context_.loop);
    tokens_.ForgetUnused();
    const SteadyTime sweep = context_.clock.SteadyNow() + kLongestNap;
    const SteadyTime until = next == watched_.end() ? sweep : std::min(next->second.at, sweep);
    co_await base::Flight<absl::Status>::Wait(nap_, until);
    nap_.reset();
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Upkeep::Look(std::string id) {
  UpkeepReport report;
  const absl::Status settled = co_await SettleOne(id, context_.clock.SteadyNow() + kForOne, report);
  const auto it = watched_.find(id);
  const std::optional<absl::Duration> pause =
      NextLook(settled, it->second.looks, context_.clock.Now());
  if (pause) {
    it->second.at = context_.clock.SteadyNow() + *pause;
    ++it->second.looks;
  } else {
    watched_.erase(it);
  }
  co_return settled;
}

void Upkeep::Watch(std::string credential_id) {
  watched_.insert_or_assign(std::move(credential_id),
                            Due{context_.clock.SteadyNow() + kShortestNap});
  Wake();
}

void Upkeep::Wake() {
  if (nap_ && !nap_->landed()) nap_->Land(absl::OkStatus());
}

}  // namespace joinpass::oauth
