#include "join/minter.h"

#include <set>
#include <string>
#include <utility>

#include "base/status.h"
#include "join/token_urls.h"
#include "zoom/api_answers.h"
#include "zoom/api_calls.h"

namespace joinpass::join {
namespace {

// Source: Zoom's API reference: `jointoken/local_recording` (120 s), `users/me/zak` (5
// minutes) and `users/{id}/token` (2 hours). A ZAK of the latter is held to be as short.
constexpr absl::Duration kRecordingLifetime = absl::Seconds(120);
constexpr absl::Duration kZakLifetime = absl::Minutes(5);
constexpr absl::Duration kOnBehalfLifetime = absl::Hours(2);

// Whether the trouble is the whole account's, so that its other users need not
// be asked.
bool ConcernsAccount(const absl::Status& error) {
  const Reason reason = ReasonOf(error);
  return reason == Reason::kRateLimited || reason == Reason::kZoomUnavailable;
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

// An account's token serves each of its users by his id; a user's own only himself.
message::Request IdentityRequest(const oauth::Grant& grant, const std::string& user_id, bool zak,
                                 std::uint64_t number) {
  const bool account = grant.kind == AppKind::kAccountManaged;
  if (!zak) return zoom::UserOnBehalfToken(grant.access, account ? user_id : "me", number);
  return account ? zoom::UserZak(grant.access, user_id) : zoom::MyZak(grant.access);
}

}  // namespace

base::Task<Outcome> Minter::Mint(const Plan& plan, const JoinRequest& request, std::uint64_t number,
                                 SteadyTime deadline) {
  Ask recording = [this, &request, number, deadline](const Owner& owner) {
    return AskRecording(owner, request, number, deadline);
  };
  Ask identity = [this, &request, number, deadline](const Owner& owner) {
    return AskIdentity(owner, request.identity, number, deadline);
  };
  std::vector<base::Task<absl::StatusOr<MintedPart>>> parts;
  const UrlSource source = request.token_urls.source;
  if (plan.recording_url.empty()) {
    parts.push_back(MintPart(plan.recording, plan.recording_shortfall, std::move(recording)));
  } else {
    parts.push_back(FetchPart(plan.recording_url, source, kRecordingLifetime, deadline));
  }
  if (plan.identity_url.empty()) {
    parts.push_back(MintPart(plan.identity, plan.identity_shortfall, std::move(identity)));
  } else {
    const bool zak = request.identity == Identity::kZak;
    const absl::Duration lifetime = zak ? kZakLifetime : kOnBehalfLifetime;
    parts.push_back(FetchPart(plan.identity_url, source, lifetime, deadline));
  }
  std::vector<absl::StatusOr<MintedPart>> minted = co_await base::WhenAll(std::move(parts));
  co_return Outcome{std::move(minted[0]), std::move(minted[1])};
}

base::Task<absl::StatusOr<MintedPart>> Minter::FetchPart(Secret url, UrlSource source,
                                                         absl::Duration lifetime,
                                                         SteadyTime deadline) {
  MintedPart part;
  JOINPASS_CO_ASSIGN_OR_RETURN(
      part.token, co_await FetchFinalToken(context_, std::move(url), source, lifetime, deadline));
  co_return part;
}

base::Task<absl::StatusOr<MintedPart>> Minter::MintPart(const std::vector<Owner>& owners,
                                                        absl::Status shortfall, Ask ask) {
  std::set<std::string> troubled_accounts;
  for (const Owner& owner : owners) {
    if (troubled_accounts.count(owner.account_id) > 0) continue;
    MaybeToken token = co_await ask(owner);
    if (token.ok()) {
      MintedPart part;
      part.token = *std::move(token);
      part.owner_user_id = owner.user_id;
      co_return part;
    }
    if (ConcernsAccount(token.status()) && !owner.account_id.empty()) {
      troubled_accounts.insert(owner.account_id);
    }
    shortfall.Update(token.status());  // Keeps the first.
  }
  co_return NotOk(std::move(shortfall));
}

base::Task<Minter::MaybeToken> Minter::AskRecording(const Owner& owner, const JoinRequest& request,
                                                    std::uint64_t number, SteadyTime deadline) {
  const auto waiting_room =
      request.bypass_waiting_room ? zoom::WaitingRoom::kBypass : zoom::WaitingRoom::kWait;
  JOINPASS_CO_ASSIGN_OR_RETURN(const oauth::Answer answer,
                               co_await calls_.Send(
                                   owner.credential_id, Feature::kRecordingToken,
                                   [number, waiting_room](const oauth::Grant& grant) {
                                     return zoom::MeetingRecordingToken(grant.access, number,
                                                                        waiting_room);
                                   },
                                   deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(zoom::RecordingToken token,
                               zoom::ReadRecordingToken(answer.response));
  co_return TokenOf(std::move(token.token), answer.sent_at, token.lifetime, owner.credential_id);
}

base::Task<Minter::MaybeToken> Minter::AskIdentity(const Owner& owner, Identity identity,
                                                   std::uint64_t number, SteadyTime deadline) {
  const bool zak = identity == Identity::kZak;
  if (!zak && number == 0) {
    co_return base::MakeError(
        Reason::kHostNotConnected,
        "join: an on-behalf-of token needs the number of the meeting, and this link has none");
  }
  JOINPASS_CO_ASSIGN_OR_RETURN(const oauth::Answer answer,
                               co_await calls_.Send(
                                   owner.credential_id, zak ? Feature::kZak : Feature::kOnBehalfOf,
                                   [&owner, zak, number](const oauth::Grant& grant) {
                                     return IdentityRequest(grant, owner.user_id, zak, number);
                                   },
                                   deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(Secret token, zoom::ReadUserToken(answer.response));
  co_return TokenOf(std::move(token), answer.sent_at, zak ? kZakLifetime : kOnBehalfLifetime,
                    owner.credential_id);
}

}  // namespace joinpass::join
