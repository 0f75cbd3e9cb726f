#include "oauth/authorized_calls.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "zoom/errors.h"
#include "zoom/scopes.h"

namespace joinpass::oauth {
namespace {

// How often one call is sent whatever is done between: another app of the account may have all
// that there is, or Zoom be out of order.
constexpr int kMostTries = 4;
// While a call waits a token may end.
constexpr absl::Duration kGrowsOld = absl::Seconds(1);

bool RefusesAccessToken(const message::Response& response) {
  if (response.status != 401 && response.status != 400) return false;
  const auto info = GetErrorInfo(zoom::ClassifyError(response, "api"));
  return info && info->reason == Reason::kReauthorizationRequired &&
         (info->cause == Cause::kAccessTokenExpired || info->cause == Cause::kAccessTokenInvalid);
}

// Whether the answer shows that Zoom has looked at what the token may, and not only failed.
bool TakesAccessToken(const message::Response& response) {
  return response.status < 500 && response.status != 429;
}

}  // namespace

absl::Status CheckScope(const Grant& grant, Feature feature) {
  if (!grant.scopes_known || zoom::Allows(grant.scopes, feature, grant.kind))
    return absl::OkStatus();
  ErrorInfo info;
  info.reason = Reason::kScopeMissing;
  info.missing_scopes = zoom::ScopesFor(feature, grant.kind);
  return base::MakeError(
      info, absl::StrCat(base::ToAbsl(FeatureName(feature)), ": the consent does not allow it"));
}

base::Task<absl::StatusOr<Grant>> AuthorizedCalls::GrantOf(const Caller& caller,
                                                           SteadyTime deadline) {
  if (caller.grant) co_return *caller.grant;
  co_return co_await tokens_.Get(caller.credential_id, deadline);
}

bool AuthorizedCalls::IsPaced(const limits::Call& call) const {
  // Whose account it is, a first consent does not say before it is asked.
  return pacing_.limiter != nullptr && !call.account_id.empty();
}

// The pass comes last: what is waited for before, a turn or a token, holds up nobody, and who
// waited long sees that the origin has failed meanwhile.
base::Task<absl::StatusOr<service::Circuits::Pass>> AuthorizedCalls::AwaitPass(
    const Caller& caller, TimedGrant& grant, limits::Call call, SteadyTime deadline) {
  Wait wait = limits::WaitOf(call);
  wait.what = WaitFor::kOutage;
  for (;;) {
    JOINPASS_CO_RETURN_IF_ERROR(co_await context_.circuits->AwaitGate(
        grant.grant.access.api_origin, wait, context_.listeners, context_.closing, deadline));
    if (IsPaced(call)) {
      JOINPASS_CO_RETURN_IF_ERROR(co_await pacing_.limiter->AwaitTurn(call, deadline));
    }
    if (context_.clock.SteadyNow() - grant.had_at >= kGrowsOld) {
      JOINPASS_CO_ASSIGN_OR_RETURN(grant.grant, co_await GrantOf(caller, deadline));
      grant.had_at = context_.clock.SteadyNow();
    }
    absl::StatusOr<service::Circuits::Pass> pass =
        context_.circuits->TryEnter(grant.grant.access.api_origin);
    if (pass.ok()) co_return pass;
  }
}

base::Task<AuthorizedCalls::Tried> AuthorizedCalls::Try(const limits::Call& call,
                                                        service::Circuits::Pass& pass,
                                                        message::Request request, bool is_last,
                                                        SteadyTime deadline) {
  Tried tried;
  tried.answered.sent_at = context_.Now();
  const SteadyTime sent_at = tried.answered.sent_at.steady;
  const bool is_last_now = is_last || !pass.WouldRepeat();
  SteadyTime until = is_last_now ? deadline : http::AttemptDeadline(sent_at, deadline);
  if (pass.is_probe()) until = std::min(until, sent_at + http::kLongestProbe);
  absl::StatusOr<message::Response> response =
      co_await context_.transport.Send(std::move(request), until);
  tried.outcome = pass.Tell(response, sent_at);
  tried.status = response.status();
  if (!response.ok()) co_return tried;
  tried.news = zoom::ReadRateNews(*response, call.label);
  tried.not_before = zoom::RetryAt(*response).value_or(absl::InfinitePast());
  tried.answered.response = *std::move(response);
  if (IsPaced(call)) (void)co_await pacing_.limiter->Hear(call, tried.news, sent_at);
  co_return tried;
}

// Nothing: it is not sent again.
std::optional<SteadyTime> AuthorizedCalls::WhenAgain(const limits::Call& call, const Tried& tried,
                                                     const service::Circuits::Pass& pass,
                                                     int times) const {
  const base::Moment now = context_.Now();
  if (tried.news.throttled == zoom::Throttled::kASecond) {
    const bool is_short = tried.news.until <= now.wall + limits::kLongestPause;
    // The limiter knows for how long.
    return IsPaced(call) && is_short ? std::optional(now.steady) : std::nullopt;
  }
  if (!pass.MayRepeat(tried.outcome)) return std::nullopt;
  const absl::Duration said = tried.not_before - now.wall;
  if (said > limits::kLongestPause) return std::nullopt;
  return now.steady + std::max(said, http::PauseBefore(times + 1, context_.circuits->Roll()));
}

base::Task<absl::StatusOr<AuthorizedCalls::Answered>> AuthorizedCalls::SendInTurn(
    const Caller& caller, Grant& grant, Asked& asked, SteadyTime deadline) {
  limits::Call call;
  call.account_id = grant.account_id;
  call.label = asked.label_for(grant.kind);
  call.urgency = pacing_.urgency;
  call.credential_id = caller.credential_id;
  TimedGrant timed;
  timed.grant = grant;
  timed.had_at = context_.clock.SteadyNow();
  for (int times = 1;; ++times) {
    JOINPASS_CO_ASSIGN_OR_RETURN(service::Circuits::Pass pass,
                                 co_await AwaitPass(caller, timed, call, deadline));
    grant = timed.grant;
    Tried tried = co_await Try(call, pass, asked.make(grant), times == kMostTries, deadline);
    const std::optional<SteadyTime> again =
        times < kMostTries ? WhenAgain(call, tried, pass, times) : std::nullopt;
    if (!again || *again >= deadline) {
      if (!tried.status.ok()) co_return tried.status;
      co_return std::move(tried.answered);
    }
    call.is_repeat = true;
    const SteadyTime now = context_.clock.SteadyNow();
    if (*again <= now) continue;
    Wait wait = limits::WaitOf(call);
    wait.time = *again - now;
    context_.listeners.Tell(wait);
    const bool closing = co_await context_.closing->Nap(*again);
    if (closing) co_return base::MakeError(Reason::kCancelled, "the engine is closing");
  }
}

base::Task<absl::StatusOr<AuthorizedCalls::Answered>> AuthorizedCalls::Send(Caller caller,
                                                                            Asked asked,
                                                                            SteadyTime deadline) {
  const std::string& credential_id = caller.credential_id;
  for (int attempt = 0;; ++attempt) {
    JOINPASS_CO_ASSIGN_OR_RETURN(Grant grant, co_await GrantOf(caller, deadline));
    if (!caller.grant && !CheckScope(grant, asked.feature).ok()) {
      // The user may have consented again, in another process.
      JOINPASS_CO_RETURN_IF_ERROR(co_await tokens_.Reread(credential_id, deadline));
      JOINPASS_CO_ASSIGN_OR_RETURN(grant, co_await tokens_.Get(credential_id, deadline));
    }
    JOINPASS_CO_RETURN_IF_ERROR(CheckScope(grant, asked.feature));
    JOINPASS_CO_ASSIGN_OR_RETURN(const Answered answered,
                                 co_await SendInTurn(caller, grant, asked, deadline));
    if (caller.grant) co_return answered;
    if (!RefusesAccessToken(answered.response)) {
      const bool proven = TakesAccessToken(answered.response);
      if (proven && grant.doubt == Cause::kTokenRefused) {
        (void)co_await tokens_.Hear(credential_id, absl::OkStatus());
      }
      co_return answered;
    }
    tokens_.Reject(credential_id, grant.access.access_token);
    if (attempt == 0) continue;
    if (!grant.delegated) co_return answered;
    const absl::Status refused = RefusedByZoom();
    (void)co_await tokens_.Hear(credential_id, refused);
    co_return refused;
  }
}

}  // namespace joinpass::oauth
