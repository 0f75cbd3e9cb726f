#include "oauth/refresh_run.h"

#include <algorithm>
#include <utility>

#include "base/flight.h"
#include "base/status.h"
#include "oauth/app_pause.h"
#include "oauth/event_of.h"
#include "oauth/health.h"
#include "oauth/refresh_lock.h"

namespace joinpass::oauth {
namespace {

// How long a run waits for the lock: a holder that lives is done by then.
const absl::Duration kLockPatience = kRefreshDeadline + kCommitReserve;

// All but the probe and the send.
bool IsOfStore(RefreshState state) {
  return !IsEnd(state) && state != RefreshState::kProbing && state != RefreshState::kSending;
}

store::Tokens TokensOf(zoom::TokenAnswer answer, const zoom::Origins& origins) {
  store::Tokens tokens;
  tokens.access_token = std::move(answer.access_token);
  tokens.refresh_token = std::move(answer.refresh_token);
  tokens.access_expires_at = answer.expires_at;
  tokens.scopes = std::move(answer.scopes);
  if (!answer.api_url.empty()) tokens.api_origin = zoom::ApiOriginFor(origins, answer.api_url);
  return tokens;
}

absl::Status NeedsConsent(Cause cause) {
  ErrorInfo info;
  info.reason = Reason::kReauthorizationRequired;
  info.cause = cause;
  return base::MakeError(info, "access token: the user must consent again");
}

absl::Status Unanswered(absl::Time retry_at) {
  ErrorInfo info;
  info.reason = Reason::kRefreshUnanswered;
  info.retry_at = retry_at;
  return base::MakeError(info, "refresh: an earlier one went unanswered; it is sent again later");
}

HealthChange ChangeOf(const std::string& credential_id, const Unsaved& unsaved, absl::Time now) {
  HealthChange change;
  change.credential_id = credential_id;
  change.app_id = unsaved.app_id;
  change.cause = std::string(CauseName(unsaved.cause));
  change.at = now;
  return change;
}

}  // namespace

absl::StatusOr<bool> Save(const service::Context& context, const std::string& credential_id,
                          const Unsaved& unsaved) {
  const absl::Time now = context.clock.Now();
  HealthChange change = ChangeOf(credential_id, unsaved, now);
  if (!unsaved.tokens) {
    JOINPASS_ASSIGN_OR_RETURN(
        const auto verdict,
        context.records.Condemn(credential_id, unsaved.spent, unsaved.cause, unsaved.event, now));
    if (verdict == store::Records::Verdict::kWritten) {
      change.to = Health::kReauthorizationRequired;
      context.listeners.Tell(change);
    }
    return verdict != store::Records::Verdict::kVoid;
  }
  JOINPASS_ASSIGN_OR_RETURN(
      const std::optional<Health> before,
      context.records.CommitTokens(credential_id, unsaved.spent, *unsaved.tokens, now));
  if (!before) return false;
  change.from = *before;
  context.listeners.Tell(change);
  return true;
}

absl::StatusOr<Stored> ReadStored(store::Records& records, const std::string& credential_id) {
  Stored stored;
  JOINPASS_ASSIGN_OR_RETURN(stored.credential, records.GetCredential(credential_id));
  JOINPASS_ASSIGN_OR_RETURN(stored.app, records.GetApp(stored.credential.app_id));
  return stored;
}

base::Task<absl::Status> RefreshRun::Run() {
  state_ = Begin(unsaved_.has_value());
  if (unsaved_) lock_ = unsaved_->lock;
  lock_deadline_ = context_.clock.SteadyNow() + kLockPatience;
  lock_pause_ = kFirstLockPause;
  while (!IsEnd(state_)) {
    if (state_ == RefreshState::kProbing) {
      const RefreshEvent event = co_await Probe();
      state_ = Next(state_, event);
    } else if (state_ == RefreshState::kSending) {
      const RefreshEvent event = co_await Send();
      state_ = Next(state_, event);
    } else {
      const absl::Status done =
          co_await context_.OffLoop(service::Lane::kTokens, [this] { return DoAllInStore(); });
      if (!done.ok()) (void)co_await AwaitLock();
    }
  }
  if (unsaved_) unsaved_->lock = lock_;
  lock_.reset();
  co_return state_ == RefreshState::kRenewed ? absl::OkStatus() : error_;
}

// Until something else than the store is needed. Not OK: the lock is.
absl::Status RefreshRun::DoAllInStore() {
  while (IsOfStore(state_)) {
    const std::optional<RefreshEvent> event = DoInStore();
    if (!event) return error_;
    const bool wrote = state_ == RefreshState::kCommitting || state_ == RefreshState::kCondemning;
    state_ = Next(state_, *event);
    if (wrote && IsEnd(state_)) ReadAgain();
  }
  return absl::OkStatus();
}

std::optional<RefreshEvent> RefreshRun::DoInStore() {
  switch (state_) {
    case RefreshState::kLocking:
      return TryLock();
    case RefreshState::kReading:
      return Read();
    case RefreshState::kOpening:
      return Open();
    case RefreshState::kUndoing:
      return Undo();
    case RefreshState::kPausing:
      return PauseApp(context_, stored_->app).ok() ? RefreshEvent::kWritten
                                                   : RefreshEvent::kStoreFails;
    default:  // kSaving, kCommitting, kCondemning
      return SaveUnsaved();
  }
}

RefreshEvent RefreshRun::SaveUnsaved() {
  const RefreshEvent event = Written(Save(context_, id_, *unsaved_));
  if (event != RefreshEvent::kStoreFails) {
    error_ = unsaved_->tokens ? absl::OkStatus() : NeedsConsent(unsaved_->cause);
    unsaved_.reset();
  }
  return event;
}

// So that whoever asked gets what is durable, without another trip.
void RefreshRun::ReadAgain() {
  absl::StatusOr<Stored> stored = ReadStored(context_.records, id_);
  if (stored.ok()) {
    stored_ = *std::move(stored);
  } else {
    stored_.reset();
  }
}

std::optional<RefreshEvent> RefreshRun::TryLock() {
  // Kept with what was not saved.
  if (lock_ && LockSuffices(lock_->Left())) return RefreshEvent::kLocked;
  absl::StatusOr<std::unique_ptr<store::RefreshLock>> lock = context_.records.TryLockRefresh(id_);
  error_ = lock.status();
  if (!lock.ok()) return RefreshEvent::kStoreFails;
  if (*lock != nullptr) {
    lock_ = *std::move(lock);
    return RefreshEvent::kLocked;
  }
  error_ = base::MakeError(Reason::kRefreshBusy, "refresh: another process is at it");
  if (context_.closing->begun() || context_.clock.SteadyNow() >= lock_deadline_)
    return RefreshEvent::kTimeUp;
  return std::nullopt;
}

base::Task<absl::Status> RefreshRun::AwaitLock() {
  const SteadyTime next = context_.clock.SteadyNow() + lock_pause_;
  lock_pause_ = std::min(2 * lock_pause_, kLongestLockPause);
  co_await context_.closing->Nap(std::min(next, lock_deadline_));
  co_return absl::OkStatus();
}

RefreshEvent RefreshRun::Read() {
  absl::StatusOr<Stored> stored = ReadStored(context_.records, id_);
  if (!stored.ok()) {
    error_ = stored.status();
    const bool gone = ReasonOf(error_) == Reason::kCredentialUnknown;
    return gone ? RefreshEvent::kGone : RefreshEvent::kStoreFails;
  }
  stored_ = *std::move(stored);
  const store::CredentialRecord& record = stored_->credential;
  const absl::Time now = context_.clock.Now();
  const RefreshEvent event = Look(record, stored_->app, wish_, lock_->Left(), now);
  switch (event) {
    case RefreshEvent::kGone:
      error_ = base::MakeError(Reason::kCredentialDisconnecting,
                               "access token: the credential is being disconnected");
      break;
    case RefreshEvent::kCondemned:
      error_ = NeedsConsent(HealthOf(record, stored_->app).cause);
      break;
    case RefreshEvent::kNotDue:
      error_ = Unanswered(NextSend(id_, *record.pending, now));
      break;
    case RefreshEvent::kLeaseShort:
      error_ = base::MakeError(Reason::kRefreshBusy, "refresh: the lock would end too soon");
      break;
    default:
      error_ = absl::OkStatus();
  }
  return event;
}

base::Task<RefreshEvent> RefreshRun::Probe() {
  error_ =
      co_await CheckPause(context_, stored_->app, context_.clock.SteadyNow() + kRefreshDeadline);
  co_return error_.ok() ? RefreshEvent::kProbeGood : RefreshEvent::kProbeBad;
}

RefreshEvent RefreshRun::Open() {
  const store::CredentialRecord& record = stored_->credential;
  return Written(context_.records.OpenPending(id_, record.tokens.refresh_token, record.pending,
                                              context_.clock.Now()));
}

base::Task<RefreshEvent> RefreshRun::Send() {
  if (!LockSuffices(lock_->Left())) {
    error_ = base::MakeError(Reason::kRefreshBusy, "refresh: the lock would end too soon");
    co_return RefreshEvent::kLeaseShort;
  }
  zoom::ClientKeys keys;
  keys.client_id = stored_->app.settings.client_id;
  keys.client_secret = stored_->app.settings.client_secret;
  message::Request request =
      zoom::RefreshToken(context_.origins, keys, stored_->credential.tokens.refresh_token);
  // A refresh token is not sent where answers are being lost; one is, to see.
  absl::StatusOr<service::Circuits::Pass> pass = context_.circuits->TryEnter(request.origin);
  was_held_back_ = !pass.ok();
  if (was_held_back_) {
    error_ = pass.status();
    co_return RefreshEvent::kNotSpent;
  }
  const SteadyTime sent = context_.clock.SteadyNow();
  const absl::StatusOr<message::Response> response =
      co_await context_.transport.Send(std::move(request), sent + kRefreshDeadline);
  (void)pass->Tell(response, sent);
  // On the wall clock as it is now: it may have been set while Zoom was asked.
  const absl::Time sent_at = context_.clock.Now() - (context_.clock.SteadyNow() - sent);
  absl::StatusOr<zoom::TokenAnswer> answer =
      response.ok() ? zoom::ReadTokenAnswer(*response, sent_at) : response.status();
  const RefreshEvent event = Judge(std::move(answer));
  if (event == RefreshEvent::kNoAnswer) (void)co_await LogUnanswered();
  co_return event;
}

// What Zoom answered is from here on kept in `unsaved_`, until it is stored.
RefreshEvent RefreshRun::Judge(absl::StatusOr<zoom::TokenAnswer> answer) {
  const RefreshEvent event = JudgeAnswer(answer.status());
  error_ = answer.status();
  if (event != RefreshEvent::kAnswered && event != RefreshEvent::kTokenRefused) return event;
  unsaved_.emplace();
  unsaved_->app_id = stored_->credential.app_id;
  unsaved_->spent = stored_->credential.tokens.refresh_token;
  if (event == RefreshEvent::kAnswered) {
    unsaved_->tokens = TokensOf(*std::move(answer), context_.origins);
  } else {
    unsaved_->cause = CauseOfRefusal(stored_->credential.pending);
    unsaved_->event = EventOf(CredentialEventKind::kReauthorizationRequired, error_);
    unsaved_->event.reason = std::string(CauseName(unsaved_->cause));
  }
  return event;
}

base::Task<absl::Status> RefreshRun::LogUnanswered() {
  ErrorInfo info = GetErrorInfo(error_).value_or(ErrorInfo());
  info.befell = info.reason;
  const store::EventRecord event = EventOf(CredentialEventKind::kRefreshUnanswered, error_);
  info.reason = Reason::kRefreshUnanswered;
  const absl::Time now = context_.clock.Now();
  store::PendingRefresh pending = stored_->credential.pending.value_or(store::PendingRefresh());
  pending.last_send = now;
  ++pending.sends;
  info.retry_at = NextSend(id_, pending, now);
  error_ = base::MakeError(info, "refresh: sent, and no readable answer came");
  // The open intent is what counts; this only tells the story.
  co_return co_await context_.OffLoop(service::Lane::kTokens, [this, &event, now] {
    return context_.records.AddEvent(id_, event, now);
  });
}

RefreshEvent RefreshRun::Undo() {
  const store::EventRecord event = EventOf(CredentialEventKind::kRefreshFailed, error_);
  const absl::StatusOr<bool> undone = context_.records.UndoPending(
      id_, stored_->credential.tokens.refresh_token, event, context_.clock.Now());
  if (!undone.ok()) return RefreshEvent::kStoreFails;
  return *undone ? RefreshEvent::kWritten : RefreshEvent::kVoid;
}

RefreshEvent RefreshRun::Written(const absl::StatusOr<bool>& written) {
  if (!written.ok()) {
    error_ = written.status();
    return RefreshEvent::kStoreFails;
  }
  return *written ? RefreshEvent::kWritten : RefreshEvent::kVoid;
}

}  // namespace joinpass::oauth
