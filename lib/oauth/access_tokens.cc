#include "oauth/access_tokens.h"

#include <optional>
#include <utility>

#include "base/flight.h"
#include "base/status.h"

namespace joinpass::oauth {
namespace {

using StatusFlight = TokenMemory::StatusFlight;
using Flight = base::Flight<absl::Status>;

// How often one caller has a token refreshed that came without an access token.
constexpr int kMostTries = 2;

}  // namespace

base::Task<absl::StatusOr<Grant>> AccessTokens::Get(std::string credential_id,
                                                    SteadyTime deadline) {
  const EntryPtr entry = memory_.Of(credential_id);
  int tries = 0;
  while (true) {
    const bool was_known = entry->held.known();
    JOINPASS_CO_RETURN_IF_ERROR(co_await AwaitRecord(entry, credential_id, deadline));
    const TokenAge age = AgeOf(memory_.LeftOf(*entry));
    const bool delegated = entry->held.IsDelegated();
    // A customer is asked when his token is over, and not ahead of need.
    const bool good = age == TokenAge::kFresh || (delegated && age == TokenAge::kAdvisory);
    if (good) co_return memory_.GrantOf(*entry);
    const StatusFlight flight =
        entry->renewal ? entry->renewal
                       : BeginRenewal(entry, credential_id, Renewal::kIfNeeded, was_known);
    if (age == TokenAge::kAdvisory) co_return memory_.GrantOf(*entry);

    const std::optional<absl::Status> renewed = co_await Flight::Wait(
        flight, PatienceFor(memory_.LeftOf(*entry), context_.clock.SteadyNow(), deadline));
    if (StillUsable(memory_.LeftOf(*entry))) co_return memory_.GrantOf(*entry);
    if (!renewed) {
      co_return base::MakeError(Reason::kRefreshBusy,
                                "access token: the deadline passed while a refresh went on");
    }
    // Only the refresh token came whole: with that there is another one to be had.
    if (renewed->ok() && entry->held.LacksAccessToken() && ++tries < kMostTries) continue;
    if (renewed->ok() && !delegated) co_return DeadOnArrival();
    if (renewed->ok()) {
      co_return base::MakeError(Reason::kRefreshBusy,
                                "access token: the credential was changed meanwhile");
    }
    // The next send of an unanswered refresh may be due while there is time.
    const ErrorInfo info = GetErrorInfo(*renewed).value_or(ErrorInfo());
    if (info.reason != Reason::kRefreshUnanswered || !info.retry_at) co_return *renewed;
    const SteadyTime due = context_.clock.SteadyNow() + (*info.retry_at - context_.clock.Now());
    if (due >= deadline) co_return *renewed;
    co_await context_.closing->Nap(due);
  }
}

base::Task<absl::Status> AccessTokens::Renew(std::string credential_id, Renewal why,
                                             SteadyTime deadline) {
  const EntryPtr entry = memory_.Of(credential_id);
  JOINPASS_CO_RETURN_IF_ERROR(co_await AwaitRecord(entry, credential_id, deadline));
  // One that goes on was begun for another reason.
  while (entry->renewal) {
    const StatusFlight before = entry->renewal;
    const auto landed = co_await Flight::Wait(before, deadline);
    if (!landed) break;
  }
  const StatusFlight flight =
      entry->renewal ? entry->renewal : BeginRenewal(entry, credential_id, why, true);
  const auto renewed = co_await Flight::Wait(flight, deadline);
  if (renewed) co_return *renewed;
  co_return base::MakeError(Reason::kRefreshBusy,
                            "refresh: the deadline passed while a refresh went on");
}

base::Task<absl::Status> AccessTokens::Reread(std::string credential_id, SteadyTime deadline) {
  const EntryPtr entry = memory_.Of(credential_id);
  co_return co_await AwaitLoading(entry, std::move(credential_id), deadline);
}

base::Task<absl::Status> AccessTokens::AwaitRecord(EntryPtr entry, std::string credential_id,
                                                   SteadyTime deadline) {
  while (!entry->held.known()) {
    JOINPASS_CO_RETURN_IF_ERROR(co_await AwaitLoading(entry, credential_id, deadline));
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> AccessTokens::AwaitLoading(EntryPtr entry, std::string credential_id,
                                                    SteadyTime deadline) {
  const StatusFlight loading =
      entry->loading
          ? entry->loading
          : memory_.Launch(*entry, &Entry::loading, memory_.Load(entry, std::move(credential_id)));
  const std::optional<absl::Status> loaded = co_await Flight::Wait(loading, deadline);
  if (loaded) co_return *loaded;
  co_return base::MakeError(Reason::kDeadlineExceeded,
                            "access token: the deadline passed while the store was read");
}

TokenMemory::StatusFlight AccessTokens::BeginRenewal(EntryPtr entry, std::string credential_id,
                                                     Renewal why, bool read_first) {
  return memory_.Launch(*entry, &Entry::renewal,
                        RunRenewal(entry, std::move(credential_id), why, read_first));
}

base::Task<absl::Status> AccessTokens::RunRenewal(EntryPtr entry, std::string credential_id,
                                                  Renewal why, bool read_first) {
  // What others stored meanwhile needs no lock to be read.
  if (read_first) JOINPASS_CO_RETURN_IF_ERROR(co_await memory_.Load(entry, credential_id));
  if (entry->held.IsDelegated()) {
    const absl::Status renewed = co_await delegated_.Renew(entry, credential_id);
    if (renewed.ok()) memory_.Publish(*entry, credential_id);
    co_return renewed;
  }
  co_return co_await refreshed_.Renew(std::move(entry), std::move(credential_id), why);
}

base::Task<absl::Status> AccessTokens::Hear(std::string credential_id, absl::Status said) {
  const EntryPtr entry = memory_.Of(credential_id);
  co_return co_await delegated_.Hear(entry, std::move(credential_id), std::move(said));
}

base::Task<bool> AccessTokens::Drain(SteadyTime deadline) {
  const bool landed = co_await AwaitFlights(deadline);
  if (!landed) co_return false;
  co_return co_await refreshed_.SaveAll(deadline);
}

base::Task<bool> AccessTokens::AwaitFlights(SteadyTime deadline) {
  const auto all = memory_.All();
  for (const auto& [id, entry] : all) {
    while (entry->renewal || entry->loading || entry->saving) {
      const StatusFlight flight = entry->renewal   ? entry->renewal
                                  : entry->loading ? entry->loading
                                                   : entry->saving;
      const auto landed = co_await Flight::Wait(flight, deadline);
      if (!landed) co_return false;
    }
  }
  co_return true;
}

}  // namespace joinpass::oauth
