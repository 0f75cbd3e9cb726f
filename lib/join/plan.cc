#include "join/plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/status.h"
#include "directory/host_finder.h"
#include "join/token_urls.h"

namespace joinpass::join {
namespace {

constexpr std::size_t kMostDisplayName = 128;
constexpr std::size_t kMostCustomerKey = 35;
constexpr std::size_t kMostOwners = 16;
constexpr absl::Duration kMostPatience = absl::Hours(24);

bool Requires(const JoinRequest& request, PassPart part) {
  if (!Wants(request, part)) return false;
  return (part == PassPart::kRecordingToken ? request.recording : request.identity_need) ==
         Need::kRequired;
}

bool IsHost(const Findings& known, const std::string& user_id) {
  if (!known.resolution.ok()) return false;
  const auto& candidates = known.resolution->candidates;
  return std::any_of(candidates.begin(), candidates.end(),
                     [&](const Candidate& candidate) { return candidate.host_user_id == user_id; });
}

// Whether Zoom takes this one's recording token also beside the identity of somebody else.
bool BearsStrangers(const JoinRequest& request, bool of_account) {
  return of_account || request.recording_beside_strangers;
}

absl::Status OwnerNotHost() {
  return base::MakeError(Reason::kOwnerNotHost,
                         "join: the identity's owner is not the host of this meeting");
}

absl::Status RefusedBefore(Reason reason) {
  return base::MakeError(reason, "join: the SDK's answer to an attempt before was that");
}

// What the attempts before have taught.
void Heed(const Detour& detour, const JoinRequest& request, PassPart part, Plan& plan) {
  if (part == PassPart::kRecordingToken) {
    if (!detour.without_recording || Requires(request, part)) return;
    plan.recording.clear();
    plan.recording_url = Secret();
    plan.recording_shortfall = RefusedBefore(Reason::kRecordingTokenRefused);
    return;
  }
  plan.identity_is_new = detour.with_new_identity;
  const auto failed = [&](const Owner& owner) { return detour.not_as.count(owner.user_id) > 0; };
  const bool any_failed = std::erase_if(plan.identity, failed) > 0;
  if (detour.without_identity && !Requires(request, part)) {
    plan.identity.clear();
    plan.identity_url = Secret();
  } else if (!any_failed || !plan.identity.empty()) {
    return;
  }
  plan.identity_shortfall = RefusedBefore(Reason::kIdentityRefused);
}

void PlanIdentity(const JoinRequest& request, const Findings& known, Plan& plan) {
  if (!known.identity_owners.ok()) {
    plan.identity_shortfall = known.identity_owners.status();
    return;
  }
  plan.identity = *known.identity_owners;
  if (request.recording != Need::kRequired || !plan.recording_url.empty()) return;
  if (!known.resolution.ok()) {  // There will be no pass: nobody is asked in vain.
    plan.identity.clear();
    plan.identity_shortfall = known.resolution.status();
    return;
  }
  const std::vector<Owner> hosts = HostsOf(*known.resolution);
  const bool bears = std::any_of(hosts.begin(), hosts.end(), [&](const Owner& host) {
    return BearsStrangers(request, host.of_account);
  });
  if (bears) return;
  std::erase_if(plan.identity, [&](const Owner& owner) { return !IsHost(known, owner.user_id); });
  if (plan.identity.empty()) plan.identity_shortfall = OwnerNotHost();
}

void PlanRecording(const JoinRequest& request, const Findings& known, Plan& plan) {
  if (!known.resolution.ok()) {
    plan.recording_shortfall = known.resolution.status();
    return;
  }
  const bool any_host =
      std::any_of(plan.identity.begin(), plan.identity.end(),
                  [&](const Owner& owner) { return IsHost(known, owner.user_id); });
  plan.recording = HostsOf(*known.resolution);
  if (plan.identity.empty() || any_host) return;
  std::erase_if(plan.recording,
                [&](const Owner& host) { return !BearsStrangers(request, host.of_account); });
  if (plan.recording.empty()) plan.recording_shortfall = OwnerNotHost();
}

// Moves a minted part into the pass, or notes why it is missing.
absl::Status Place(const JoinRequest& request, PassPart part, absl::StatusOr<MintedPart> minted,
                   JoinPass::Token& into, std::vector<Shortfall>& shortfalls) {
  if (!Wants(request, part)) return absl::OkStatus();
  if (minted.ok()) {
    into = std::move(minted->token);
    return absl::OkStatus();
  }
  if (Requires(request, part)) return minted.status();
  Shortfall shortfall;
  shortfall.part = part;
  shortfall.why = minted.status();
  shortfalls.push_back(std::move(shortfall));
  return absl::OkStatus();
}

// Of a token from a URL nobody can say whose it is.
bool AreOfTwo(const MintedPart& a, const MintedPart& b) {
  return !a.owner_user_id.empty() && !b.owner_user_id.empty() && a.owner_user_id != b.owner_user_id;
}

// Of UTF-8: a byte that goes on with a character begins with the bits 10.
std::size_t CountCharacters(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

JoinPass::Content ContentOf(const JoinRequest& request, const Findings& known) {
  JoinPass::Content content;
  content.meeting_number = request.link.number();
  if (content.meeting_number == 0 && known.resolution.ok()) {
    content.meeting_number = known.resolution->meeting_number;
  }
  content.vanity_name = request.link.vanity_name();
  content.passcode = request.link.passcode();
  content.registrant_token = request.link.registrant_token();
  content.display_name = request.display_name;
  content.customer_key = request.customer_key;
  return content;
}

}  // namespace

bool Wants(const JoinRequest& request, PassPart part) {
  if (part == PassPart::kRecordingToken) return request.recording != Need::kOff;
  return request.identity != Identity::kNone && request.identity_need != Need::kOff;
}

void PartWithOne(const JoinRequest& request, MintedParts& parts) {
  if (!parts.recording.ok() || !parts.identity.ok()) return;
  if (request.recording_or_on_behalf_of && request.identity == Identity::kOnBehalfOf) {
    const bool keeps_recording = request.recording == Need::kRequired;
    (keeps_recording ? parts.identity : parts.recording) =
        base::MakeError(Reason::kSdkLacksField,
                        "join: this SDK takes a recording or an on-behalf-of token, not both");
    return;
  }
  if (BearsStrangers(request, parts.recording->of_account)) return;
  if (AreOfTwo(*parts.identity, *parts.recording)) parts.recording = OwnerNotHost();
}

std::vector<Owner> HostsOf(const Resolution& resolution) {
  std::vector<Owner> hosts;
  for (const Candidate& candidate : resolution.candidates) {
    hosts.push_back({.credential_id = candidate.credential_id,
                     .user_id = candidate.host_user_id,
                     .account_id = candidate.host_account_id,
                     .of_webinar = candidate.rule == MatchRule::kWebinar,
                     .of_account = candidate.app_kind == AppKind::kAccountManaged});
  }
  return hosts;
}

bool NeedsHost(const JoinRequest& request) {
  if (request.link.number() == 0) return true;  // a personal link leads to his room
  if (Wants(request, PassPart::kRecordingToken) && request.token_urls.join_token_url.empty()) {
    return true;
  }
  return Wants(request, PassPart::kIdentity) && IdentityUrl(request).empty() &&
         request.identity_users.empty();
}

absl::Status CheckRequest(const JoinRequest& request) {
  std::vector<std::string> wrong;
  if (request.link.number() == 0 && request.link.vanity_name().empty()) {
    wrong.push_back("link is empty");
  }
  if (request.display_name.size() > kMostDisplayName) {
    wrong.push_back("display_name has more than 128 bytes");
  }
  if (CountCharacters(request.customer_key) > kMostCustomerKey) {
    wrong.push_back("customer_key has more than 35 characters");
  }
  if (const absl::Status hints = directory::CheckHints(request.host_hints); !hints.ok()) {
    wrong.emplace_back(hints.message());
  }
  if (request.recording_or_on_behalf_of && request.identity == Identity::kOnBehalfOf &&
      Requires(request, PassPart::kRecordingToken) && Requires(request, PassPart::kIdentity)) {
    wrong.push_back("recording_or_on_behalf_of stands beside both, required");
  }
  if (request.patience < absl::ZeroDuration() || request.patience > kMostPatience) {
    wrong.push_back("patience is not between 0 and 24 hours");
  }
  if (request.identity_users.size() > kMostOwners) {
    wrong.push_back("identity_users has more than 16 entries");
  }
  CheckTokenUrls(request, wrong);
  if (wrong.empty()) return absl::OkStatus();
  return base::MakeError(Reason::kInvalidArgument, "join: " + absl::StrJoin(wrong, "; "));
}

Plan MakePlan(const JoinRequest& request, const Findings& known, const Detour& detour) {
  Plan plan;
  const bool recording = Wants(request, PassPart::kRecordingToken);
  const bool identity = Wants(request, PassPart::kIdentity);
  if (recording) plan.recording_url = request.token_urls.join_token_url;
  if (identity) plan.identity_url = IdentityUrl(request);
  if (identity && plan.identity_url.empty()) PlanIdentity(request, known, plan);
  if (identity) Heed(detour, request, PassPart::kIdentity, plan);
  if (recording && plan.recording_url.empty()) PlanRecording(request, known, plan);
  if (recording) Heed(detour, request, PassPart::kRecordingToken, plan);
  return plan;
}

absl::StatusOr<JoinPass> MakePass(const JoinRequest& request, const Findings& known,
                                  MintedParts parts) {
  if (Wants(request, PassPart::kIdentity)) PartWithOne(request, parts);
  const bool has_identity = Wants(request, PassPart::kIdentity) && parts.identity.ok();
  JoinPass::Content content = ContentOf(request, known);
  if (has_identity) content.identity = request.identity;
  JOINPASS_RETURN_IF_ERROR(Place(request, PassPart::kRecordingToken, std::move(parts.recording),
                                 content.recording, content.shortfalls));
  JOINPASS_RETURN_IF_ERROR(Place(request, PassPart::kIdentity, std::move(parts.identity),
                                 content.identity_token, content.shortfalls));
  return JoinPass(std::move(content));
}

}  // namespace joinpass::join
