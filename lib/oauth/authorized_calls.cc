#include "oauth/authorized_calls.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "zoom/errors.h"
#include "zoom/scopes.h"

namespace joinpass::oauth {
namespace {

// How often one call is sent whatever the limiter does: another app of the account may have all
// that there is.
constexpr int kMostThrottled = 4;
// In the time of a wait for its turn a token may end.
constexpr absl::Duration kGrowsOld = absl::Seconds(1);

absl::Status CheckScope(const Grant& grant, Feature feature) {
  if (!grant.scopes_known || zoom::Allows(grant.scopes, feature, grant.kind))
    return absl::OkStatus();
  ErrorInfo info;
  info.reason = Reason::kScopeMissing;
  info.missing_scopes = zoom::ScopesFor(feature, grant.kind);
  return base::MakeError(
      info, absl::StrCat(base::ToAbsl(FeatureName(feature)), ": the consent does not allow it"));
}

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

base::Task<absl::StatusOr<Grant>> AuthorizedCalls::GrantOf(const Caller& caller,
                                                           SteadyTime deadline) {
  if (caller.grant) co_return *caller.grant;
  co_return co_await tokens_.Get(caller.credential_id, deadline);
}

base::Task<absl::Status> AuthorizedCalls::AwaitTurn(const Caller& caller, Grant& grant,
                                                    limits::Call call, SteadyTime deadline) {
  const SteadyTime before = context_.clock.SteadyNow();
  JOINPASS_CO_RETURN_IF_ERROR(co_await pacing_.limiter->AwaitTurn(std::move(call), deadline));
  if (context_.clock.SteadyNow() - before < kGrowsOld) co_return absl::OkStatus();
  JOINPASS_CO_ASSIGN_OR_RETURN(grant, co_await GrantOf(caller, deadline));
  co_return absl::OkStatus();
}

base::Task<absl::StatusOr<AuthorizedCalls::Answered>> AuthorizedCalls::SendInTurn(
    const Caller& caller, Grant& grant, Asked& asked, SteadyTime deadline) {
  limits::Call call;
  call.account_id = grant.account_id;
  call.label = asked.label_for(grant.kind);
  call.urgency = pacing_.urgency;
  call.credential_id = caller.credential_id;
  // Whose account it is, a first consent does not say before it is asked.
  const bool is_paced = pacing_.limiter != nullptr && !call.account_id.empty();
  for (int times = 1;; ++times) {
    if (is_paced) JOINPASS_CO_RETURN_IF_ERROR(co_await AwaitTurn(caller, grant, call, deadline));
    Answered answered;
    answered.sent_at = context_.Now();
    JOINPASS_CO_ASSIGN_OR_RETURN(answered.response,
                                 co_await context_.transport.Send(asked.make(grant), deadline));
    if (!is_paced) co_return answered;
    const zoom::RateNews news = zoom::ReadRateNews(answered.response, call.label);
    (void)co_await pacing_.limiter->Hear(call, news, answered.sent_at.steady);
    const bool is_short = news.until <= context_.clock.Now() + limits::kLongestPause;
    const bool again = news.throttled == zoom::Throttled::kASecond && is_short;
    if (!again || times == kMostThrottled) co_return answered;
    call.is_repeat = true;
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
