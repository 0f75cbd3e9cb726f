#include "join/session.h"

#include <set>
#include <utility>

#include "base/ids.h"
#include "base/status.h"
#include "join/identity_owners.h"
#include "join/logged_pass.h"

namespace joinpass::join {
namespace {

// Warming has a deadline of its own: nobody may be waiting for it.
constexpr absl::Duration kWarmDeadline = absl::Seconds(30);

// How long Zoom may be asked who hosts the meeting: the pass waits for it.
constexpr absl::Duration kLookUpDeadline = absl::Seconds(5);

// Who hosts a meeting may change at any time; to look again costs no request.
constexpr absl::Duration kFindingsLast = absl::Minutes(1);

Findings NothingFound(const absl::Status& why) {
  Findings known;
  known.resolution = why;
  known.identity_owners = why;
  return known;
}

// The credentials that the plan will use first.
std::set<std::string> FirstCredentials(const Plan& plan) {
  std::set<std::string> ids;
  if (!plan.recording.empty()) ids.insert(plan.recording.front().credential_id);
  if (!plan.identity.empty()) ids.insert(plan.identity.front().credential_id);
  return ids;
}

int RequestsOf(const Plan& plan) {
  return (plan.recording.empty() ? 0 : 1) + (plan.identity.empty() ? 0 : 1);
}

}  // namespace

Session::Session(const Services& services, JoinRequest request)
    : services_(services),
      request_(std::move(request)),
      known_(std::make_shared<base::Flight<Findings>>(services.context.loop)),
      sockets_(std::make_shared<base::Flight<absl::Status>>(services.context.loop)),
      id_(base::NewJoinId(services.context.random)) {}

base::Task<Findings> Session::Find(SteadyTime deadline) {
  const auto self = shared_from_this();
  if (!NeedsHost(request_)) co_return co_await Recall();
  absl::StatusOr<Resolution> found =
      co_await services_.hosts.Find(request_.link, request_.host_hints, deadline);
  co_return co_await WithOwners(std::move(found));
}

base::Task<Findings> Session::Recall() {
  const auto self = shared_from_this();
  absl::StatusOr<Resolution> known =
      co_await services_.hosts.Recall(request_.link, request_.host_hints);
  co_return co_await WithOwners(std::move(known));
}

base::Task<Findings> Session::WithOwners(absl::StatusOr<Resolution> resolution) {
  auto& records = services_.context.records;
  const JoinRequest& request = request_;
  co_return co_await services_.context.OffLoop(
      service::Lane::kReads, [&records, &request, &resolution] {
        Findings known;
        known.resolution = resolution;
        known.identity_owners = FindIdentityOwners(records, request, known.resolution);
        return known;
      });
}

base::Task<absl::Status> Session::Warm() {
  const auto self = shared_from_this();
  const SteadyTime deadline = services_.context.clock.SteadyNow() + kWarmDeadline;
  const Findings known = co_await Find(services_.context.clock.SteadyNow() + kLookUpDeadline);
  found_at_ = services_.context.clock.SteadyNow();
  known_->Land(known);
  const Plan plan = MakePlan(request_, known);
  if (!known.resolution.ok() && ReasonOf(known.resolution.status()) != Reason::kHostNotConnected &&
      ReasonOf(known.resolution.status()) != Reason::kCancelled) {
    services_.context.listeners.Notify("warming_failed", Describe(known.resolution.status()));
  }
  std::vector<base::Task<absl::Status>> tasks;
  for (const std::string& id : FirstCredentials(plan))
    tasks.push_back(WarmCredential(id, deadline));
  tasks.push_back(WarmSockets(RequestsOf(plan), deadline));
  // It may be over before Mint(), which then has nothing to say of it.
  const std::vector<absl::Status> outcomes = co_await base::WhenAll(std::move(tasks));
  for (const absl::Status& met : outcomes) {
    if (met.ok() || ReasonOf(met) == Reason::kCancelled) continue;
    services_.context.listeners.Notify("warming_failed", Describe(met));
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> Session::WarmCredential(std::string credential_id, SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(const oauth::Grant grant,
                               co_await services_.tokens.Get(std::move(credential_id), deadline));
  // Most credentials use the API origin that WarmSockets() dials meanwhile.
  const message::Origin& origin = grant.access.api_origin;
  if (origin == services_.context.origins.api) co_return absl::OkStatus();
  co_return co_await services_.context.transport.Warm(origin, 1, deadline);
}

base::Task<absl::Status> Session::WarmSockets(int sockets, SteadyTime deadline) {
  absl::Status warmed = absl::OkStatus();
  if (sockets > 0) {
    warmed =
        co_await services_.context.transport.Warm(services_.context.origins.api, sockets, deadline);
  }
  sockets_->Land(warmed);
  co_return warmed;
}

base::Task<Findings> Session::AwaitFindings(SteadyTime deadline) {
  const std::optional<Findings> known = co_await base::Flight<Findings>::Wait(known_, deadline);
  if (known) co_return *known;
  co_return NothingFound(base::MakeError(Reason::kDeadlineExceeded,
                                         "join: the deadline passed before the host was found"));
}

// The store may have learnt since who was missing; to look costs no request. Where Zoom
// could not be asked before, it is asked again.
base::Task<Findings> Session::LookAgain(Findings known, SteadyTime deadline) {
  const bool was_asked = known_->landed() && !known.resolution.ok();
  const bool ask = was_asked && ReasonOf(known.resolution.status()) != Reason::kHostNotConnected;
  const SteadyTime now = services_.context.clock.SteadyNow();
  base::Task<Findings> looking = ask ? Find(now + (deadline - now) / 2) : Recall();
  std::optional<Findings> again =
      co_await services_.context.closing->Within(std::move(looking), deadline);
  if (!again) co_return known;
  // What cannot be read now takes nothing back.
  const bool was_known = known.resolution.ok();
  if (was_known && !again->resolution.ok() &&
      ReasonOf(again->resolution.status()) != Reason::kHostNotConnected) {
    co_return known;
  }
  // That nobody is known says less than that Zoom could not be asked.
  if (ask && !again->resolution.ok() &&
      ReasonOf(again->resolution.status()) == Reason::kHostNotConnected) {
    again->resolution = known.resolution.status();
  }
  co_return *std::move(again);
}

base::Task<absl::StatusOr<JoinPass>> Session::Mint(SteadyTime deadline) {
  const auto self = shared_from_this();
  const int attempt = ++mints_;
  ForgetRefused();
  std::optional<Minted> minted;
  if (attempt == 1) minted = co_await TakeOneAhead(deadline);
  if (!minted) minted = co_await MintAnew(deadline);
  if (minted->pass.ok()) NoteAttempt(*minted->pass, minted->identity_owner, minted->plan);
  Log(*minted, attempt);
  co_return std::move(minted->pass);
}

base::Task<Session::Minted> Session::MintAnew(SteadyTime deadline) {
  const auto self = shared_from_this();
  // Half of the time for Zoom to say who hosts it; what is known, and the hints, are there
  // without.
  SteadyTime now = services_.context.clock.SteadyNow();
  Findings known = co_await AwaitFindings(now + (deadline - now) / 2);
  const bool is_old = known_->landed() && now - found_at_ > kFindingsLast;
  if (is_old || !known.resolution.ok() || !known.identity_owners.ok()) {
    known = co_await LookAgain(std::move(known), deadline);
  }
  // None are being opened before it is known for whom.
  now = services_.context.clock.SteadyNow();
  if (known_->landed()) {
    co_await base::Flight<absl::Status>::Wait(sockets_, now + (deadline - now) / 2);
  }
  Detour detour;
  {
    base::MutexLock lock(mutex_);
    detour = course_.detour;
  }
  Minted minted;
  minted.plan = MakePlan(request_, known, detour);
  MintedParts parts = co_await MintParts(known, detour, deadline, minted.plan);
  if (parts.identity.ok()) minted.identity_owner = parts.identity->owner_user_id;
  minted.pass = MakePass(request_, known, std::move(parts), detour);
  minted.known = std::move(known);
  co_return minted;
}

base::Task<MintedParts> Session::MintParts(const Findings& known, const Detour& detour,
                                           SteadyTime deadline, Plan& plan) {
  const std::uint64_t number =
      known.resolution.ok() ? known.resolution->meeting_number : request_.link.number();
  MintedParts parts = co_await services_.minter.Mint(plan, request_, number, deadline);
  const bool gave_way = !plan.recording_shortfall.ok() && !plan.identity.empty();
  if (!gave_way || parts.identity.ok()) co_return parts;
  // It gave way to an identity that could not be had.
  Detour alone = detour;
  alone.without_identity = true;
  const Plan rest = MakePlan(request_, known, alone);
  if (!rest.identity.empty() || rest.recording.empty()) co_return parts;
  MintedParts late = co_await services_.minter.Mint(rest, request_, number, deadline);
  parts.recording = std::move(late.recording);
  plan.recording = rest.recording;
  co_return parts;
}

void Session::NoteAttempt(const JoinPass& pass, const std::string& owner, const Plan& plan) {
  Taken taken;
  taken.recording = !pass.recording_token().empty();
  const JoinPass::Token& token = pass.identity_token();
  base::MutexLock lock(mutex_);
  last_zak_.reset();
  if (!token.value.empty()) {
    taken.identity = pass.identity();
    taken.identity_user_id = owner;
    // Those who were asked before him had none to give.
    bool is_behind = false;
    for (const Owner& other : plan.identity) {
      if (is_behind && other.user_id != owner) taken.other_users.push_back(other.user_id);
      is_behind = is_behind || other.user_id == owner;
    }
    if (pass.identity() == Identity::kZak)
      last_zak_ = {token.credential_id, owner, token.expires_at};
  }
  BeginAttempt(std::move(taken), course_);
}

// Never fails: a pass is worth more than its place in the log.
void Session::Log(const Minted& minted, int attempt) {
  try {
    LoggedPass logged =
        LogOf(request_, minted.known, minted.plan, minted.pass, services_.context.Now());
    logged.id = base::NewPassId(services_.context.random);
    logged.join_id = id_;
    logged.attempt = attempt;
    logged.minted_ahead = minted.ahead;
    std::optional<LoggedPass> before;
    if (minted.pass.ok()) {
      std::optional<LoggedPass> now = logged;
      // Under one lock: what is told meanwhile is of the one or of the other.
      base::MutexLock lock(mutex_);
      if (std::exchange(is_told_, false)) before.swap(logged_);
      logged_.swap(now);
    }
    if (before) services_.log.Note({.pass = *std::move(before), .is_new = false});
    services_.log.Note({.pass = std::move(logged), .is_new = true});
  } catch (...) {
  }
}

base::Task<absl::Status> Session::FollowReport() {
  const auto self = shared_from_this();
  ForgetRefused();
  LogTold();
  co_return absl::OkStatus();
}

// What was told of the attempt under way, and is not noted yet.
void Session::LogTold() {
  std::optional<LoggedPass> logged;
  {
    base::MutexLock lock(mutex_);
    if (std::exchange(is_told_, false)) logged = logged_;
  }
  if (logged) services_.log.Note({.pass = *std::move(logged), .is_new = false});
}

void Session::ForgetRefused() {
  std::optional<LastZak> refused;
  {
    base::MutexLock lock(mutex_);
    if (course_.is_identity_refused) refused = last_zak_;
  }
  if (refused) {
    services_.minter.ForgetZak(refused->credential_id, refused->user_id, refused->expires_at);
  }
}

NextStep Session::Report(const SdkOutcome& outcome, const base::Moment& now, double roll) {
  base::MutexLock lock(mutex_);
  NextStep next = Hear(request_, outcome, now.steady, roll, course_);
  if (logged_ && IsTelling(outcome, next)) {
    AddOutcome({now.wall, outcome, next}, *logged_);
    is_told_ = true;
  }
  return next;
}

base::Task<absl::StatusOr<Resolution>> Session::AwaitResolution(SteadyTime deadline) {
  const auto self = shared_from_this();
  const Findings known = co_await AwaitFindings(deadline);
  co_return known.resolution;
}

}  // namespace joinpass::join
