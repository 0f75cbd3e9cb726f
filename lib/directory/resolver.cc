#include "directory/resolver.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "directory/explain.h"
#include "directory/named_users.h"
#include "directory/ranking.h"
#include "oauth/health.h"

namespace joinpass::directory {
namespace {

enum class Ask { kWho, kWhy };

// Everybody who is known to host what a link leads to.
struct Knowledge {
  std::vector<Match> hosts = {};  // without a credential id: we hold no consent of his
  absl::Time deleted_at = absl::InfinitePast();  // of a meeting of the number; for kWhy
  absl::Status damage;                           // the first row that cannot be read
};

// Somebody who hosts the meeting by one of the rules, whether or not we hold his
// consent: `credential_id` and `health` are to be found out.
Match HostOf(const store::HostRecord& record, MatchRule rule, absl::Time learnt_at) {
  Match host;
  host.candidate.app_id = record.app_id;
  host.candidate.host_user_id = record.user_id;
  host.candidate.host_account_id = record.account_id.value;
  host.candidate.rule = rule;
  host.candidate.learnt_at = learnt_at;
  host.number = record.personal_meeting_id.value;
  return host;
}

Match HostOf(const store::MeetingRecord& meeting) {
  Match host;
  host.candidate.app_id = meeting.app_id;
  host.candidate.host_user_id = meeting.host.value.user_id;
  host.candidate.host_account_id = meeting.host.value.account_id;
  host.candidate.rule = RuleOf(meeting.host.value.kind);
  host.candidate.learnt_at = meeting.learnt_at();
  host.number = meeting.number;
  return host;
}

// One that cannot be read hides no other: its error is told if nobody else is there.
absl::Status NoteDamage(const absl::Status& error, Knowledge& known) {
  return store::Records::NoteDamage(error, known.damage);
}

absl::Status AddHostsOfNumber(store::Records& records, std::uint64_t number, Ask ask,
                              Knowledge& known) {
  using Deleted = store::Records::Deleted;
  const auto found =
      records.FindNumber(number, ask == Ask::kWhy ? Deleted::kShown : Deleted::kLeftOut);
  if (!found.ok()) return NoteDamage(found.status(), known);
  known.damage.Update(found->damage);
  for (const store::MeetingRecord& meeting : found->meetings) {
    if (meeting.deleted.value) {
      known.deleted_at = std::max(known.deleted_at, meeting.deleted.at);
    } else {
      known.hosts.push_back(HostOf(meeting));
    }
  }
  for (const store::HostRecord& owner : found->owners) {
    known.hosts.push_back(
        HostOf(owner, MatchRule::kPersonalMeetingId, owner.personal_meeting_id.at));
  }
  return absl::OkStatus();
}

absl::Status AddHostsOfName(store::Records& records, const std::string& name, Knowledge& known) {
  const auto owners = records.FindHostsByVanityName(name);
  if (!owners.ok()) return NoteDamage(owners.status(), known);
  for (const store::HostRecord& owner : *owners) {
    // Without a PMI there is no room behind the name.
    if (owner.personal_meeting_id.value == 0) continue;
    known.hosts.push_back(HostOf(owner, MatchRule::kVanityName, owner.vanity_name.at));
  }
  return absl::OkStatus();
}

void Serve(const ServingConsent& consent, Match& match) {
  match.candidate.credential_id = consent.credential_id;
  match.candidate.host_account_id = consent.account_id;
  match.candidate.app_kind = consent.app_kind;
  match.health = consent.state.health;
  match.cause = oauth::CauseTextOf(consent.state);
}

// Finds out through whose consent each is served; who has none keeps an empty credential
// id.
absl::Status AddConsents(ServingConsents& consents, Knowledge& known) {
  for (Match& match : known.hosts) {
    const Candidate& host = match.candidate;
    const auto consent = consents.Of(host.app_id, host.host_user_id, host.host_account_id);
    if (!consent.ok()) {
      JOINPASS_RETURN_IF_ERROR(NoteDamage(consent.status(), known));
    } else if (*consent) {
      Serve(**consent, match);
    }
  }
  return absl::OkStatus();
}

// Whether a personal link of this name can lead to his room. One of whom nobody has said
// which name he has may have it.
bool MayHaveName(const std::optional<store::HostRecord>& host, const std::string& name) {
  if (!host || host->personal_meeting_id.value == 0) return false;
  const bool is_known = host->vanity_name.at > absl::UnixEpoch();
  return !is_known || host->vanity_name.value == name;
}

// Those whom a caller takes for the host: whoever has a consent.
absl::Status AddHinted(store::Records& records, const MeetingLink& link,
                       const std::vector<std::string>& hints, Knowledge& known) {
  if (hints.empty()) return absl::OkStatus();
  const auto users = FindNamedUsers(records, hints);
  if (!users.ok()) {
    if (ReasonOf(users.status()) == Reason::kCredentialUnknown) return absl::OkStatus();
    return NoteDamage(users.status(), known);
  }
  for (const NamedUser& user : *users) {
    const store::CredentialRecord& credential = user.credential;
    if (!credential.IsNamed() || credential.health == Health::kDisconnecting) continue;
    Match match;
    match.number = link.number();
    if (match.number == 0) {
      const auto host = records.FindHost(credential.app_id, user.user_id);
      if (!host.ok()) {
        JOINPASS_RETURN_IF_ERROR(NoteDamage(host.status(), known));
        continue;
      }
      if (!MayHaveName(*host, link.vanity_name())) continue;
      match.number = (*host)->personal_meeting_id.value;
    }
    match.candidate.app_id = credential.app_id;
    match.candidate.host_user_id = user.user_id;
    match.candidate.rule = MatchRule::kHint;
    const auto app = records.GetApp(credential.app_id);
    if (!app.ok()) {
      JOINPASS_RETURN_IF_ERROR(NoteDamage(app.status(), known));
      continue;
    }
    Serve({.credential_id = credential.id,
           .account_id = credential.account_id,
           .app_kind = credential.app_kind,
           .state = oauth::HealthOf(credential, *app)},
          match);
    known.hosts.push_back(std::move(match));
  }
  return absl::OkStatus();
}

absl::StatusOr<Knowledge> Gather(store::Records& records, ServingConsents& consents,
                                 const MeetingLink& link, Ask ask, absl::Time now) {
  Knowledge known;
  if (link.number() != 0) {
    JOINPASS_RETURN_IF_ERROR(AddHostsOfNumber(records, link.number(), ask, known));
  } else {
    JOINPASS_RETURN_IF_ERROR(AddHostsOfName(records, link.vanity_name(), known));
  }
  // By a clock that was ahead: nobody knows when.
  for (Match& host : known.hosts) {
    absl::Time& learnt_at = host.candidate.learnt_at;
    if (learnt_at > store::LatestLearnt(now)) learnt_at = absl::InfinitePast();
  }
  JOINPASS_RETURN_IF_ERROR(AddConsents(consents, known));
  return known;
}

bool HasConsent(const Match& match) { return !match.candidate.credential_id.empty(); }

absl::StatusOr<Resolution> Judge(const Knowledge& known, const MeetingLink& link) {
  std::vector<Match> matches;
  std::copy_if(known.hosts.begin(), known.hosts.end(), std::back_inserter(matches), HasConsent);
  if (!matches.empty()) return Rank(std::move(matches));
  if (!known.damage.ok()) return known.damage;
  if (!known.hosts.empty()) {
    return base::MakeError(Reason::kHostNotConnected,
                           "resolve: the host is known, but none of the consents is his");
  }
  return base::MakeError(Reason::kHostNotConnected,
                         link.number() != 0
                             ? "resolve: no meeting and no personal meeting id has this number"
                             : "resolve: nobody is known to have this personal link");
}

KnownHost ShownAs(const Match& match) {
  return {.candidate = match.candidate, .health = match.health, .cause = match.cause};
}

// The candidates first, in the order in which they are asked.
std::vector<KnownHost> ShownAs(const Knowledge& known, const absl::StatusOr<Resolution>& found) {
  std::vector<KnownHost> hosts;
  if (found.ok()) {
    for (const Candidate& candidate : found->candidates) {
      const auto match =
          std::find_if(known.hosts.begin(), known.hosts.end(), [&](const Match& one) {
            return one.candidate.credential_id == candidate.credential_id &&
                   one.candidate.host_user_id == candidate.host_user_id &&
                   one.candidate.rule == candidate.rule;
          });
      if (match != known.hosts.end()) hosts.push_back(ShownAs(*match));
    }
  }
  for (const Match& match : known.hosts) {
    if (!HasConsent(match)) hosts.push_back(ShownAs(match));
  }
  return hosts;
}

// How long ago Zoom was asked for all that the credentials host.
absl::Status AddSyncs(store::Records& records, Explanation& explanation) {
  JOINPASS_ASSIGN_OR_RETURN(const auto credentials, records.ListCredentials(""));
  explanation.credentials = static_cast<int>(credentials.size());
  absl::Time first = absl::InfiniteFuture();
  for (const store::CredentialRecord& credential : credentials) {
    JOINPASS_ASSIGN_OR_RETURN(const auto sync, records.FindSync(credential.id));
    if (sync && sync->completed_at != absl::InfinitePast()) {
      first = std::min(first, sync->completed_at);
    } else {
      ++explanation.never_synced;
    }
  }
  if (first != absl::InfiniteFuture()) explanation.synced_at = first;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Resolution> Resolve(store::Records& records, ServingConsents& consents,
                                   const MeetingLink& link, const std::vector<std::string>& hints,
                                   absl::Time now) {
  JOINPASS_ASSIGN_OR_RETURN(Knowledge known, Gather(records, consents, link, Ask::kWho, now));
  JOINPASS_RETURN_IF_ERROR(AddHinted(records, link, hints, known));
  return Judge(known, link);
}

absl::StatusOr<Explanation> Explain(store::Records& records, ServingConsents& consents,
                                    const MeetingLink& link, absl::Time now) {
  JOINPASS_ASSIGN_OR_RETURN(const Knowledge known, Gather(records, consents, link, Ask::kWhy, now));
  const absl::StatusOr<Resolution> found = Judge(known, link);
  Explanation explanation;
  JOINPASS_RETURN_IF_ERROR(AddSyncs(records, explanation));
  explanation.meeting_number = found.ok() ? found->meeting_number : link.number();
  explanation.vanity_name = link.vanity_name();
  explanation.hosts = ShownAs(known, found);
  explanation.deleted_at = known.deleted_at;
  explanation.outcome = found.status();
  explanation.text = TextOf(explanation, now);
  return explanation;
}

}  // namespace joinpass::directory
