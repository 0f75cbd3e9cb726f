#include "directory/background_sync.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "directory/sync_progress.h"
#include "store/millis.h"

namespace joinpass::directory {
namespace {

// How soon it is seen that somebody has consented, whichever process he came to.
constexpr absl::Duration kLookEvery = absl::Seconds(30);

// A large account does not hold up all others.
constexpr int kAtOnce = 4;

// However large the account. One that takes longer goes on with the next.
constexpr absl::Duration kLongest = absl::Hours(12);

struct Due {
  std::string credential_id = {};
  absl::Time at = absl::InfinitePast();
};

// Those whose tokens work, the longest overdue first. Blocks on the store.
absl::StatusOr<std::vector<Due>> ListDue(store::Records& records, absl::Duration every,
                                         absl::Time now) {
  JOINPASS_ASSIGN_OR_RETURN(const auto credentials, records.ListCredentials(""));
  std::vector<Due> due;
  for (const store::CredentialRecord& credential : credentials) {
    if (credential.health != Health::kHealthy || !credential.IsNamed()) continue;
    JOINPASS_ASSIGN_OR_RETURN(const auto last, records.FindSync(credential.id));
    const absl::Time at = DueAt(credential.id, credential.connected_at, last, every, now);
    if (at <= now) due.push_back({credential.id, at});
  }
  std::stable_sort(due.begin(), due.end(), [](const Due& a, const Due& b) { return a.at < b.at; });
  return due;
}

}  // namespace

base::Task<absl::Status> BackgroundSync::RunWhileOpen() {
  std::vector<base::Task<absl::Status>> workers;
  for (int i = 0; i < kAtOnce; ++i) workers.push_back(Work());
  (void)co_await base::WhenAll(std::move(workers));
  co_return absl::OkStatus();
}

base::Task<absl::Status> BackgroundSync::Work() {
  while (!context_.closing->begun()) {
    absl::StatusOr<MaybeBegun> begun = co_await TakeDue();
    if (!begun.ok() || !begun->has_value()) {
      (void)co_await context_.closing->Nap(look_at_);
      continue;
    }
    const std::string id = (*begun)->credential_id;
    // Why it failed stands in the store, beside when it is tried again.
    (void)co_await sync_.Run(id, context_.clock.SteadyNow() + kLongest, *std::move(begun));
    at_work_.erase(id);
  }
  co_return absl::OkStatus();
}

// Nothing: none is due before the next look.
base::Task<absl::StatusOr<BackgroundSync::MaybeBegun>> BackgroundSync::TakeDue() {
  if (due_.empty() && !looking_ && context_.clock.SteadyNow() >= look_at_) {
    looking_ = std::make_shared<base::Flight<absl::Status>>(context_.loop);
    const absl::Status looked = co_await Look();
    look_at_ = context_.clock.SteadyNow() + kLookEvery;
    std::exchange(looking_, nullptr)->Land(looked);
  }
  if (looking_) {  // another worker does
    const auto looking = looking_;
    (void)co_await base::Flight<absl::Status>::Wait(looking, SteadyTime::InfiniteFuture());
  }
  while (!due_.empty() && !context_.closing->begun()) {
    const std::string id = std::move(due_.front());
    due_.pop_front();
    if (!at_work_.insert(id).second) continue;
    absl::StatusOr<MaybeBegun> mine = co_await Claim(id);
    if (mine.ok() && mine->has_value()) co_return mine;
    at_work_.erase(id);
  }
  co_return MaybeBegun();
}

base::Task<absl::Status> BackgroundSync::Look() {
  auto& records = context_.records;
  const absl::Duration every = every_;
  const absl::Time now = context_.clock.Now();
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const std::vector<Due> due,
      co_await context_.OffLoop(service::Lane::kBackground,
                                [&records, every, now] { return ListDue(records, every, now); }));
  for (const Due& one : due) due_.push_back(one.credential_id);
  co_return absl::OkStatus();
}

// Of several processes one gets it.
base::Task<absl::StatusOr<BackgroundSync::MaybeBegun>> BackgroundSync::Claim(
    const std::string& credential_id) {
  auto& records = context_.records;
  const absl::Duration every = every_;
  const absl::Time now = store::CutToMillis(context_.clock.Now());
  co_return co_await context_.OffLoop(
      service::Lane::kBackground,
      [&records, &credential_id, every, now]() -> absl::StatusOr<MaybeBegun> {
        JOINPASS_ASSIGN_OR_RETURN(const auto credential, records.GetCredential(credential_id));
        JOINPASS_ASSIGN_OR_RETURN(const auto last, records.FindSync(credential_id));
        const absl::Time connected_at = credential.connected_at;
        if (DueAt(credential_id, connected_at, last, every, now) > now) return std::nullopt;
        store::SyncRecord begun = Begun(credential_id, connected_at, last, now);
        JOINPASS_ASSIGN_OR_RETURN(const bool mine, records.PutSync(begun, last));
        return mine ? MaybeBegun(std::move(begun)) : std::nullopt;
      });
}

}  // namespace joinpass::directory
