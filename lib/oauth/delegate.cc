#include "oauth/delegate.h"

#include <utility>

#include "base/ids.h"
#include "base/status.h"
#include "oauth/callback.h"
#include "zoom/endpoints.h"

namespace joinpass::oauth {
namespace {

base::Task<absl::StatusOr<zoom::User>> Ask(const service::Context& context, AppKind kind,
                                           const Secret& token, SteadyTime deadline) {
  zoom::Access access;
  access.api_origin = context.origins.api;
  access.access_token = token;
  const zoom::Endpoint<zoom::User> who = zoom::GetUser(zoom::Whom::Me());
  message::Request request = zoom::RequestOf(who, kind, access);
  JOINPASS_CO_ASSIGN_OR_RETURN(const message::Response response,
                               co_await context.transport.Send(std::move(request), deadline));
  co_return who.read(response);
}

// Zoom says who it is; where the token may not ask that, what it says of itself.
base::Task<absl::StatusOr<zoom::User>> FindWho(const service::Context& context, AppKind kind,
                                               const Secret& token, const DelegatedToken& read,
                                               SteadyTime deadline) {
  const absl::StatusOr<zoom::User> asked = co_await Ask(context, kind, token, deadline);
  if (asked.ok() || ReasonOf(asked.status()) != Reason::kScopeMissing) co_return asked;
  const auto whose = store::Principal::Of(kind, read.user_id, read.account_id);
  if (whose.id.empty()) co_return asked;
  zoom::User user;
  user.id = read.user_id;
  user.account_id = read.account_id;
  co_return user;
}

}  // namespace

base::Task<absl::StatusOr<store::CredentialRecord>> FindDelegated(const service::Context& context,
                                                                  DelegateRequest request,
                                                                  SteadyTime deadline) {
  JOINPASS_CO_RETURN_IF_ERROR(CheckCallbackUrl(request.callback_url));
  JOINPASS_CO_ASSIGN_OR_RETURN(const store::AppRecord app,
                               co_await context.OffLoop(service::Lane::kBackground, [&] {
                                 return context.records.GetApp(request.app_id);
                               }));
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const Secret token,
      co_await FetchToken(context, request.callback_url, request.url_source, deadline));
  const absl::Time now = context.clock.Now();
  JOINPASS_CO_ASSIGN_OR_RETURN(const DelegatedToken read,
                               ReadDelegatedToken(token, app.settings.client_id, now));
  const AppKind kind = app.settings.kind;
  JOINPASS_CO_ASSIGN_OR_RETURN(const zoom::User user,
                               co_await FindWho(context, kind, token, read, deadline));
  store::CredentialRecord credential;
  credential.id = base::NewCredentialId(context.random);
  credential.app_id = app.id;
  credential.app_kind = kind;
  credential.client_id = app.settings.client_id;
  credential.user_id = user.id;
  credential.account_id = user.account_id;
  credential.email = user.email;
  credential.tokens.callback_url = request.callback_url;
  credential.tokens.url_source = request.url_source;
  credential.connected_at = now;
  if (!credential.IsNamed()) {
    co_return base::MakeError(Reason::kAnswerInvalid, "delegate: Zoom does not name the account");
  }
  co_return credential;
}

base::Task<absl::StatusOr<store::Records::Consented>> Delegate(const service::Context& context,
                                                               DelegateRequest request,
                                                               SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(store::CredentialRecord credential,
                               co_await FindDelegated(context, std::move(request), deadline));
  co_return co_await context.OffLoop(service::Lane::kBackground, [&] {
    return context.records.PutConsented(std::move(credential));
  });
}

}  // namespace joinpass::oauth
