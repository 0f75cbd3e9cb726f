#include "oauth/app_pause.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "message/http.h"
#include "oauth/health.h"
#include "zoom/token_calls.h"

namespace joinpass::oauth {
namespace {

constexpr absl::Duration kFirstProbeIn = absl::Seconds(30);
constexpr absl::Duration kLongestProbeIn = absl::Minutes(30);
constexpr int kMostDoublings = 16;

absl::Status Paused(const store::AppPause& pause) {
  ErrorInfo info;
  info.reason = Reason::kAppCredentialsInvalid;
  info.retry_at = pause.next_probe;
  return base::MakeError(info, "refresh: Zoom refuses the app's client id or secret");
}

base::Task<absl::Status> Ask(const service::Context& context, const store::AppRecord& app,
                             SteadyTime deadline) {
  zoom::ClientKeys keys;
  keys.client_id = app.settings.client_id;
  keys.client_secret = app.settings.client_secret;
  message::Request request = zoom::ProbeClient(context.origins, keys);
  const absl::Time sent_at = context.clock.Now();
  JOINPASS_CO_ASSIGN_OR_RETURN(const message::Response response,
                               co_await context.transport.Send(std::move(request), deadline));
  co_return zoom::ReadTokenAnswer(response, sent_at).status();
}

// Whether the answer to a probe shows that Zoom takes the client: also when it
// does not give such tokens to it.
bool IsClientGood(const absl::Status& answer) {
  if (answer.ok() || ReasonOf(answer) == Reason::kRequestRefused) return true;
  return GetErrorInfo(answer).value_or(ErrorInfo()).cause == Cause::kClientUnauthorized;
}

}  // namespace

absl::Duration NextProbeIn(int probes) {
  return std::min(kFirstProbeIn * (1 << std::min(probes, kMostDoublings)), kLongestProbeIn);
}

bool IsProbeDue(const store::AppPause& pause, absl::Time now) {
  const absl::Duration left = pause.next_probe - now;
  return left <= absl::ZeroDuration() || left > kLongestProbeIn;
}

absl::Status TellOfApp(const service::Context& context, const store::AppRecord& before) {
  JOINPASS_ASSIGN_OR_RETURN(const store::AppRecord after, context.records.GetApp(before.id));
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<store::CredentialRecord> credentials,
                            context.records.ListCredentials(before.id));
  for (const store::CredentialRecord& credential : credentials) {
    const HealthState now = HealthOf(credential, after);
    HealthChange change;
    change.credential_id = credential.id;
    change.app_id = credential.app_id;
    change.from = HealthOf(credential, before).health;
    change.to = now.health;
    change.cause = CauseTextOf(now);
    change.at = context.clock.Now();
    context.listeners.Tell(change);
  }
  return absl::OkStatus();
}

absl::Status PauseApp(const service::Context& context, const store::AppRecord& app) {
  const absl::Time now = context.clock.Now();
  JOINPASS_ASSIGN_OR_RETURN(const bool paused,
                            context.records.PauseApp(app, now, now + NextProbeIn(0)));
  if (!paused) return absl::OkStatus();
  context.listeners.Notify("app_paused",
                           absl::StrCat("Zoom refuses the client id or secret of ", app.id,
                                        ": no refresh is sent until it takes them"));
  return TellOfApp(context, app);
}

base::Task<absl::Status> CheckPause(const service::Context& context, store::AppRecord app,
                                    SteadyTime deadline) {
  if (!app.pause) co_return absl::OkStatus();
  const absl::Time now = context.clock.Now();
  if (!IsProbeDue(*app.pause, now)) co_return Paused(*app.pause);
  const absl::Time next = now + NextProbeIn(app.pause->probes + 1);
  JOINPASS_CO_ASSIGN_OR_RETURN(const bool claimed,
                               co_await context.OffLoop(service::Lane::kTokens, [&] {
                                 return context.records.ClaimProbe(app, next);
                               }));
  if (!claimed) co_return Paused(*app.pause);
  const absl::Status answer = co_await Ask(context, app, deadline);
  if (!IsClientGood(answer)) co_return answer;
  co_return co_await context.OffLoop(service::Lane::kTokens, [&context, &app]() -> absl::Status {
    JOINPASS_ASSIGN_OR_RETURN(const bool resumed, context.records.ResumeApp(app));
    if (!resumed) return absl::OkStatus();
    context.listeners.Notify(
        "app_resumed", absl::StrCat("Zoom takes the client id and secret of ", app.id, " again"));
    return TellOfApp(context, app);
  });
}

}  // namespace joinpass::oauth
