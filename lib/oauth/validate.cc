#include "oauth/validate.h"

#include <utility>

#include "base/status.h"
#include "oauth/event_of.h"
#include "oauth/who.h"
#include "zoom/endpoints.h"

namespace joinpass::oauth {
namespace {

base::Task<absl::Status> AskZoom(AuthorizedCalls& calls, store::CredentialRecord credential,
                                 SteadyTime deadline) {
  const std::string& id = credential.id;
  const AppKind kind = credential.app_kind;
  const auto user = co_await calls.Call(zoom::GetUser(zoom::Whom::Me()), id, deadline);
  if (user.ok() && !user->value.active) {
    co_return base::MakeError(Reason::kUserUnknown, "validate: the user is not active");
  }
  if (user.ok()) co_return co_await CheckIsHis(calls, credential, user->value);
  if (ReasonOf(user.status()) != Reason::kScopeMissing) co_return user.status();
  if (kind == AppKind::kAccountManaged) {
    const auto users = co_await calls.Call(zoom::ListUsers(""), id, deadline);
    co_return users.status();
  }
  const auto meetings = co_await calls.Call(zoom::ListMeetings(zoom::Whom::Me(), ""), id, deadline);
  co_return meetings.status();
}

// A refresh says as much as a call, where no scope allows one.
base::Task<absl::Status> AskByRefresh(AccessTokens& tokens, const absl::Status& asked,
                                      std::string id, SteadyTime deadline) {
  if (asked.ok() || ReasonOf(asked) != Reason::kScopeMissing) co_return asked;
  co_return co_await tokens.Renew(std::move(id), Renewal::kAnyway, deadline);
}

}  // namespace

base::Task<absl::Status> Validate(const service::Context& context, AccessTokens& tokens,
                                  AuthorizedCalls& calls, std::string credential_id,
                                  SteadyTime deadline) {
  auto& records = context.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(const store::CredentialRecord credential,
                               co_await context.OffLoop(service::Lane::kBackground, [&] {
                                 return records.GetCredential(credential_id);
                               }));
  absl::Status validated;
  // What is in memory may be another process's past. (What a callback gave is nowhere
  // else, and works while that is out of order; Renew() reads the rest again.)
  if (!credential.IsDelegated()) tokens.Forget(credential_id);
  if (credential.health == Health::kReauthorizationRequired || credential.IsDelegated()) {
    validated = co_await tokens.Renew(credential_id, Renewal::kAnyway, deadline);
  }
  if (validated.ok()) {
    validated = co_await AskZoom(calls, credential, deadline);
    validated = co_await AskByRefresh(tokens, validated, credential_id, deadline);
  }
  const store::EventRecord event = EventOf(
      validated.ok() ? CredentialEventKind::kValidated : CredentialEventKind::kValidationFailed,
      validated);
  const absl::Time now = context.clock.Now();
  // The log only tells the story.
  (void)co_await context.OffLoop(service::Lane::kBackground,
                                 [&] { return records.AddEvent(credential_id, event, now); });
  co_return validated;
}

}  // namespace joinpass::oauth
