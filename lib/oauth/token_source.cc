#include "oauth/token_source.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "oauth/callback_run.h"

namespace joinpass::oauth {
namespace {

using store::CredentialRecord;

// How often one caller has a token refreshed that came without an access token.
constexpr int kMostTries = 2;

// How many are held at most, and how long one that nobody uses.
constexpr std::size_t kMostHeld = 4096;
constexpr absl::Duration kForgetAfter = absl::Hours(2);

bool IsNoMore(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kCredentialUnknown || reason == Reason::kCredentialDisconnecting;
}

std::uint64_t Draw(base::Random& random) {
  unsigned char bytes[sizeof(std::uint64_t)];
  random.Fill(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof(number));
  return number;
}

// What is held, to be stored in the place of its own past.
Unsaved UnsavedOf(const Held& held, const CredentialRecord& stored) {
  Unsaved unsaved;
  unsaved.app_id = held.app_id;
  unsaved.spent = stored.tokens.refresh_token;
  unsaved.tokens = held.tokens;
  return unsaved;
}

// Of a token that came, and that does not work.
absl::Status OfNoUse(bool delegated, std::optional<absl::Time> retry_at = {}) {
  if (delegated) return RefusedByZoom();
  ErrorInfo info;
  info.reason = Reason::kZoomUnavailable;
  info.retry_at = retry_at;
  return base::MakeError(info,
                         "access token: Zoom gave one that it does not take, or that is dead");
}

}  // namespace

TokenSource::TokenSource(const service::Context& context)
    : context_(context), closed_(std::make_shared<base::Flight<absl::Status>>(context.loop)) {}

// The one of this credential; made if there is none, in the place of the one that
// was not used for longest if there are too many.
TokenSource::EntryPtr TokenSource::EntryOf(const std::string& credential_id) {
  EntryPtr entry;
  const auto it = entries_.find(credential_id);
  if (it != entries_.end()) {
    entry = it->second;
  } else {
    if (entries_.size() >= kMostHeld) ForgetLongestUnused();
    entry = std::make_shared<Entry>();
    entries_.emplace(credential_id, entry);
  }
  entry->used_at = context_.clock.SteadyNow();
  return entry;
}

// Whether nobody works with it, and nothing is in it that is nowhere else.
bool TokenSource::IsIdle(const EntryPtr& entry) {
  return entry.use_count() == 1 && !entry->unsaved;
}

void TokenSource::ForgetLongestUnused() {
  auto oldest = entries_.end();
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    if (!IsIdle(it->second)) continue;
    if (oldest == entries_.end() || it->second->used_at < oldest->second->used_at) oldest = it;
  }
  if (oldest == entries_.end()) return;
  cache_.Drop(oldest->first);
  entries_.erase(oldest);
}

void TokenSource::ForgetUnused() {
  const SteadyTime since = context_.clock.SteadyNow() - kForgetAfter;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const bool unused = IsIdle(it->second) && it->second->used_at < since;
    if (unused) cache_.Drop(it->first);
    it = unused ? entries_.erase(it) : std::next(it);
  }
}

base::Task<absl::StatusOr<Grant>> TokenSource::Get(std::string credential_id, SteadyTime deadline) {
  const EntryPtr kept = EntryOf(credential_id);
  Entry& entry = *kept;
  int tries = 0;
  while (true) {
    const bool was_known = entry.held.known();
    JOINPASS_CO_RETURN_IF_ERROR(co_await AwaitRecord(entry, credential_id, deadline));
    const TokenAge age = AgeOf(LeftOf(entry));
    if (age == TokenAge::kFresh) co_return GrantOf(entry);
    const bool delegated = entry.held.IsDelegated();
    const StatusFlight flight =
        entry.renewal ? entry.renewal
                      : Launch(entry, &Entry::renewal,
                               RunRenewal(credential_id, Renewal::kIfNeeded, was_known));
    if (age == TokenAge::kAdvisory) co_return GrantOf(entry);

    const std::optional<absl::Status> renewed = co_await base::Flight<absl::Status>::Wait(
        flight, PatienceFor(LeftOf(entry), context_.clock.SteadyNow(), deadline));
    if (StillUsable(LeftOf(entry))) co_return GrantOf(entry);
    if (!renewed) {
      co_return base::MakeError(Reason::kRefreshBusy,
                                "access token: the deadline passed while a refresh went on");
    }
    // Only the refresh token came whole: with that there is another one to be had.
    if (renewed->ok() && entry.held.LacksAccessToken() && ++tries < kMostTries) continue;
    if (renewed->ok()) co_return OfNoUse(delegated);
    // The next send of an unanswered refresh may be due while there is time.
    const ErrorInfo info = GetErrorInfo(*renewed).value_or(ErrorInfo());
    if (info.reason != Reason::kRefreshUnanswered || !info.retry_at) co_return *renewed;
    const SteadyTime due = context_.clock.SteadyNow() + (*info.retry_at - context_.clock.Now());
    if (due >= deadline) co_return *renewed;
    co_await base::Flight<absl::Status>::Wait(closed_, due);
  }
}

