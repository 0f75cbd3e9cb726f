#include "oauth/refresh_run.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "oauth/app_pause.h"
#include "oauth/health.h"
#include "oauth/refresh_lock.h"

namespace joinpass::oauth {
namespace {

// How long a run waits for the lock: a holder that lives is done by then.
const absl::Duration kLockPatience = kRefreshDeadline + kCommitReserve;

// How often a waiting run looks whether the engine is closing.
constexpr absl::Duration kLookUp = absl::Milliseconds(100);

store::Tokens TokensOf(zoom::TokenAnswer answer, const zoom::Origins& origins) {
  store::Tokens tokens;
  tokens.access_token = std::move(answer.access_token);
  tokens.refresh_token = std::move(answer.refresh_token);
  tokens.access_expires_at = answer.expires_at;
  tokens.scopes = std::move(answer.scopes);
  if (!answer.api_url.empty()) tokens.api_origin = zoom::ApiOriginFor(origins, answer.api_url);
  return tokens;
}

CredentialEvent EventOf(CredentialEventKind kind, const absl::Status& error) {
  const ErrorInfo info = GetErrorInfo(error).value_or(ErrorInfo());
  CredentialEvent event;
  event.kind = kind;
  event.reason = std::string(ReasonName(info.reason));
  event.tracking_id = info.tracking_id;
  event.http_status = info.http_status;
  event.zoom_code = info.zoom_code;
  return event;
}

absl::Status NeedsConsent(std::string cause) {
  ErrorInfo info;
  info.reason = Reason::kReauthorizationRequired;
  info.cause = std::move(cause);
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
  change.cause = unsaved.cause;
  change.at = now;
  return change;
}

}  // namespace

absl::StatusOr<bool> Save(const Context& context, const std::string& credential_id,
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

base::Task<absl::Status> RefreshRun::Run() {
  state_ = Begin(unsaved_.has_value());
  if (unsaved_) lock_ = unsaved_->lock;
  while (!IsEnd(state_)) {
    const RefreshEvent event = co_await Do(state_);
    state_ = Next(state_, event);
  }
  if (unsaved_) unsaved_->lock = lock_;
  lock_.reset();
  co_return Outcome();
}

base::Task<RefreshEvent> RefreshRun::Do(RefreshState state) {
  switch (state) {
    case RefreshState::kLocking:
      co_return co_await TakeLock();
    case RefreshState::kReading:
      co_return co_await Read();
    case RefreshState::kProbing:
      co_return co_await Probe();
    case RefreshState::kOpening:
      co_return co_await Open();
    case RefreshState::kSending:
      co_return co_await Send();
    case RefreshState::kUndoing:
      co_return co_await Undo();
    case RefreshState::kPausing:
      co_return co_await Pause();
    default:  // kSaving, kCommitting, kCondemning
      co_return co_await SaveUnsaved();
  }
}

base::Task<RefreshEvent> RefreshRun::SaveUnsaved() {
  const absl::StatusOr<bool> saved =
      co_await context_.OffLoop([this] { return Save(context_, id_, *unsaved_); });
  const RefreshEvent event = Written(saved);
  if (event != RefreshEvent::kStoreFails) {
    error_ = unsaved_->tokens ? absl::OkStatus() : NeedsConsent(unsaved_->cause);
    unsaved_.reset();
  }
  co_return event;
}

base::Task<RefreshEvent> RefreshRun::TakeLock() {
  // Kept with what was not saved.
  if (lock_ && LockSuffices(lock_->Left())) co_return RefreshEvent::kLocked;
  const SteadyTime deadline = context_.clock.SteadyNow() + kLockPatience;
  while (true) {
    const SteadyTime until = std::min(context_.clock.SteadyNow() + kLookUp, deadline);
    absl::StatusOr<std::unique_ptr<store::RefreshLock>> lock =
        co_await AwaitRefreshLock(context_, id_, until);
    if (lock.ok()) {
      lock_ = *std::move(lock);
      co_return RefreshEvent::kLocked;
    }
    error_ = lock.status();
    if (ReasonOf(error_) != Reason::kRefreshBusy) co_return RefreshEvent::kStoreFails;
    if (*closing_ || until == deadline) co_return RefreshEvent::kTimeUp;
  }
}

base::Task<RefreshEvent> RefreshRun::Read() {
  const absl::Status read = co_await context_.OffLoop([this]() -> absl::Status {
    JOINPASS_ASSIGN_OR_RETURN(record_, context_.records.GetCredential(id_));
    JOINPASS_ASSIGN_OR_RETURN(app_, context_.records.GetApp(record_.app_id));
    return absl::OkStatus();
  });
  if (!read.ok()) {
    error_ = read;
    const bool gone = ReasonOf(read) == Reason::kCredentialUnknown;
    co_return gone ? RefreshEvent::kGone : RefreshEvent::kStoreFails;
  }
  const absl::Time now = context_.clock.Now();
  const RefreshEvent event = Look(record_, app_, wish_, lock_->Left(), now);
  switch (event) {
    case RefreshEvent::kGone:
      error_ = base::MakeError(Reason::kCredentialDisconnecting,
                               "access token: the credential is being disconnected");
      break;
    case RefreshEvent::kCondemned:
      error_ = NeedsConsent(HealthOf(record_, app_).cause);
      break;
    case RefreshEvent::kNotDue:
      error_ = Unanswered(NextSend(id_, *record_.pending, now));
      break;
    case RefreshEvent::kLeaseShort:
      error_ = base::MakeError(Reason::kRefreshBusy, "refresh: the lock would end too soon");
      break;
    default:
      error_ = absl::OkStatus();
  }
  co_return event;
}

base::Task<RefreshEvent> RefreshRun::Probe() {
  error_ = co_await CheckPause(context_, app_, context_.clock.SteadyNow() + kRefreshDeadline);
  co_return error_.ok() ? RefreshEvent::kProbeGood : RefreshEvent::kProbeBad;
}

base::Task<RefreshEvent> RefreshRun::Open() {
  const absl::Time now = context_.clock.Now();
  const absl::StatusOr<bool> opened = co_await context_.OffLoop([this, now] {
    return context_.records.OpenPending(id_, record_.tokens.refresh_token, record_.pending, now);
  });
  co_return Written(opened);
}

base::Task<RefreshEvent> RefreshRun::Send() {
  if (!LockSuffices(lock_->Left())) {
    error_ = base::MakeError(Reason::kRefreshBusy, "refresh: the lock would end too soon");
    co_return RefreshEvent::kLeaseShort;
  }
  zoom::ClientKeys keys;
  keys.client_id = app_.settings.client_id;
  keys.client_secret = app_.settings.client_secret;
  message::Request request =
      zoom::RefreshToken(context_.origins, keys, record_.tokens.refresh_token);
  const SteadyTime sent = context_.clock.SteadyNow();
  const absl::StatusOr<message::Response> response =
      co_await context_.transport.Send(std::move(request), sent + kRefreshDeadline);
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
  unsaved_->app_id = record_.app_id;
  unsaved_->spent = record_.tokens.refresh_token;
  if (event == RefreshEvent::kAnswered) {
    unsaved_->tokens = TokensOf(*std::move(answer), context_.origins);
  } else {
    unsaved_->cause = std::string(CauseOfRefusal(record_.pending));
    unsaved_->event = EventOf(CredentialEventKind::kReauthorizationRequired, error_);
    unsaved_->event.reason = unsaved_->cause;
  }
  return event;
}

base::Task<absl::Status> RefreshRun::LogUnanswered() {
  ErrorInfo info = GetErrorInfo(error_).value_or(ErrorInfo());
  info.cause = std::string(ReasonName(info.reason));
  const CredentialEvent event = EventOf(CredentialEventKind::kRefreshUnanswered, error_);
  info.reason = Reason::kRefreshUnanswered;
  const absl::Time now = context_.clock.Now();
  store::PendingRefresh pending = record_.pending.value_or(store::PendingRefresh());
  pending.last_send = now;
  ++pending.sends;
  info.retry_at = NextSend(id_, pending, now);
  error_ = base::MakeError(info, "refresh: sent, and no readable answer came");
  // The open intent is what counts; this only tells the story.
  co_return co_await context_.OffLoop(
      [this, &event, now] { return context_.records.AddEvent(id_, event, now); });
}

base::Task<RefreshEvent> RefreshRun::Undo() {
  const CredentialEvent event = EventOf(CredentialEventKind::kRefreshFailed, error_);
  const absl::Time now = context_.clock.Now();
  const absl::StatusOr<bool> undone = co_await context_.OffLoop([this, &event, now] {
    return context_.records.UndoPending(id_, record_.tokens.refresh_token, event, now);
  });
  if (!undone.ok()) co_return RefreshEvent::kStoreFails;
  co_return *undone ? RefreshEvent::kWritten : RefreshEvent::kVoid;
}

base::Task<RefreshEvent> RefreshRun::Pause() {
  const absl::Status paused = co_await PauseApp(context_, app_);
  co_return paused.ok() ? RefreshEvent::kWritten : RefreshEvent::kStoreFails;
}

RefreshEvent RefreshRun::Written(const absl::StatusOr<bool>& written) {
  if (!written.ok()) {
    error_ = written.status();
    return RefreshEvent::kStoreFails;
  }
  return *written ? RefreshEvent::kWritten : RefreshEvent::kVoid;
}

absl::Status RefreshRun::Outcome() const {
  return state_ == RefreshState::kRenewed ? absl::OkStatus() : error_;
}

}  // namespace joinpass::oauth
