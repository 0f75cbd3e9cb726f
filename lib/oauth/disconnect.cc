#include "oauth/disconnect.h"

#include <memory>
#include <utility>

#include "base/status.h"
#include "oauth/refresh_lock.h"
#include "zoom/token_calls.h"

namespace joinpass::oauth {
namespace {

struct Leaving {
  store::CredentialRecord credential;
  store::AppRecord app;
};

absl::Status ConsentedAgain() {
  return base::MakeError(Reason::kCancelled, "disconnect: the user consented again meanwhile");
}

absl::StatusOr<Leaving> Read(store::Records& records, const std::string& credential_id) {
  Leaving leaving;
  JOINPASS_ASSIGN_OR_RETURN(leaving.credential, records.GetCredential(credential_id));
  if (leaving.credential.health != Health::kDisconnecting) return ConsentedAgain();
  JOINPASS_ASSIGN_OR_RETURN(leaving.app, records.GetApp(leaving.credential.app_id));
  return leaving;
}

absl::Status Begin(const service::Context& context, const std::string& credential_id) {
  const absl::Time now = context.clock.Now();
  const absl::StatusOr<store::CredentialRecord> before =
      context.records.GetCredential(credential_id);
  // What is damaged beyond reading can go all the same.
  if (!before.ok() && ReasonOf(before.status()) != Reason::kStoreCorrupt) return before.status();
  JOINPASS_ASSIGN_OR_RETURN(const bool begun, context.records.BeginDisconnect(credential_id, now));
  if (!begun || !before.ok()) return absl::OkStatus();
  HealthChange change;
  change.credential_id = credential_id;
  change.app_id = before->app_id;
  change.from = before->health;
  change.to = Health::kDisconnecting;
  change.at = now;
  context.listeners.Tell(change);
  return absl::OkStatus();
}

// The token that Zoom is most likely to know: it revokes the consent of either.
const Secret& TokenToRevoke(const store::Tokens& tokens, absl::Time now) {
  const bool live = tokens.access_expires_at > now;
  return live || tokens.refresh_token.empty() ? tokens.access_token : tokens.refresh_token;
}

base::Task<absl::Status> Revoke(const service::Context& context, const Leaving& leaving,
                                SteadyTime deadline) {
  if (leaving.credential.IsDelegated()) {
    co_return base::MakeError(Reason::kPermissionDenied,
                              "disconnect: the tokens are the customer's, and so is revoking them");
  }
  zoom::ClientKeys keys;
  keys.client_id = leaving.app.settings.client_id;
  keys.client_secret = leaving.app.settings.client_secret;
  message::Request request = zoom::RevokeToken(
      context.origins, keys, TokenToRevoke(leaving.credential.tokens, context.clock.Now()));
  JOINPASS_CO_ASSIGN_OR_RETURN(const message::Response response,
                               co_await context.transport.Send(std::move(request), deadline));
  const absl::Status revoked = zoom::ReadRevokeAnswer(response);
  // A token that Zoom does not know (any more) needs no revoking.
  const bool known = revoked.ok() || ReasonOf(revoked) != Reason::kReauthorizationRequired;
  co_return known ? revoked : absl::OkStatus();
}

}  // namespace

base::Task<absl::StatusOr<Disconnected>> Disconnect(const service::Context& context,
                                                    AccessTokens& tokens, std::string credential_id,
                                                    SteadyTime deadline) {
  auto& records = context.records;
  JOINPASS_CO_RETURN_IF_ERROR(co_await context.OffLoop(
      service::Lane::kBackground, [&] { return Begin(context, credential_id); }));
  tokens.Forget(credential_id);
  // A refresh in flight may end first: its answer is void now. One that hangs is
  // not waited for.
  const SteadyTime now = context.clock.SteadyNow();
  const absl::StatusOr<std::unique_ptr<store::RefreshLock>> lock =
      co_await AwaitRefreshLock(context, credential_id, now + (deadline - now) / 2);
  const absl::StatusOr<Leaving> leaving = co_await context.OffLoop(
      service::Lane::kBackground, [&] { return Read(records, credential_id); });
  const bool damaged = !leaving.ok() && ReasonOf(leaving.status()) == Reason::kStoreCorrupt;
  Disconnected disconnected;
  disconnected.why_not = leaving.status();
  if (leaving.ok()) {
    disconnected.why_not = co_await Revoke(context, *leaving, deadline);
  } else if (ReasonOf(leaving.status()) == Reason::kCancelled) {
    co_return disconnected;
  } else if (!damaged) {
    co_return leaving.status();
  }
  disconnected.revoked = disconnected.why_not.ok();
  JOINPASS_CO_ASSIGN_OR_RETURN(const bool removed,
                               co_await context.OffLoop(service::Lane::kBackground, [&] {
                                 return damaged ? records.RemoveDamaged(credential_id)
                                                : records.RemoveCredential(leaving->credential);
                               }));
  tokens.Forget(credential_id);
  if (!removed) {
    disconnected.revoked = false;
    disconnected.why_not = ConsentedAgain();
  }
  co_return disconnected;
}

}  // namespace joinpass::oauth
