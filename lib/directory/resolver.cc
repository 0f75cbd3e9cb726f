#include "directory/resolver.h"

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "directory/ranking.h"
#include "oauth/health.h"

namespace joinpass::directory {
namespace {

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

MatchRule RuleOf(store::MeetingKind kind) {
  switch (kind) {
    case store::MeetingKind::kScheduled:
      break;
    case store::MeetingKind::kWebinar:
      return MatchRule::kWebinar;
    case store::MeetingKind::kInstant:
      return MatchRule::kInstant;
  }
  return MatchRule::kScheduled;
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
absl::Status NoteDamage(const absl::Status& error, absl::Status& first) {
  if (!store::Records::ConcernsOneRow(error)) return error;
  first.Update(error);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Match>> HostsOfNumber(store::Records& records, std::uint64_t number) {
  std::vector<Match> hosts;
  absl::Status damage;
  const auto meetings = records.FindMeetings(number);
  if (!meetings.ok()) JOINPASS_RETURN_IF_ERROR(NoteDamage(meetings.status(), damage));
  if (meetings.ok()) {
    for (const store::MeetingRecord& meeting : *meetings) {
      hosts.push_back(HostOf(meeting));
    }
  }
  const auto owners = records.FindHostsByPersonalMeetingId(number);
  if (!owners.ok()) JOINPASS_RETURN_IF_ERROR(NoteDamage(owners.status(), damage));
  if (owners.ok()) {
    for (const store::HostRecord& owner : *owners) {
      hosts.push_back(HostOf(owner, MatchRule::kPersonalMeetingId, owner.personal_meeting_id.at));
    }
  }
  if (hosts.empty() && !damage.ok()) return damage;
  return hosts;
}

absl::StatusOr<std::vector<Match>> HostsOfName(store::Records& records, const std::string& name) {
  std::vector<Match> hosts;
  JOINPASS_ASSIGN_OR_RETURN(const auto owners, records.FindHostsByVanityName(name));
  for (const store::HostRecord& owner : owners) {
    // Without a PMI there is no room behind the name.
    if (owner.personal_meeting_id.value == 0) continue;
    hosts.push_back(HostOf(owner, MatchRule::kVanityName, owner.vanity_name.at));
  }
  return hosts;
}

// The consent that serves the host: his own, or his account's, as the app is.
absl::StatusOr<store::CredentialRecord> CredentialOf(store::Records& records,
                                                     const Candidate& host) {
  auto own = records.FindCredential(host.app_id, store::Principal::User(host.host_user_id));
  if (own.ok() || ReasonOf(own.status()) != Reason::kCredentialUnknown) return own;
  if (host.host_account_id.empty()) return own;
  return records.FindCredential(host.app_id, store::Principal::Account(host.host_account_id));
}

// The hosts whose consent we hold, ranked.
absl::StatusOr<Resolution> CandidatesOf(store::Records& records, std::vector<Match> hosts) {
  std::vector<Match> matches;
  absl::Status damage;
  for (Match& match : hosts) {
    const auto credential = CredentialOf(records, match.candidate);
    if (!credential.ok()) {
      if (ReasonOf(credential.status()) == Reason::kCredentialUnknown) continue;
      JOINPASS_RETURN_IF_ERROR(NoteDamage(credential.status(), damage));
      continue;
    }
    if (credential->health == Health::kDisconnecting) continue;
    const auto app = records.GetApp(credential->app_id);
    if (!app.ok()) {
      JOINPASS_RETURN_IF_ERROR(NoteDamage(app.status(), damage));
      continue;
    }
    match.candidate.credential_id = credential->id;
    match.candidate.host_account_id = credential->account_id;
    match.health = oauth::HealthOf(*credential, *app).health;
    matches.push_back(std::move(match));
  }
  if (matches.empty() && !damage.ok()) return damage;
  return Rank(std::move(matches));
}

}  // namespace

absl::StatusOr<Resolution> Resolve(store::Records& records, const MeetingLink& link,
                                   absl::Time now) {
  JOINPASS_ASSIGN_OR_RETURN(std::vector<Match> hosts,
                            link.number() != 0 ? HostsOfNumber(records, link.number())
                                               : HostsOfName(records, link.vanity_name()));
  // By a clock that was ahead: nobody knows when.
  for (Match& host : hosts) {
    absl::Time& learnt_at = host.candidate.learnt_at;
    if (learnt_at > store::LatestLearnt(now)) learnt_at = absl::InfinitePast();
  }
  if (hosts.empty()) {
    return base::MakeError(Reason::kHostNotConnected,
                           link.number() != 0
                               ? "resolve: no meeting and no personal meeting id has this number"
                               : "resolve: nobody is known to have this personal link");
  }
  JOINPASS_ASSIGN_OR_RETURN(Resolution resolution, CandidatesOf(records, std::move(hosts)));
  if (resolution.candidates.empty()) {
    return base::MakeError(Reason::kHostNotConnected,
                           "resolve: the host is known, but none of the consents is his");
  }
  return resolution;
}

}  // namespace joinpass::directory
