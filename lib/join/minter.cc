#include "join/minter.h"

#include <set>
#include <string>
#include <utility>

#include "base/status.h"
#include "zoom/api_answers.h"
#include "zoom/api_calls.h"

namespace joinpass::join {
namespace {

// Source: zoom-api, `users/me/zak` (5 minutes) and `users/{id}/token` (2 hours).
constexpr absl::Duration kZakLifetime = absl::Minutes(5);
constexpr absl::Duration kOnBehalfLifetime = absl::Hours(2);

// Whether the trouble is the whole account's, so that its other users need not
// be asked.
bool ConcernsAccount(const absl::Status& error) {
  return absl::IsResourceExhausted(error) || absl::IsUnavailable(error);
}

// A part that nobody was to be asked for has no error of its own.
absl::Status NotOk(absl::Status error) {
  return error.ok() ? absl::CancelledError("not wanted") : error;
}

JoinPass::Token TokenOf(Secret value, SteadyTime sent_at, absl::Duration lifetime,
                        const std::string& credential_id) {
  JoinPass::Token token;
  token.value = std::move(value);
  token.expires_at = sent_at + lifetime;
  token.credential_id = credential_id;
  return token;
}

}  // namespace

base::Task<Outcome> Minter::Mint(const Plan& plan, const JoinRequest& request, std::uint64_t number,
                                 SteadyTime deadline) {
  std::vector<base::Task<absl::StatusOr<MintedPart>>> parts;
  parts.push_back(MintRecording(plan, request, number, deadline));
  parts.push_back(MintIdentity(plan, request, number, deadline));
  std::vector<absl::StatusOr<MintedPart>> minted = co_await base::WhenAll(std::move(parts));
  co_return Outcome{std::move(minted[0]), std::move(minted[1])};
}

base::Task<absl::StatusOr<MintedPart>> Minter::MintRecording(const Plan& plan,
                                                             const JoinRequest& request,
                                                             std::uint64_t number,
                                                             SteadyTime deadline) {
  absl::Status first_error = plan.recording_shortfall;
  std::set<std::string> exhausted_accounts;
  for (const Candidate& candidate : plan.recording) {
    if (exhausted_accounts.count(candidate.host_account_id) > 0) continue;
    auto token = co_await AskRecording(candidate, request, number, deadline);
    if (token.ok()) {
      MintedPart part;
      part.token = *std::move(token);
      co_return part;
    }
    if (ConcernsAccount(token.status())) exhausted_accounts.insert(candidate.host_account_id);
    first_error.Update(token.status());
  }
  co_return NotOk(std::move(first_error));
}

base::Task<absl::StatusOr<MintedPart>> Minter::MintIdentity(const Plan& plan,
                                                            const JoinRequest& request,
                                                            std::uint64_t number,
                                                            SteadyTime deadline) {
  absl::Status first_error = plan.identity_shortfall;
  for (const IdentityOwner& owner : plan.identity) {
    auto token = co_await AskIdentity(owner, request.identity, number, deadline);
    if (token.ok()) {
      MintedPart part;
      part.token = *std::move(token);
      part.owner_user_id = owner.user_id;
      co_return part;
    }
    first_error.Update(token.status());
  }
  co_return NotOk(std::move(first_error));
}

base::Task<absl::StatusOr<JoinPass::Token>> Minter::AskRecording(const Candidate& candidate,
                                                                 const JoinRequest& request,
                                                                 std::uint64_t number,
                                                                 SteadyTime deadline) {
  const auto waiting_room =
      request.bypass_waiting_room ? zoom::WaitingRoom::kBypass : zoom::WaitingRoom::kWait;
  JOINPASS_CO_ASSIGN_OR_RETURN(const oauth::Answer answer,
                               co_await calls_.Send(
                                   candidate.credential_id, Feature::kRecordingToken,
                                   [number, waiting_room](const oauth::Grant& grant) {
                                     return zoom::MeetingRecordingToken(grant.access, number,
                                                                        waiting_room);
                                   },
                                   deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(zoom::JoinToken token, zoom::ReadJoinToken(answer.response));
  co_return TokenOf(std::move(token.token), answer.sent_at, token.lifetime,
                    candidate.credential_id);
}

base::Task<absl::StatusOr<JoinPass::Token>> Minter::AskIdentity(const IdentityOwner& owner,
                                                                Identity identity,
                                                                std::uint64_t number,
                                                                SteadyTime deadline) {
  const bool zak = identity == Identity::kZak;
  JOINPASS_CO_ASSIGN_OR_RETURN(const oauth::Answer answer,
                               co_await calls_.Send(
                                   owner.credential_id, zak ? Feature::kZak : Feature::kOnBehalfOf,
                                   [zak, number](const oauth::Grant& grant) {
                                     return zak ? zoom::MyZak(grant.access)
                                                : zoom::UserOnBehalfToken(grant.access, "me",
                                                                          number);
                                   },
                                   deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(Secret token, zoom::ReadUserToken(answer.response));
  co_return TokenOf(std::move(token), answer.sent_at, zak ? kZakLifetime : kOnBehalfLifetime,
                    owner.credential_id);
}

}  // namespace joinpass::join