base::Task<absl::Status> TokenSource::Renew(std::string credential_id, Renewal why,
                                            SteadyTime deadline) {
  const EntryPtr kept = EntryOf(credential_id);
  Entry& entry = *kept;
  JOINPASS_CO_RETURN_IF_ERROR(co_await AwaitRecord(entry, credential_id, deadline));
  // One that goes on was begun for another reason.
  while (entry.renewal) {
    const StatusFlight before = entry.renewal;
    const auto landed = co_await base::Flight<absl::Status>::Wait(before, deadline);
    if (!landed) break;
  }
  const StatusFlight flight =
      entry.renewal ? entry.renewal
                    : Launch(entry, &Entry::renewal, RunRenewal(credential_id, why, true));
  const auto renewed = co_await base::Flight<absl::Status>::Wait(flight, deadline);
  if (renewed) co_return *renewed;
  co_return base::MakeError(Reason::kRefreshBusy,
                            "refresh: the deadline passed while a refresh went on");
}

base::Task<absl::Status> TokenSource::AwaitRecord(Entry& entry, std::string credential_id,
                                                  SteadyTime deadline) {
  while (!entry.held.known()) {
    JOINPASS_CO_RETURN_IF_ERROR(co_await Reread(credential_id, deadline));
  }
  co_return absl::OkStatus();
}

base::Task<absl::Status> TokenSource::Load(Entry& entry, std::string credential_id) {
  auto& records = context_.records;
  absl::StatusOr<Stored> stored = co_await context_.OffLoop(
      service::Lane::kReads, [&] { return ReadStored(records, credential_id); });
  co_return Take(entry, credential_id, std::move(stored));
}

absl::Status TokenSource::Take(Entry& entry, const std::string& credential_id,
                               absl::StatusOr<Stored> stored) {
  if (stored.ok() && stored->credential.health == Health::kDisconnecting) {
    stored = base::MakeError(Reason::kCredentialDisconnecting,
                             "access token: the credential is being disconnected");
  }
  if (!stored.ok()) {
    if (IsNoMore(stored.status())) Forget(credential_id);
    return stored.status();
  }
  if (entry.held.HasOutlived(stored->credential)) {
    // What is stored was spent long ago: what is held takes its place.
    if (entry.unsaved) return absl::OkStatus();
    entry.unsaved = UnsavedOf(entry.held.held(), stored->credential);
    context_.listeners.Notify("store_put_back",
                              absl::StrCat("an older file of the store was put in its place: ",
                                           credential_id, " is stored anew from memory"));
    return absl::OkStatus();
  }
  entry.held.Put(std::move(stored->credential), stored->app, context_.Now());
  if (entry.held.IsDelegated() || AgeOf(LeftOf(entry)) != TokenAge::kFresh) {
    cache_.Drop(credential_id);
    return absl::OkStatus();
  }
  const Grant grant = GrantOf(entry);
  cache_.Put(credential_id,
             {.value = grant.access.access_token,
              .expires_at = grant.access_expires_at,
              .api_origin = message::WriteOrigin(grant.access.api_origin)},
             context_.Now());
  return absl::OkStatus();
}

