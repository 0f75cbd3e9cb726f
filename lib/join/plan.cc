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
constexpr absl::Duration kMostAhead = absl::Hours(24);

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

absl::Status OwnerNotHost() {
  return base::MakeError(Reason::kOwnerNotHost,
                         "join: the identity's owner is not the host of this meeting");
}

absl::Status OneOfTwo() {
  return base::MakeError(Reason::kSdkLacksField,
                         "join: this SDK takes a recording or an on-behalf-of token, not both");
}

absl::Status RefusedBefore(Reason reason) {
  return base::MakeError(reason, "join: the SDK's answer to an attempt before was that");
}

// Why there is no recording token beside an identity.
absl::Status NotBeside(const Detour& detour) {
  return detour.no_recording_beside.empty() ? OwnerNotHost()
                                            : RefusedBefore(Reason::kRecordingTokenRefused);
}

bool TakesOneOfTwo(const JoinRequest& request) {
  return request.recording_or_on_behalf_of && request.identity == Identity::kOnBehalfOf;
}

// Whether Zoom takes a recording token that is, or is not, of an admin's consent beside the
// identity of `user`.
bool MayStandBeside(const JoinRequest& request, const Detour& detour, bool of_account,
                    const std::string& user, bool is_host) {
  if (detour.no_recording_beside.count(user) > 0) return false;
  return is_host || of_account || request.recording_beside_strangers;
}

// Some host's token beside that of this owner.
bool AnyMayStandBeside(const JoinRequest& request, const Findings& known, const Detour& detour,
                       const Owner& owner) {
  const std::vector<Owner> hosts = HostsOf(*known.resolution);
  return std::any_of(hosts.begin(), hosts.end(), [&](const Owner& host) {
    return MayStandBeside(request, detour, host.of_account, owner.user_id,
                          IsHost(known, owner.user_id));
  });
}

// In the order in which they are asked: who was absent last, who is of no use not at all.
void Heed(const Detour& detour, Plan& plan) {
  const auto is_refused = [&](const Owner& owner) {
    return detour.refused_users.count(owner.user_id) > 0;
  };
  if (std::erase_if(plan.identity, is_refused) > 0 && plan.identity.empty()) {
    plan.identity_shortfall = RefusedBefore(Reason::kIdentityRefused);
  }
  std::stable_partition(plan.identity.begin(), plan.identity.end(), [&](const Owner& owner) {
    return detour.absent_users.count(owner.user_id) == 0;
  });
}

void LeaveIdentityOut(absl::Status why, Plan& plan) {
  plan.identity.clear();
  plan.identity_url = Secret();
  plan.identity_shortfall = std::move(why);
}

void LeaveRecordingOut(absl::Status why, Plan& plan) {
  plan.recording.clear();
  plan.recording_url = Secret();
  plan.recording_shortfall = std::move(why);
}

void PlanIdentity(const JoinRequest& request, const Findings& known, const Detour& detour,
                  Plan& plan) {
  if (!known.identity_owners.ok()) {
    plan.identity_shortfall = known.identity_owners.status();
    return;
  }
  plan.identity = *known.identity_owners;
  Heed(detour, plan);
  if (request.recording != Need::kRequired || !plan.recording_url.empty()) return;
  if (!known.resolution.ok()) {  // There will be no pass: nobody is asked in vain.
    return LeaveIdentityOut(known.resolution.status(), plan);
  }
  const bool any = std::erase_if(plan.identity, [&](const Owner& owner) {
                     return !AnyMayStandBeside(request, known, detour, owner);
                   }) > 0;
  if (any && plan.identity.empty()) plan.identity_shortfall = NotBeside(detour);
}

void PlanRecording(const JoinRequest& request, const Findings& known, const Detour& detour,
                   Plan& plan) {
  if (!known.resolution.ok()) {
    plan.recording_shortfall = known.resolution.status();
    return;
  }
  plan.recording = HostsOf(*known.resolution);
  if (plan.identity.empty()) return;
  const auto may_stand = [&](const Owner& host, const Owner& owner) {
    return MayStandBeside(request, detour, host.of_account, owner.user_id,
                          IsHost(known, owner.user_id));
  };
  // Who comes with an identity is not known yet: first those who go with every one of them.
  std::stable_partition(plan.recording.begin(), plan.recording.end(), [&](const Owner& host) {
    return std::all_of(plan.identity.begin(), plan.identity.end(),
                       [&](const Owner& owner) { return may_stand(host, owner); });
  });
  std::erase_if(plan.recording, [&](const Owner& host) {
    return std::none_of(plan.identity.begin(), plan.identity.end(),
                        [&](const Owner& owner) { return may_stand(host, owner); });
  });
  if (plan.recording.empty()) plan.recording_shortfall = NotBeside(detour);
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

void PartWithOne(const JoinRequest& request, const Detour& detour, MintedParts& parts) {
  if (!parts.recording.ok() || !parts.identity.ok()) return;
  if (TakesOneOfTwo(request)) {
    parts.recording = OneOfTwo();
  } else if (!MayStandBeside(request, detour, parts.recording->of_account,
                             parts.identity->owner_user_id,
                             !AreOfTwo(*parts.identity, *parts.recording))) {
    parts.recording = NotBeside(detour);
  }
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

absl::Status CheckRequest(const JoinRequest& request, absl::Time now) {
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
  if (request.mint_ahead_of && *request.mint_ahead_of - now > kMostAhead) {
    wrong.push_back("mint_ahead_of is more than a day away");
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
  const bool one_of_two = recording && identity && TakesOneOfTwo(request);
  if (recording) plan.recording_url = request.token_urls.join_token_url;
  if (identity) {
    plan.identity_url = IdentityUrl(request);
    if (plan.identity_url.empty()) PlanIdentity(request, known, detour, plan);
    if (one_of_two && Requires(request, PassPart::kRecordingToken)) {
      LeaveIdentityOut(OneOfTwo(), plan);
    } else if (detour.without_identity && !Requires(request, PassPart::kIdentity)) {
      LeaveIdentityOut(RefusedBefore(Reason::kIdentityRefused), plan);
    }
  }
  if (recording) {
    if (plan.recording_url.empty()) PlanRecording(request, known, detour, plan);
    if (one_of_two && Requires(request, PassPart::kIdentity)) {
      LeaveRecordingOut(OneOfTwo(), plan);
    } else if (detour.without_recording && !Requires(request, PassPart::kRecordingToken)) {
      LeaveRecordingOut(RefusedBefore(Reason::kRecordingTokenRefused), plan);
    }
  }
  return plan;
}

absl::StatusOr<JoinPass> MakePass(const JoinRequest& request, const Findings& known,
                                  MintedParts parts, const Detour& detour) {
  if (Wants(request, PassPart::kIdentity)) PartWithOne(request, detour, parts);
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
