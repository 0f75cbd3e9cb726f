#include "join/minter.h"

#include <set>
#include <string>
#include <utility>

#include "base/exceptions.h"
#include "base/status.h"
#include "join/token_urls.h"

namespace joinpass::join {
namespace {

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

}  // namespace

base::Task<MintedParts> Minter::Mint(const Plan& plan, const JoinRequest& request,
                                     std::uint64_t number, SteadyTime deadline) {
  const auto waiting_room =
      request.bypass_waiting_room ? zoom::WaitingRoom::kBypass : zoom::WaitingRoom::kWait;
  Ask recording = [this, waiting_room, number, deadline](const Owner& owner) {
    return AskForRecording(owner, number, waiting_room, deadline);
  };
  const bool zak = request.identity == Identity::kZak;
  Ask identity = [this, zak, number, deadline](const Owner& owner) {
    return zak ? AskForZak(owner, deadline) : AskOnBehalf(owner, number, deadline);
  };
  std::vector<base::Task<absl::StatusOr<MintedPart>>> parts;
  const UrlSource source = request.token_urls.source;
  if (plan.recording_url.empty()) {
    parts.push_back(MintPart(plan.recording, plan.recording_shortfall, std::move(recording)));
  } else {
    parts.push_back(FetchPart(plan.recording_url, source, zoom::kRecordingTokenLifetime, deadline));
  }
  if (plan.identity_url.empty()) {
    parts.push_back(MintPart(plan.identity, plan.identity_shortfall, std::move(identity)));
  } else {
    const absl::Duration lifetime = zak ? zoom::kZakLifetime : zoom::kOnBehalfTokenLifetime;
    parts.push_back(FetchPart(plan.identity_url, source, lifetime, deadline));
  }
  std::vector<absl::StatusOr<MintedPart>> minted = co_await base::WhenAll(std::move(parts));
  co_return MintedParts{std::move(minted[0]), std::move(minted[1])};
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
      part.of_account = owner.of_account;
      co_return part;
    }
    if (ConcernsAccount(token.status()) && !owner.account_id.empty()) {
      troubled_accounts.insert(owner.account_id);
    }
    shortfall.Update(token.status());  // Keeps the first.
  }
  co_return NotOk(std::move(shortfall));
}

base::Task<Minter::MaybeToken> Minter::AskFor(zoom::Endpoint<zoom::MintedToken> endpoint,
                                              const Owner& owner, SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(
      oauth::Called<zoom::MintedToken> minted,
      co_await calls_.Call(std::move(endpoint), owner.credential_id, deadline));
  JoinPass::Token token;
  token.value = std::move(minted.value.value);
  token.expires_at = minted.sent_at.steady + minted.value.lifetime;
  token.credential_id = owner.credential_id;
  co_return token;
}

// What was a meeting may have become a webinar since, or the other way round: whoever is
// told so asks once more, at the other place.
base::Task<Minter::MaybeToken> Minter::AskForRecording(const Owner& owner, std::uint64_t number,
                                                       zoom::WaitingRoom waiting_room,
                                                       SteadyTime deadline) {
  const auto endpoint = [&](bool of_webinar) {
    return of_webinar ? zoom::WebinarRecordingToken(number)
                      : zoom::MeetingRecordingToken(number, waiting_room);
  };
  zoom::Endpoint<zoom::MintedToken> known = endpoint(owner.of_webinar);
  MaybeToken asked = co_await AskFor(std::move(known), owner, deadline);
  if (asked.ok()) co_return asked;
  const Reason why = ReasonOf(asked.status());
  const bool moved =
      why == (owner.of_webinar ? Reason::kMeetingUnknown : Reason::kMeetingIsWebinar);
  if (!moved) co_return asked;
  zoom::Endpoint<zoom::MintedToken> other_place = endpoint(!owner.of_webinar);
  MaybeToken other = co_await AskFor(std::move(other_place), owner, deadline);
  // Of a webinar that is gone: that it is no meeting either says less.
  if (!other.ok() && owner.of_webinar) co_return asked;
  co_return other;
}

base::Task<Minter::MaybeToken> Minter::AskForZak(const Owner& owner, SteadyTime deadline) {
  const Owner asked = owner;
  // A consent that is gone, or in doubt, gives nothing any more, not even what is known.
  const absl::StatusOr<oauth::Grant> grant =
      co_await calls_.tokens().Get(asked.credential_id, deadline);
  if (!grant.ok()) co_return grant.status();
  while (const auto known = zaks_.Find(asked, context_.clock.SteadyNow())) {
    const std::optional<MaybeToken> shared =
        co_await base::Flight<MaybeToken>::Wait(known, deadline);
    if (!shared) {
      co_return base::MakeError(
          Reason::kDeadlineExceeded,
          "join: the deadline passed while another join had the ZAK asked for");
    }
    // Whoever asked for it may have had less time than this one.
    if (shared->ok() || ReasonOf(shared->status()) != Reason::kDeadlineExceeded) co_return *shared;
  }
  const auto flight = std::make_shared<base::Flight<MaybeToken>>(context_.loop);
  zaks_.Begin(asked, flight, context_.clock.SteadyNow());
  zoom::Endpoint<zoom::MintedToken> endpoint = zoom::Zak(zoom::Whom::User(asked.user_id));
  try {
    MaybeToken token = co_await AskFor(std::move(endpoint), asked, deadline);
    flight->Land(token);
    co_return token;
  } catch (...) {
    // Who waits for it must not wait for ever, nor those who come.
    if (!flight->landed()) flight->Land(base::StatusOfException());
    throw;
  }
}

base::Task<Minter::MaybeToken> Minter::AskOnBehalf(const Owner& owner, std::uint64_t number,
                                                   SteadyTime deadline) {
  if (number == 0) {
    co_return base::MakeError(
        Reason::kHostNotConnected,
        "join: an on-behalf-of token needs the number of the meeting, and this link has none");
  }
  co_return co_await AskFor(zoom::OnBehalfToken(zoom::Whom::User(owner.user_id), number), owner,
                            deadline);
}

}  // namespace joinpass::join