base::Task<absl::Status> TokenSource::Reread(std::string credential_id, SteadyTime deadline) {
  const EntryPtr kept = EntryOf(credential_id);
  Entry& entry = *kept;
  const StatusFlight loading =
      entry.loading ? entry.loading : Launch(entry, &Entry::loading, Load(entry, credential_id));
  const std::optional<absl::Status> loaded =
      co_await base::Flight<absl::Status>::Wait(loading, deadline);
  if (loaded) co_return *loaded;
  co_return base::MakeError(Reason::kDeadlineExceeded,
                            "access token: the deadline passed while the store was read");
}

base::Task<absl::Status> TokenSource::RunRenewal(std::string credential_id, Renewal why,
                                                 bool read_first) {
  const EntryPtr kept = EntryOf(credential_id);
  Entry& entry = *kept;
  // What others stored meanwhile needs no lock to be read.
  if (read_first && !entry.held.IsDelegated()) {
    JOINPASS_CO_RETURN_IF_ERROR(co_await Load(entry, credential_id));
  }
  if (entry.held.IsDelegated()) co_return co_await RunCallback(context_, entry.held, credential_id);
  const bool fresh = !entry.unsaved && AgeOf(LeftOf(entry)) == TokenAge::kFresh;
  if (why == Renewal::kIfNeeded && fresh) co_return absl::OkStatus();
  if (why == Renewal::kIfNeeded) JOINPASS_CO_RETURN_IF_ERROR(MayTry(entry));
  co_return co_await RunProtocol(entry, credential_id, why);
}

// OK, or why no refresh is begun yet.
absl::Status TokenSource::MayTry(const Entry& entry) const {
  const base::Moment now = context_.Now();
  if (entry.held.known() && entry.held.IsRejected()) {
    const absl::Time until =
        TrustedUntil(entry.held.held().connected_at, entry.held.held().refreshed_at, now.wall);
    if (until > now.wall) return OfNoUse(false, until);
  }
  if (entry.held.known()) {
    const auto app = apps_.find(entry.held.held().app_id);
    if (app != apps_.end()) JOINPASS_RETURN_IF_ERROR(app->second.Check(now));
  }
  return entry.next_try.Check(now);
}

base::Task<absl::Status> TokenSource::RunProtocol(Entry& entry, std::string credential_id,
                                                  Renewal why) {
  Wish wish;
  wish.why = why;
  wish.rejected = entry.held.Unwanted(context_.Now());
  wish.seen_generation = entry.held.known() ? entry.held.held().generation : 0;
  const bool was_unsaved = entry.unsaved.has_value();
  RefreshRun run(context_, credential_id, wish, entry.unsaved, &closing_);
  // Whatever is thrown, what came from Zoom stays in our hands.
  absl::Status outcome = co_await base::Caught(run.Run());
  entry.unsaved = std::move(run.unsaved());
  Judge(entry, run.end(), outcome);
  if (entry.unsaved && !entry.saving) {
    if (!was_unsaved) {
      context_.listeners.Notify(
          "tokens_unsaved", absl::StrCat("the store refuses what Zoom answered for ", credential_id,
                                         ": it is in memory only"));
    }
    Launch(entry, &Entry::saving, KeepSaving(credential_id));
  }
  // Of a verdict, too: what is in memory says whether it is worth asking again.
  if (run.end() == RefreshState::kRenewed || run.end() == RefreshState::kMustConsent) {
    absl::Status taken;
    if (run.stored()) {
      taken = Take(entry, credential_id, *run.stored());
    } else {
      taken = co_await Load(entry, credential_id);
    }
    if (outcome.ok()) outcome = taken;
  }
  if (run.end() == RefreshState::kNotThere) Forget(credential_id);
  co_return outcome;
}

void TokenSource::Judge(Entry& entry, RefreshState end, const absl::Status& outcome) {
  const bool failed = end == RefreshState::kNotSpentNow || end == RefreshState::kNoStore;
  const ErrorInfo info = GetErrorInfo(outcome).value_or(ErrorInfo());
  // The pause of an app has times of its own.
  const bool paused = info.reason == Reason::kAppCredentialsInvalid && info.cause == Cause::kNone;
  const std::string app_id = entry.held.known() ? entry.held.held().app_id : "";
  if (end == RefreshState::kRenewed) apps_.erase(app_id);
  if (!failed || paused) return entry.next_try.Succeed();
  const std::uint64_t random = Draw(context_.random);
  entry.next_try.Fail(outcome, random, context_.Now());
  if (info.reason == Reason::kRateLimited) apps_[app_id].Fail(outcome, random, context_.Now());
}

