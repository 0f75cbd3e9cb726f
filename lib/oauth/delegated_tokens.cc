#include "oauth/delegated_tokens.h"

#include <optional>
#include <utility>

#include "base/status.h"
#include "oauth/callback.h"
#include "oauth/event_of.h"
#include "oauth/health.h"

namespace joinpass::oauth {
namespace {

// The customer's server has less.
constexpr absl::Duration kCallbackDeadline = absl::Seconds(10);

// Of what is held when the callback is asked: meanwhile it may become another one.
struct Asked {
  std::string app_id;
  std::int64_t generation = 0;
};

HealthState HealthAfter(const absl::Status& outcome, absl::Time now) {
  const std::optional<Cause> cause = outcome.ok() ? std::nullopt : PauseFor(outcome);
  if (!cause) return {Health::kHealthy, now, Cause::kNone};
  return {Health::kPaused, now, *cause};
}

absl::StatusOr<std::optional<Health>> Note(store::Records& records, const std::string& id,
                                           const Asked& asked, const HealthState& after,
                                           const store::EventRecord& event) {
  return records.NoteAsking(id, asked.generation, after.health, after.cause, event, after.since);
}

base::Task<absl::Status> NoteOutcome(const service::Context& context, std::string id, Asked asked,
                                     absl::Status outcome) {
  const store::EventRecord event =
      EventOf(outcome.ok() ? CredentialEventKind::kRefreshed : CredentialEventKind::kRefreshFailed,
              outcome);
  const absl::Time now = context.clock.Now();
  auto& records = context.records;
  if (!outcome.ok() && !PauseFor(outcome)) {
    co_return co_await context.OffLoop(service::Lane::kTokens,
                                       [&] { return records.AddEvent(id, event, now); });
  }
  const HealthState after = HealthAfter(outcome, now);
  const absl::StatusOr<std::optional<Health>> before = co_await context.OffLoop(
      service::Lane::kTokens, [&] { return Note(records, id, asked, after, event); });
  if (!before.ok()) co_return before.status();
  if (!before->has_value()) co_return absl::OkStatus();
  HealthChange change;
  change.credential_id = id;
  change.app_id = asked.app_id;
  change.from = **before;
  change.to = after.health;
  change.cause = CauseTextOf(after);
  change.at = now;
  context.listeners.Tell(change);  // of a change only
  co_return absl::OkStatus();
}

}  // namespace

absl::Status RefusedByZoom() {
  return base::MakeError(Reason::kCallbackAnswerInvalid,
                         "access token: the callback gives one that Zoom refuses");
}

base::Task<absl::Status> DelegatedTokens::Renew(TokenMemory::EntryPtr entry,
                                                std::string credential_id) {
  HeldToken& held = entry->held;
  const Secret url = held.held().tokens.callback_url;
  const UrlSource source = held.held().tokens.url_source;
  const std::string client_id = held.held().client_id;
  Asked asked = {.app_id = held.held().app_id, .generation = held.held().generation};
  const SteadyTime deadline = context_.clock.SteadyNow() + kCallbackDeadline;
  const absl::StatusOr<Secret> token = co_await FetchToken(context_, url, source, deadline);
  absl::Status outcome = token.status();
  if (token.ok()) {
    const absl::StatusOr<absl::Time> until =
        WhenToAskAgain(*token, client_id, context_.clock.Now());
    outcome = until.status();
    if (until.ok()) held.Accept(url, *token, *until, context_.Now());
    if (until.ok() && held.known() && held.IsRejected()) outcome = RefusedByZoom();
  }
  // The log only tells the story, and the next asking sets the health right.
  (void)co_await NoteOutcome(context_, std::move(credential_id), std::move(asked), outcome);
  co_return outcome;
}

}  // namespace joinpass::oauth
