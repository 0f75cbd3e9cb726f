#include "oauth/delegated_tokens.h"

#include <algorithm>
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
  absl::Time at;
  std::string app_id;
  std::int64_t generation = 0;
};

HealthState HealthAfter(const absl::Status& outcome, absl::Time now) {
  const std::optional<Cause> cause = outcome.ok() ? std::nullopt : PauseFor(outcome);
  if (!cause) return {Health::kHealthy, now, Cause::kNone};
  return {Health::kPaused, now, *cause};
}

// Whether a token has come since: an asking that failed only now was the older one.
bool IsOvertaken(store::Records& records, const std::string& id, absl::Time asked_at) {
  const auto events = records.ListEvents(id);
  return events.ok() && std::any_of(events->begin(), events->end(), [&](const auto& event) {
           return event.kind == CredentialEventKind::kRefreshed && event.last_at > asked_at;
         });
}

absl::StatusOr<std::optional<Health>> Note(store::Records& records, const std::string& id,
                                           const Asked& asked, const HealthState& after,
                                           const store::EventRecord& event) {
  if (after.health == Health::kPaused && IsOvertaken(records, id, asked.at)) {
    JOINPASS_RETURN_IF_ERROR(records.AddEvent(id, event, after.since));
    return std::optional<Health>();
  }
  return records.NoteAsking(id, asked.generation, after.health, after.cause, event, after.since);
}

// `with_health`: and not only in the log.
base::Task<absl::Status> NoteOutcome(const service::Context& context, std::string id, Asked asked,
                                     bool with_health, absl::Status outcome) {
  const store::EventRecord event =
      EventOf(outcome.ok() ? CredentialEventKind::kRefreshed : CredentialEventKind::kRefreshFailed,
              outcome);
  const absl::Time now = context.clock.Now();
  auto& records = context.records;
  if (!with_health || (!outcome.ok() && !PauseFor(outcome))) {
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
  ErrorInfo info;
  info.reason = Reason::kCallbackAnswerInvalid;
  info.cause = Cause::kTokenRefused;
  return base::MakeError(info, "access token: the callback gives one that Zoom refuses");
}

absl::Status OfSomebodyElse() {
  ErrorInfo info;
  info.reason = Reason::kCallbackAnswerInvalid;
  info.cause = Cause::kWrongUser;
  return base::MakeError(info, "access token: the callback gives somebody else's");
}

base::Task<absl::Status> DelegatedTokens::Renew(TokenMemory::EntryPtr entry,
                                                std::string credential_id) {
  HeldToken& held = entry->held;
  const Secret url = held.held().tokens.callback_url;
  const UrlSource source = held.held().tokens.url_source;
  const std::string client_id = held.held().client_id;
  Asked asked = {.at = context_.clock.Now(),
                 .app_id = held.held().app_id,
                 .generation = held.held().generation};
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
  // Of a doubted one neither that a token came, nor that none did, says that it is well.
  const bool doubted = held.known() && held.held().doubt != Cause::kNone;
  if (held.known() && !doubted && outcome == RefusedByZoom()) held.Doubt(Cause::kTokenRefused);
  // The log only tells the story, and the next asking sets the health right.
  (void)co_await NoteOutcome(context_, std::move(credential_id), std::move(asked), !doubted,
                             outcome);
  co_return outcome;
}

base::Task<absl::Status> DelegatedTokens::Hear(TokenMemory::EntryPtr entry,
                                               std::string credential_id, absl::Status said) {
  if (!entry->held.IsDelegated()) co_return absl::OkStatus();
  const Held& held = entry->held.held();
  Asked asked = {.at = context_.clock.Now(), .app_id = held.app_id, .generation = held.generation};
  const Cause doubt = GetErrorInfo(said).value_or(ErrorInfo()).cause;
  // Whose it is, no refusal of the token tells.
  const bool outranked = held.doubt == Cause::kWrongUser && doubt == Cause::kTokenRefused;
  if (!outranked) entry->held.Doubt(doubt);
  (void)co_await NoteOutcome(context_, std::move(credential_id), std::move(asked), !outranked,
                             said);
  co_return absl::OkStatus();
}

}  // namespace joinpass::oauth