base::Task<absl::Status> TokenSource::KeepSaving(std::string credential_id) {
  const EntryPtr kept = EntryOf(credential_id);
  Entry& entry = *kept;
  for (absl::Duration pause = kSaveAgainAfter; entry.unsaved && !closing_;
       pause = std::min(2 * pause, kSaveAgainAtLeast)) {
    co_await base::Flight<absl::Status>::Wait(closed_, context_.clock.SteadyNow() + pause);
    if (!entry.unsaved || closing_) break;
    // A copy, since the entry may change while the disk is busy.
    const Unsaved unsaved = *entry.unsaved;
    const absl::StatusOr<bool> saved = co_await base::Caught(context_.OffLoop(
        service::Lane::kTokens, [&] { return Save(context_, credential_id, unsaved); }));
    if (!saved.ok()) continue;
    entry.unsaved.reset();
    (void)co_await Load(entry, credential_id);
  }
  if (!entry.unsaved) {
    context_.listeners.Notify("tokens_saved", absl::StrCat("the store took what Zoom answered for ",
                                                           credential_id, " after all"));
  }
  co_return absl::OkStatus();
}

void TokenSource::Reject(const std::string& credential_id, const Secret& access_token) {
  EntryOf(credential_id)->held.Reject(access_token);
  cache_.Drop(credential_id);
}

void TokenSource::Forget(const std::string& credential_id) {
  cache_.Drop(credential_id);
  const auto it = entries_.find(credential_id);
  if (it != entries_.end()) it->second->held.Forget();
}

TokenSource::StatusFlight TokenSource::Launch(Entry& entry, StatusFlight Entry::*slot,
                                              base::Task<absl::Status> task) {
  auto flight = std::make_shared<base::Flight<absl::Status>>(context_.loop);
  if (closing_) {
    flight->Land(base::MakeError(Reason::kCancelled, "access token: the engine is closing"));
    return flight;
  }
  entry.*slot = flight;
  base::Start<absl::Status>(std::move(task),
                            [kept = entry.shared_from_this(), slot, flight](absl::Status status) {
                              (*kept.*slot).reset();
                              flight->Land(std::move(status));
                            });
  return flight;
}

base::Task<bool> TokenSource::Drain(SteadyTime deadline) {
  closing_ = true;
  if (!closed_->landed()) closed_->Land(absl::OkStatus());
  if (!co_await AwaitFlights(deadline)) co_return false;
  for (const auto& [id, kept] : std::map(entries_)) {
    Entry& entry = *kept;
    while (entry.unsaved) {
      const std::string& credential_id = id;
      const Unsaved unsaved = *entry.unsaved;
      const absl::StatusOr<bool> saved = co_await base::Caught(context_.OffLoop(
          service::Lane::kTokens, [&] { return Save(context_, credential_id, unsaved); }));
      if (saved.ok()) {
        entry.unsaved.reset();
        break;
      }
      const SteadyTime next = context_.clock.SteadyNow() + kSaveAgainAfter;
      if (next > deadline) co_return false;
      co_await base::SleepUntil(context_.loop, next);
    }
  }
  co_return true;
}

base::Task<bool> TokenSource::AwaitFlights(SteadyTime deadline) {
  for (const auto& [id, kept] : std::map(entries_)) {
    const Entry& entry = *kept;
    while (entry.renewal || entry.loading || entry.saving) {
      const StatusFlight flight = entry.renewal   ? entry.renewal
                                  : entry.loading ? entry.loading
                                                  : entry.saving;
      const auto landed = co_await base::Flight<absl::Status>::Wait(flight, deadline);
      if (!landed) co_return false;
    }
  }
  co_return true;
}

}  // namespace joinpass::oauth
