#include "engine/stored_credentials.h"

#include <map>
#include <utility>

#include "base/status.h"
#include "oauth/delegate.h"
#include "oauth/disconnect.h"
#include "oauth/health.h"
#include "oauth/identify.h"
#include "oauth/validate.h"
#include "zoom/scopes.h"

namespace joinpass::engine {
namespace {

// A token that is given away has at least so long to live.
constexpr absl::Duration kLeastLife = absl::Seconds(120);

base::Task<absl::StatusOr<store::Records::Consented>> Delegated(const service::Context& context,
                                                                oauth::AuthorizedCalls& calls,
                                                                DelegateRequest request,
                                                                SteadyTime deadline) {
  absl::StatusOr<store::Records::Consented> consented =
      co_await oauth::Delegate(context, calls, std::move(request), deadline);
  if (consented.ok()) oauth::Welcome(context, calls.tokens(), *consented);
  co_return consented;
}

// Gets a token that lives long enough to be given away.
base::Task<absl::StatusOr<AccessToken>> GetToken(const service::Context& context,
                                                 oauth::AccessTokens& tokens, std::string id,
                                                 SteadyTime deadline) {
  absl::StatusOr<oauth::Grant> grant = co_await tokens.Get(id, deadline);
  if (grant.ok() && grant->access_expires_at - context.clock.Now() < kLeastLife) {
    // What the refresh that failed has to say.
    const absl::Status renewed = co_await tokens.Renew(id, oauth::Renewal::kIfNeeded, deadline);
    if (!renewed.ok()) co_return renewed;
    grant = co_await tokens.Get(id, deadline);
  }
  JOINPASS_CO_RETURN_IF_ERROR(grant.status());
  if (grant->access_expires_at - context.clock.Now() < kLeastLife) {
    co_return base::MakeError(Reason::kRefreshBusy,
                              "access token: the one that is there has less than 120 s left");
  }
  AccessToken token;
  token.value = grant->access.access_token;
  token.expires_at = grant->access_expires_at;
  token.api_origin = message::WriteOrigin(grant->access.api_origin);
  co_return token;
}

base::Task<absl::Status> AddGiving(const service::Context& context, std::string id) {
  const store::EventRecord event = {.kind = CredentialEventKind::kAccessTokenGiven};
  const absl::Time now = context.clock.Now();
  auto& records = context.records;
  co_return co_await context.OffLoop(service::Lane::kBackground,
                                     [&] { return records.AddEvent(id, event, now); });
}

// The app of a credential, as far as that knows it: where the app cannot be read.
store::AppRecord AppAsOf(const store::CredentialRecord& credential) {
  store::AppRecord app;
  app.id = credential.app_id;
  app.settings.kind = credential.app_kind;
  app.settings.client_id = credential.client_id;
  return app;
}

CredentialEvent ShownAs(const store::EventRecord& record) {
  return {.kind = record.kind,
          .reason = record.reason,
          .first_at = record.first_at,
          .last_at = record.last_at,
          .times = record.times,
          .tracking_id = record.tracking_id,
          .http_status = record.http_status,
          .zoom_code = record.zoom_code};
}

Credential ShownAs(const store::CredentialRecord& record, const store::AppRecord& app,
                   const oauth::HealthState& health) {
  Credential credential;
  credential.id = record.id;
  credential.app_id = record.app_id;
  credential.user_id = record.user_id;
  credential.account_id = record.account_id;
  credential.email = record.email;
  credential.health = health.health;
  credential.health_since = health.since;
  credential.cause = oauth::CauseTextOf(health);
  credential.connected_at = record.connected_at;
  credential.refreshed_at = record.refreshed_at;
  if (record.IsDelegated()) {
    credential.kind = CredentialKind::kDelegated;
    return credential;
  }
  credential.scopes = record.tokens.scopes;
  credential.missing = zoom::MissingScopes(record.tokens.scopes, app.settings.kind);
  credential.access_expires_at = record.tokens.access_expires_at;
  return credential;
}

}  // namespace

absl::StatusOr<ConnectStart> StoredCredentials::BeginConnect(const ConnectRequest& request) {
  return oauth::BeginConsent(context_, request);
}

absl::StatusOr<Credential> StoredCredentials::FinishConnect(std::string_view redirected_to,
                                                            std::string_view bound_to,
                                                            absl::Duration timeout) {
  JOINPASS_ASSIGN_OR_RETURN(
      const store::CredentialRecord record,
      runner_.Run<absl::StatusOr<store::CredentialRecord>>(
          [this, redirect = Secret(redirected_to), bound = std::string(bound_to),
           deadline = In(timeout)] { return consents_.Finish(redirect, bound, deadline); }));
  return ShownAnyway(record);
}

absl::StatusOr<Credential> StoredCredentials::Delegate(const DelegateRequest& request,
                                                       absl::Duration timeout) {
  JOINPASS_ASSIGN_OR_RETURN(const store::Records::Consented consented,
                            runner_.Run<absl::StatusOr<store::Records::Consented>>(
                                [this, request, deadline = In(timeout)] {
                                  return Delegated(context_, calls_, request, deadline);
                                }));
  return ShownAnyway(consented.record);
}

absl::StatusOr<Credential> StoredCredentials::TestDelegate(const DelegateRequest& request,
                                                           absl::Duration timeout) {
  JOINPASS_ASSIGN_OR_RETURN(
      store::CredentialRecord found,
      runner_.Run<absl::StatusOr<store::CredentialRecord>>([this, request, deadline = In(timeout)] {
        return oauth::FindDelegated(context_, calls_, request, deadline);
      }));
  found.id.clear();
  return ShownAnyway(found);
}

absl::StatusOr<std::vector<Credential>> StoredCredentials::List(const std::string& app_id) {
  JOINPASS_ASSIGN_OR_RETURN(const auto records, context_.records.ListCredentials(app_id));
  const auto apps = context_.records.ListApps();
  if (!apps.ok() && !store::Records::ConcernsOneRow(apps.status())) return apps.status();
  const auto unnamed =
      context_.records.ListUnnamed().value_or(std::vector<store::CredentialRecord>());
  std::map<std::string, store::AppRecord> by_id;
  if (apps.ok()) {
    for (const store::AppRecord& app : *apps) by_id.emplace(app.id, app);
  }
  std::vector<Credential> credentials;
  for (const store::CredentialRecord& record : records) {
    const auto app = by_id.find(record.app_id);
    credentials.push_back(
        ShownAmong(unnamed, record, app == by_id.end() ? AppAsOf(record) : app->second));
  }
  return credentials;
}

absl::StatusOr<Credential> StoredCredentials::Get(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const auto record, context_.records.GetCredential(id));
  return Shown(record);
}

