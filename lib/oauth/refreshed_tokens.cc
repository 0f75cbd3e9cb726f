#include "oauth/refreshed_tokens.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "base/status.h"
#include "oauth/refresh_run.h"

namespace joinpass::oauth {
namespace {

// How long a refresh waits while Zoom is out of order: who needs the token waits with it.
constexpr absl::Duration kOutagePatience = absl::Seconds(5);

std::uint64_t Draw(base::Random& random) {
  unsigned char bytes[sizeof(std::uint64_t)];
  random.Fill(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof(number));
  return number;
}

}  // namespace

absl::Status DeadOnArrival(std::optional<absl::Time> retry_at) {
  ErrorInfo info;
  info.reason = Reason::kZoomUnavailable;
  info.retry_at = retry_at;
  return base::MakeError(info,
                         "access token: Zoom gave one that it does not take, or that is dead");
}

base::Task<absl::Status> RefreshedTokens::Renew(EntryPtr entry, std::string credential_id,
                                                Renewal why) {
  if (why == Renewal::kIfNeeded) {
    const bool fresh = AgeOf(memory_.LeftOf(*entry)) == TokenAge::kFresh;
    if (fresh && !entry->unsaved) co_return absl::OkStatus();
    JOINPASS_CO_RETURN_IF_ERROR(MayTry(*entry));
  }
  Wait wait;
  wait.what = WaitFor::kOutage;
  wait.credential_id = credential_id;
  const SteadyTime until = context_.clock.SteadyNow() + kOutagePatience;
  for (;;) {
    // What is unsaved needs no Zoom.
    if (!entry->unsaved) {
      JOINPASS_CO_RETURN_IF_ERROR(co_await context_.circuits->AwaitGate(
          context_.origins.oauth, wait, context_.listeners, context_.closing, until));
    }
    const std::optional<absl::Status> outcome = co_await RunProtocol(entry, credential_id, why);
    if (outcome) co_return *outcome;
  }
}

// OK, or why no refresh is begun yet.
absl::Status RefreshedTokens::MayTry(const Entry& entry) const {
  const base::Moment now = context_.Now();
  if (entry.held.known()) {
    const Held& held = entry.held.held();
    const absl::Time until = TrustedUntil(held.connected_at, held.refreshed_at, now.wall);
    if (entry.held.IsRejected() && until > now.wall) return DeadOnArrival(until);
    const auto app = apps_.find(held.app_id);
    if (app != apps_.end()) JOINPASS_RETURN_IF_ERROR(app->second.Check(now));
  }
  return entry.next_try.Check(now);
}

// Nothing: it was held back.
base::Task<std::optional<absl::Status>> RefreshedTokens::RunProtocol(EntryPtr entry,
                                                                     std::string credential_id,
                                                                     Renewal why) {
  Wish wish;
  wish.why = why;
  wish.rejected = entry->held.Unwanted(context_.Now());
  wish.seen_generation = entry->held.known() ? entry->held.held().generation : 0;
  const bool was_unsaved = entry->unsaved.has_value();
  RefreshRun run(context_, credential_id, wish, entry->unsaved);
  // Whatever is thrown, what came from Zoom stays in our hands.
  absl::Status outcome = co_await base::Caught(run.Run());
  entry->unsaved = std::move(run.unsaved());
  if (run.was_held_back()) co_return std::nullopt;
  Judge(*entry, run.end(), outcome);
  if (entry->unsaved && !entry->saving) {
    if (!was_unsaved) {
      context_.listeners.Notify(
          "tokens_unsaved", absl::StrCat("the store refuses what Zoom answered for ", credential_id,
                                         ": it is in memory only"));
    }
    memory_.Launch(*entry, &Entry::saving, KeepSaving(entry, credential_id));
  }
  // Of a verdict, too: what is in memory says whether it is worth asking again.
  if (run.end() == RefreshState::kRenewed || run.end() == RefreshState::kMustConsent) {
    absl::Status taken;
    if (run.stored()) {
      taken = memory_.Take(*entry, credential_id, *run.stored());
    } else {
      taken = co_await memory_.Load(entry, credential_id);
    }
    if (outcome.ok()) outcome = taken;
  }
  if (run.end() == RefreshState::kNotThere) memory_.Forget(credential_id);
  co_return outcome;
}

void RefreshedTokens::Judge(Entry& entry, RefreshState end, const absl::Status& outcome) {
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

// Of a copy: while the disk is busy a run may leave something newer in the entry.
base::Task<absl::Status> RefreshedTokens::TrySaving(EntryPtr entry, std::string credential_id) {
  const Unsaved unsaved = *entry->unsaved;
  const absl::StatusOr<bool> saved = co_await base::Caught(context_.OffLoop(
      service::Lane::kTokens, [&] { return Save(context_, credential_id, unsaved); }));
  if (saved.ok() && entry->unsaved && entry->unsaved->spent == unsaved.spent) {
    entry->unsaved.reset();
  }
  co_return saved.status();
}

base::Task<absl::Status> RefreshedTokens::KeepSaving(EntryPtr entry, std::string credential_id) {
  for (absl::Duration pause = kSaveAgainAfter; entry->unsaved && !context_.closing->begun();
       pause = std::min(2 * pause, kSaveAgainAtLeast)) {
    co_await context_.closing->Nap(context_.clock.SteadyNow() + pause);
    if (!entry->unsaved || context_.closing->begun()) break;
    const absl::Status saved = co_await TrySaving(entry, credential_id);
    if (saved.ok()) (void)co_await memory_.Load(entry, credential_id);
  }
  if (!entry->unsaved) {
    context_.listeners.Notify("tokens_saved", absl::StrCat("the store took what Zoom answered for ",
                                                           credential_id, " after all"));
  }
  co_return absl::OkStatus();
}

base::Task<bool> RefreshedTokens::SaveAll(SteadyTime deadline) {
  const auto all = memory_.All();
  for (const auto& [id, entry] : all) {
    while (entry->unsaved) {
      const absl::Status saved = co_await TrySaving(entry, id);
      if (saved.ok()) continue;
      const SteadyTime next = context_.clock.SteadyNow() + kSaveAgainAfter;
      if (next > deadline) co_return false;
      co_await base::SleepUntil(context_.loop, next);
    }
  }
  co_return true;
}

}  // namespace joinpass::oauth
