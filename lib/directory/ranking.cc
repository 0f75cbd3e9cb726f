#include "directory/ranking.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace joinpass::directory {
namespace {

// Of the meeting itself, of whatever kind, before its host's room and name.
int RankOf(MatchRule rule) {
  const bool exact = rule == MatchRule::kInstant || rule == MatchRule::kWebinar;
  return static_cast<int>(exact ? MatchRule::kScheduled : rule);
}

}  // namespace

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

Resolution Rank(std::vector<Match> matches) {
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::make_tuple(a.health != Health::kHealthy, RankOf(a.candidate.rule),
                           b.candidate.learnt_at) < std::make_tuple(b.health != Health::kHealthy,
                                                                    RankOf(b.candidate.rule),
                                                                    a.candidate.learnt_at);
  });
  Resolution resolution;
  if (!matches.empty()) resolution.meeting_number = matches.front().number;
  std::set<std::pair<std::string, std::string>> seen;
  std::set<std::string> seen_credentials;
  for (Match& match : matches) {
    if (match.number != resolution.meeting_number) continue;
    const Candidate& candidate = match.candidate;
    if (!seen.emplace(candidate.credential_id, candidate.host_user_id).second) continue;
    const bool is_new = seen_credentials.insert(candidate.credential_id).second;
    if (candidate.host_user_id.empty() && !is_new) continue;  // says less than what stands before
    resolution.candidates.push_back(std::move(match.candidate));
  }
  return resolution;
}

}  // namespace joinpass::directory

namespace joinpass {

std::string_view MatchRuleName(MatchRule rule) {
  switch (rule) {
    case MatchRule::kScheduled:
      return "scheduled";
    case MatchRule::kInstant:
      return "instant";
    case MatchRule::kWebinar:
      return "webinar";
    case MatchRule::kPersonalMeetingId:
      return "personal_meeting_id";
    case MatchRule::kVanityName:
      return "vanity_name";
    case MatchRule::kHint:
      return "hint";
  }
  return "unknown";
}

}  // namespace joinpass
