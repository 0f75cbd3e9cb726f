#include "oauth/authorization.h"

#include <algorithm>
#include <utility>

#include "base/flight.h"
#include "base/status.h"
#include "oauth/refresh_rules.h"

namespace joinpass::oauth {
namespace {

using store::AuthorizationRequest;
using store::CredentialRecord;

// Between two looks at what another caller is doing.
constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

// An exchange, and the time to store what it gives.
const absl::Duration kTakesAtMost = kRefreshDeadline + kCommitReserve;

absl::Status WrongState(const char* message) {
  return base::MakeError(Reason::kConsentStateInvalid, message);
}

absl::Status UnknownState() {
  return WrongState("connect: no consent with this state is under way");
}

struct Seen {
  bool over = false;
  absl::StatusOr<CredentialRecord> outcome = UnknownState();
};

absl::StatusOr<CredentialRecord> CredentialOf(store::Records& records,
                                              const AuthorizationRequest& request) {
  if (!request.outcome) {
    return WrongState("connect: whoever was to finish this consent ended before that");
  }
  if (request.outcome->credential_id.empty()) {
    ErrorInfo info;
    info.reason = request.outcome->reason;
    info.cause = request.outcome->cause;
    return base::MakeError(info, "connect: this consent was finished before, with this outcome");
  }
  absl::StatusOr<CredentialRecord> credential =
      records.GetCredential(request.outcome->credential_id);
  if (credential.ok() || ReasonOf(credential.status()) != Reason::kCredentialUnknown) {
    return credential;
  }
  return WrongState("connect: this consent was finished before; its credential has another id now");
}

absl::StatusOr<Seen> LookAt(store::Records& records, const std::string& state, absl::Time now) {
  const absl::StatusOr<std::optional<AuthorizationRequest>> found =
      records.FindAuthorization(state);
  if (!found.ok()) return found.status();
  Seen seen;
  seen.over = true;
  if (!found->has_value()) return seen;
  const AuthorizationRequest& request = **found;
  seen.over = IsOver(request, now);
  if (seen.over || request.outcome) seen.outcome = CredentialOf(records, request);
  return seen;
}

}  // namespace

absl::StatusOr<std::optional<AuthorizationRequest>> TakeAuthorization(store::Records& records,
                                                                      const std::string& state,
                                                                      const std::string& bound_to,
                                                                      absl::Time now) {
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<AuthorizationRequest> found,
                            records.FindAuthorization(state));
  if (!found) return UnknownState();
  if (!store::Records::IsBoundTo(found->bound_to_hash, bound_to)) {
    return WrongState("connect: the consent was begun by somebody else");
  }
  JOINPASS_ASSIGN_OR_RETURN(std::optional<AuthorizationRequest> taken,
                            records.TakeAuthorization(state, now));
  if (taken) return taken;
  // Too old, or somebody else was faster.
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<AuthorizationRequest> still,
                            records.FindAuthorization(state));
  if (!still || !still->taken_at) return UnknownState();
  return std::nullopt;
}

store::ConnectOutcome OutcomeOf(const absl::StatusOr<CredentialRecord>& credential) {
  if (credential.ok()) {
    return {.credential_id = credential->id, .is_final = credential->IsNamed()};
  }
  const ErrorInfo info = GetErrorInfo(credential.status()).value_or(ErrorInfo());
  return {.reason = ReasonOf(credential.status()), .cause = info.cause, .is_final = true};
}

bool IsOver(const AuthorizationRequest& taken, absl::Time now) {
  if (taken.outcome && taken.outcome->is_final) return true;
  // Either way: who took it in the future did so by a wrong clock.
  return taken.taken_at && absl::AbsDuration(now - *taken.taken_at) > kTakesAtMost;
}

base::Task<absl::StatusOr<CredentialRecord>> AwaitOutcome(const service::Context& context,
                                                          std::string state, SteadyTime deadline) {
  auto& records = context.records;
  for (absl::Duration pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    if (context.closing->begun()) co_return base::MakeError(Reason::kCancelled, "connect: closing");
    const absl::Time now = context.clock.Now();
    JOINPASS_CO_ASSIGN_OR_RETURN(Seen seen, co_await context.OffLoop(service::Lane::kTokens, [&] {
      return LookAt(records, state, now);
    }));
    const SteadyTime next = context.clock.SteadyNow() + pause;
    if (seen.over || (seen.outcome.ok() && next > deadline)) co_return std::move(seen.outcome);
    if (next > deadline) {
      co_return base::MakeError(Reason::kDeadlineExceeded,
                                "connect: somebody else is finishing this consent");
    }
    co_await context.closing->Nap(next);
  }
}

}  // namespace joinpass::oauth