absl::StatusOr<AccessToken> StoredCredentials::GetAccessToken(const std::string& id,
                                                              absl::Duration timeout) {
  std::optional<AccessToken> fresh = tokens_.cache().Find(id, context_.Now());
  absl::StatusOr<AccessToken> token = absl::UnknownError("");
  if (fresh) {
    token = *std::move(fresh);
  } else {
    token = runner_.Run<absl::StatusOr<AccessToken>>(
        [this, id, deadline = In(timeout)] { return GetToken(context_, tokens_, id, deadline); });
  }
  if (token.ok() && tokens_.cache().IsFirstGiving(id, token->value)) LogGiving(id);
  return token;
}

// Nobody waits for it, but Close().
void StoredCredentials::LogGiving(const std::string& id) {
  runner_.Spawn<absl::Status>([this, id] { return AddGiving(context_, id); },
                              [](const absl::Status&) {});
}

absl::StatusOr<Credential> StoredCredentials::Validate(const std::string& id,
                                                       absl::Duration timeout) {
  // Asking whether it works has it named first; it may have another id by that.
  const auto named =
      runner_.Run<absl::StatusOr<store::Records::Consented>>([this, id, deadline = In(timeout)] {
        return oauth::Identify(context_, calls_, id, deadline);
      });
  const std::string its_id = named.ok() ? named->record.id : id;
  absl::Status validated = named.status();
  if (named.ok()) {
    validated = runner_.Run<absl::Status>([this, its_id, deadline = In(timeout)] {
      return oauth::Validate(context_, tokens_, calls_, its_id, deadline);
    });
  }
  JOINPASS_RETURN_IF_ERROR(runner_.CheckThread());
  JOINPASS_ASSIGN_OR_RETURN(Credential credential, Get(its_id));
  // What is wrong with the credential is shown in it; anything else kept Zoom
  // from being asked.
  if (validated.ok() || credential.health != Health::kHealthy) return credential;
  return validated;
}

absl::StatusOr<Disconnected> StoredCredentials::Disconnect(const std::string& id,
                                                           absl::Duration timeout) {
  return runner_.Run<absl::StatusOr<Disconnected>>([this, id, deadline = In(timeout)] {
    return oauth::Disconnect(context_, tokens_, id, deadline);
  });
}

absl::StatusOr<std::vector<CredentialEvent>> StoredCredentials::Log(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const auto events, context_.records.ListEvents(id));
  std::vector<CredentialEvent> log;
  for (const store::EventRecord& event : events) log.push_back(ShownAs(event));
  return log;
}

absl::StatusOr<Credential> StoredCredentials::Shown(const store::CredentialRecord& record) {
  JOINPASS_ASSIGN_OR_RETURN(const auto app, context_.records.GetApp(record.app_id));
  JOINPASS_ASSIGN_OR_RETURN(const auto unnamed, context_.records.ListUnnamed());
  return ShownAmong(unnamed, record, app);
}

// What is stored is no failure, whatever the store says after.
Credential StoredCredentials::ShownAnyway(const store::CredentialRecord& record) {
  const auto shown = Shown(record);
  return shown.ok() ? *shown : ShownAmong({}, record, AppAsOf(record));
}

Credential StoredCredentials::ShownAmong(const std::vector<store::CredentialRecord>& unnamed,
                                         const store::CredentialRecord& record,
                                         const store::AppRecord& app) {
  const oauth::HealthState health = oauth::HealthAmong(unnamed, record, app);
  Credential shown = ShownAs(record, app, health);
  if (health.health == Health::kIdentifying && health.cause == Cause::kNone) {
    shown.cause = WhyUnnamed(record.id);
  }
  return shown;
}

// What the last try to name it met.
std::string StoredCredentials::WhyUnnamed(const std::string& id) {
  const auto events = context_.records.ListEvents(id);
  if (!events.ok()) return "";
  for (const store::EventRecord& event : *events) {
    if (event.kind == CredentialEventKind::kIdentificationFailed) return event.reason;
  }
  return "";
}

}  // namespace joinpass::engine
