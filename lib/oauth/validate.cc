#include "oauth/validate.h"

#include <utility>

#include "base/status.h"
#include "oauth/event_of.h"
#include "zoom/api_answers.h"
#include "zoom/api_calls.h"
#include "zoom/errors.h"

namespace joinpass::oauth {
namespace {

absl::Status JudgeUser(const message::Response& response) {
  JOINPASS_ASSIGN_OR_RETURN(const zoom::User user, zoom::ReadUser(response));
  if (user.active) return absl::OkStatus();
  return base::MakeError(zoom::InfoOf(response, Reason::kUserUnknown),
                         "validate: the user is not active");
}

base::Task<absl::Status> AskZoom(AuthorizedCalls& calls, std::string id, AppKind kind,
                                 SteadyTime deadline) {
  const absl::StatusOr<Answer> user = co_await calls.Send(
      id, Feature::kReadUser, [](const Grant& grant) { return zoom::GetUser(grant.access, "me"); },
      deadline);
  if (user.ok()) co_return JudgeUser(user->response);
  if (ReasonOf(user.status()) != Reason::kScopeMissing) co_return user.status();
  if (kind == AppKind::kAccountManaged) {
    JOINPASS_CO_ASSIGN_OR_RETURN(
        const Answer users,
        co_await calls.Send(
            id, Feature::kListUsers,
            [](const Grant& grant) { return zoom::ListUsers(grant.access, ""); }, deadline));
    co_return zoom::ReadUserPage(users.response).status();
  }
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const Answer meetings,
      co_await calls.Send(
          id, Feature::kListMeetings,
          [](const Grant& grant) { return zoom::ListMeetings(grant.access, "me", ""); }, deadline));
  co_return zoom::ReadMeetingPage(meetings.response).status();
}

// A refresh says as much as a call, where no scope allows one.
base::Task<absl::Status> AskByRefresh(TokenSource& tokens, const absl::Status& asked,
                                      std::string id, SteadyTime deadline) {
  if (asked.ok() || ReasonOf(asked) != Reason::kScopeMissing) co_return asked;
  co_return co_await tokens.Renew(std::move(id), Renewal::kAnyway, deadline);
}

}  // namespace

base::Task<absl::Status> Validate(const Context& context, TokenSource& tokens,
                                  AuthorizedCalls& calls, std::string credential_id,
                                  SteadyTime deadline) {
  auto& records = context.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const store::CredentialRecord credential,
      co_await context.OffLoop([&] { return records.GetCredential(credential_id); }));
  absl::Status validated;
  // What is in memory may be another process's past.
  tokens.Forget(credential_id);
  if (credential.health == Health::kReauthorizationRequired || credential.IsDelegated()) {
    validated = co_await tokens.Renew(credential_id, Renewal::kAnyway, deadline);
  }
  if (validated.ok()) {
    validated = co_await AskZoom(calls, credential_id, credential.app_kind, deadline);
    validated = co_await AskByRefresh(tokens, validated, credential_id, deadline);
  }
  const CredentialEvent event = EventOf(
      validated.ok() ? CredentialEventKind::kValidated : CredentialEventKind::kValidationFailed,
      validated);
  const absl::Time now = context.clock.Now();
  // The log only tells the story.
  (void)co_await context.OffLoop([&] { return records.AddEvent(credential_id, event, now); });
  co_return validated;
}

}  // namespace joinpass::oauth
