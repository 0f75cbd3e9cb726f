#include "oauth/identify.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "oauth/disconnect.h"
#include "oauth/event_of.h"
#include "oauth/expected.h"
#include "oauth/refresh_lock.h"
#include "oauth/who.h"

namespace joinpass::oauth {
namespace {

using store::Consenter;
using store::CredentialRecord;
using Consented = store::Records::Consented;

// Under the lock: tokens on their way to another credential must not be refreshed
// under the old id.
base::Task<absl::StatusOr<Consented>> Name(const service::Context& context, std::string id,
                                           Consenter consenter, store::Records::Naming naming,
                                           SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(const std::unique_ptr<store::RefreshLock> lock,
                               co_await AwaitRefreshLock(context, id, deadline));
  auto& records = context.records;
  co_return co_await context.OffLoop(service::Lane::kTokens,
                                     [&] { return records.NameCredential(id, consenter, naming); });
}

// Of somebody who is not expected. A credential that he has lives by these tokens now,
// and must not die of somebody's wrong browser, unless it is on its way out; nobody
// else's consent is kept.
base::Task<absl::StatusOr<Consented>> TakeAway(const service::Context& context,
                                               AuthorizedCalls& calls, CredentialRecord credential,
                                               Consenter consenter, SteadyTime deadline) {
  const absl::StatusOr<Consented> his = co_await Name(
      context, credential.id, std::move(consenter), store::Records::Naming::kIntoLiving, deadline);
  if (his.ok()) {
    calls.tokens().Forget(credential.id);
    Welcome(context, calls.tokens(), *his);
    co_return ConsentedUnexpectedly("the credential that he has goes on with it");
  }
  if (ReasonOf(his.status()) != Reason::kCredentialUnknown) co_return his;
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const Disconnected gone,
      co_await Disconnect(context, calls.tokens(), credential.id, deadline));
  co_return ConsentedUnexpectedly(gone.revoked
                                      ? "it is revoked"
                                      : "nothing of it is kept, but Zoom could not be asked to "
                                        "revoke it");
}

base::Task<absl::StatusOr<Consented>> TryToName(const service::Context& context,
                                                AuthorizedCalls& calls, CredentialRecord credential,
                                                SteadyTime deadline) {
  const std::string id = credential.id;
  Caller caller;
  caller.credential_id = id;
  JOINPASS_CO_ASSIGN_OR_RETURN(Consenter consenter, co_await AskWho(calls, std::move(caller),
                                                                    credential.app_kind, deadline));
  if (!IsExpected(credential.expected, consenter)) {
    co_return co_await TakeAway(context, calls, std::move(credential), std::move(consenter),
                                deadline);
  }
  co_return co_await Name(context, id, std::move(consenter), store::Records::Naming::kAnyway,
                          deadline);
}

base::Task<absl::Status> LogFailure(const service::Context& context, std::string id,
                                    absl::Status why) {
  const store::EventRecord event = EventOf(CredentialEventKind::kIdentificationFailed, why);
  const absl::Time now = context.clock.Now();
  auto& records = context.records;
  co_return co_await context.OffLoop(service::Lane::kTokens,
                                     [&] { return records.AddEvent(id, event, now); });
}

}  // namespace

absl::Status ConsentedUnexpectedly(std::string_view what_came_of_it) {
  return base::MakeError(Reason::kConsenterUnexpected,
                         absl::StrCat("connect: somebody else consented than was expected; ",
                                      std::string(what_came_of_it)));
}

void Welcome(const service::Context& context, AccessTokens& tokens, const Consented& kept) {
  tokens.Forget(kept.record.id);
  if (!kept.before) return;
  HealthChange change;
  change.credential_id = kept.record.id;
  change.app_id = kept.record.app_id;
  change.from = *kept.before;
  change.to = kept.record.health;
  change.at = kept.record.connected_at;
  context.listeners.Tell(change);
}

base::Task<absl::StatusOr<Consented>> Identify(const service::Context& context,
                                               AuthorizedCalls& calls, std::string credential_id,
                                               SteadyTime deadline) {
  auto& records = context.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(CredentialRecord credential,
                               co_await context.OffLoop(service::Lane::kTokens, [&] {
                                 return records.GetCredential(credential_id);
                               }));
  if (credential.IsNamed()) co_return Consented{.record = std::move(credential)};
  const absl::StatusOr<Consented> named = co_await TryToName(context, calls, credential, deadline);
  if (!named.ok()) {
    // The log only tells the story; of what is gone there is none.
    (void)co_await LogFailure(context, credential_id, named.status());
    co_return named;
  }
  calls.tokens().Forget(credential_id);
  Welcome(context, calls.tokens(), *named);
  co_return named;
}

}  // namespace joinpass::oauth
