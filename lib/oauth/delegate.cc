#include "oauth/delegate.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/ids.h"
#include "base/status.h"
#include "oauth/callback.h"
#include "oauth/delegated_tokens.h"
#include "oauth/expected.h"
#include "oauth/who.h"

namespace joinpass::oauth {
namespace {

absl::Status Check(const DelegateRequest& request) {
  JOINPASS_RETURN_IF_ERROR(CheckCallbackUrl(request.callback_url));
  std::vector<std::string> wrong;
  CheckExpected(request.expected, wrong);
  if (wrong.empty()) return absl::OkStatus();
  return base::MakeError(Reason::kInvalidArgument, "delegate: " + absl::StrJoin(wrong, "; "));
}

// Of a token that nobody has refreshed, or could.
base::Task<absl::StatusOr<store::Consenter>> AskWhose(const service::Context& context,
                                                      AuthorizedCalls& calls, AppKind kind,
                                                      Secret token, SteadyTime deadline) {
  Grant grant;
  grant.access.api_origin = context.origins.api;
  grant.access.access_token = std::move(token);
  grant.scopes_known = false;
  grant.kind = kind;
  Caller caller;
  caller.grant = std::move(grant);
  absl::StatusOr<store::Consenter> who = co_await AskWho(calls, std::move(caller), kind, deadline);
  const bool refused = ReasonOf(who.status()) == Reason::kReauthorizationRequired;
  co_return refused ? RefusedByZoom() : std::move(who);
}

}  // namespace

base::Task<absl::StatusOr<store::CredentialRecord>> FindDelegated(const service::Context& context,
                                                                  AuthorizedCalls& calls,
                                                                  DelegateRequest request,
                                                                  SteadyTime deadline) {
  JOINPASS_CO_RETURN_IF_ERROR(Check(request));
  JOINPASS_CO_ASSIGN_OR_RETURN(const store::AppRecord app,
                               co_await context.OffLoop(service::Lane::kBackground, [&] {
                                 return context.records.GetApp(request.app_id);
                               }));
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const Secret token,
      co_await FetchToken(context, request.callback_url, request.url_source, deadline));
  const absl::Time now = context.clock.Now();
  JOINPASS_CO_RETURN_IF_ERROR(WhenToAskAgain(token, app.settings.client_id, now).status());
  const AppKind kind = app.settings.kind;
  JOINPASS_CO_ASSIGN_OR_RETURN(const store::Consenter who,
                               co_await AskWhose(context, calls, kind, token, deadline));
  if (!IsExpected(ToConsenter(request.expected), who)) {
    co_return base::MakeError(Reason::kConsenterUnexpected,
                              "delegate: the token is of somebody else than is expected");
  }
  store::CredentialRecord credential;
  credential.id = base::NewCredentialId(context.random);
  credential.app_id = app.id;
  credential.app_kind = kind;
  credential.client_id = app.settings.client_id;
  credential.user_id = who.user_id;
  credential.account_id = who.account_id;
  credential.email = who.email;
  credential.tokens.callback_url = request.callback_url;
  credential.tokens.url_source = request.url_source;
  credential.connected_at = now;
  co_return credential;
}

base::Task<absl::StatusOr<store::Records::Consented>> Delegate(const service::Context& context,
                                                               AuthorizedCalls& calls,
                                                               DelegateRequest request,
                                                               SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(
      store::CredentialRecord credential,
      co_await FindDelegated(context, calls, std::move(request), deadline));
  co_return co_await context.OffLoop(service::Lane::kBackground, [&] {
    return context.records.PutConsented(std::move(credential));
  });
}

}  // namespace joinpass::oauth
