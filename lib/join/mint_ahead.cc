// A session's first pass, minted before its bot joins.

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/exceptions.h"
#include "join/ahead.h"
#include "join/session.h"

namespace joinpass::join {
namespace {

// Between two looks at the wall clock, which may be set, and whether the session is still there.
constexpr absl::Duration kLongestNap = absl::Seconds(30);

}  // namespace

base::Task<absl::Status> Session::MintAhead(std::weak_ptr<Session> session,
                                            const service::Context& context, absl::Time join_at,
                                            double roll) {
  const std::optional<absl::Time> at = WhenToMintAhead(join_at, context.clock.Now(), roll);
  if (!at) co_return absl::OkStatus();
  base::Moment now = context.Now();
  while (now.wall < *at) {
    const bool closing =
        co_await context.closing->Nap(now.steady + std::min(*at - now.wall, kLongestNap));
    if (closing || session.expired()) co_return absl::OkStatus();
    now = context.Now();
  }
  const std::shared_ptr<Session> self = session.lock();
  // The machine may have slept longer than it was to.
  if (self == nullptr || now.wall > join_at) co_return absl::OkStatus();
  co_return co_await self->KeepOneAhead(now.steady + (join_at - now.wall));
}

base::Task<absl::Status> Session::KeepOneAhead(SteadyTime deadline) {
  const auto self = shared_from_this();
  if (mints_ > 0) co_return absl::OkStatus();  // The bot joins already.
  minting_ahead_ = std::make_shared<base::Flight<bool>>(services_.context.loop);
  absl::Status met;
  try {
    Minted minted = co_await MintAnew(deadline);
    minted.ahead = true;
    met = minted.pass.status();
    if (mints_ == 0 || is_awaited_) ahead_ = std::move(minted);  // Else it comes too late.
  } catch (...) {
    met = base::StatusOfException();
  }
  // Mint() must not wait for ever.
  minting_ahead_->Land(true);
  if (!met.ok() && ReasonOf(met) != Reason::kCancelled) {
    services_.context.listeners.Notify("warming_failed", Describe(met));
  }
  co_return absl::OkStatus();
}

base::Task<std::optional<Session::Minted>> Session::TakeOneAhead(SteadyTime deadline) {
  const auto self = shared_from_this();
  if (minting_ahead_ != nullptr) {
    is_awaited_ = true;
    const SteadyTime now = services_.context.clock.SteadyNow();
    co_await base::Flight<bool>::Wait(minting_ahead_, now + (deadline - now) / 2);
    is_awaited_ = false;
  }
  std::optional<Minted> ahead = std::exchange(ahead_, std::nullopt);
  if (!ahead || !ahead->pass.ok()) co_return std::nullopt;
  if (!IsGoodToJoin(*ahead->pass, services_.context.clock.SteadyNow())) co_return std::nullopt;
  // Another bot may have been refused with it meanwhile.
  const JoinPass::Token& zak = ahead->pass->identity_token();
  if (!ahead->pass->zak().empty() && !ahead->identity_owner.empty() &&
      !services_.minter.KnowsZak(zak.credential_id, ahead->identity_owner, zak.expires_at)) {
    co_return std::nullopt;
  }
  const bool consents_stand = co_await ConsentsStand(*ahead->pass);
  if (!consents_stand) co_return std::nullopt;
  co_return ahead;
}

// Whoever has taken his consent back meanwhile lets no bot in any more.
base::Task<bool> Session::ConsentsStand(const JoinPass& pass) {
  std::set<std::string> ids = {pass.recording().credential_id, pass.identity_token().credential_id};
  ids.erase("");
  auto& records = services_.context.records;
  co_return co_await services_.context.OffLoop(service::Lane::kReads, [&records, &ids] {
    return std::all_of(ids.begin(), ids.end(), [&](const std::string& id) {
      const absl::StatusOr<store::CredentialRecord> credential = records.GetCredential(id);
      // A disk that cannot be read takes nothing back.
      if (!credential.ok()) return ReasonOf(credential.status()) != Reason::kCredentialUnknown;
      return credential->health != Health::kDisconnecting &&
             credential->health != Health::kReauthorizationRequired;
    });
  });
}

}  // namespace joinpass::join
