#include "directory/explain.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "joinpass/reason.h"

namespace joinpass::directory {
namespace {

std::string SubjectOf(const Explanation& explanation) {
  if (explanation.vanity_name.empty()) return absl::StrCat("meeting ", explanation.meeting_number);
  std::string subject = absl::StrCat("personal link ", explanation.vanity_name);
  if (explanation.meeting_number != 0) {
    absl::StrAppend(&subject, ", which leads to the room ", explanation.meeting_number);
  }
  return subject;
}

const char* BasisOf(MatchRule rule) {
  switch (rule) {
    case MatchRule::kScheduled:
      return "who hosts it by his list of meetings";
    case MatchRule::kInstant:
      return "who began it";
    case MatchRule::kWebinar:
      return "who hosts it by his list of webinars";
    case MatchRule::kPersonalMeetingId:
      return "whose personal meeting id it is";
    case MatchRule::kVanityName:
      return "whose personal link it is";
    case MatchRule::kHint:
      return "whom the caller takes for the host";
  }
  return "";
}

std::string LineOf(const KnownHost& host, absl::Time now) {
  const Candidate& candidate = host.candidate;
  std::string line =
      absl::StrCat("user ", candidate.host_user_id, ", ", BasisOf(candidate.rule), " (learnt ",
                   AgeText(candidate.learnt_at, now), ", for ", candidate.app_id, "): ");
  if (candidate.credential_id.empty()) return line + "none of the consents is his";
  absl::StrAppend(&line, candidate.credential_id, ", ", base::ToAbsl(HealthName(host.health)));
  if (!host.cause.empty()) absl::StrAppend(&line, " (", host.cause, ")");
  return line;
}

// When Zoom was last asked for all that the credentials host.
std::string SyncsOf(const Explanation& explanation, absl::Time now) {
  if (explanation.credentials == 0) return "";
  if (explanation.never_synced == explanation.credentials) return ", none of them ever synced";
  std::string syncs =
      absl::StrCat(", last synced ", AgeText(explanation.synced_at, now),
                   explanation.credentials - explanation.never_synced > 1 ? " or later" : "");
  if (explanation.never_synced > 0) {
    absl::StrAppend(&syncs, "; never: ", explanation.never_synced);
  }
  return syncs;
}

// What a credential that is not well asks for.
std::string AdviceFor(const KnownHost& host) {
  switch (host.health) {
    case Health::kHealthy:
      break;
    case Health::kIdentifying:
      return "Nothing is to be done: Zoom is being asked whose the consent is.";
    case Health::kPaused:
      return "A token may still be had; see what pauses the credential in its log.";
    case Health::kReauthorizationRequired:
      return std::string(ReasonAdvice(Reason::kReauthorizationRequired));
    case Health::kDisconnecting:
      return std::string(ReasonAdvice(Reason::kCredentialDisconnecting));
  }
  return "A recording token is asked for through the first.";
}

std::string AdviceFor(const Explanation& explanation) {
  if (explanation.outcome.ok() && !explanation.hosts.empty()) {
    return AdviceFor(explanation.hosts.front());
  }
  if (ReasonOf(explanation.outcome) != Reason::kHostNotConnected) {
    return Describe(explanation.outcome);
  }
  if (!explanation.hosts.empty()) {
    return "Have this host consent, or an administrator of his account.";
  }
  if (explanation.credentials == 0) return "Have a host consent: there is no credential yet.";
  return "If the host has consented, sync his credential: what was made since the last sync is "
         "not known. Else have him consent.";
}

}  // namespace

std::string AgeText(absl::Time at, absl::Time now) {
  if (at == absl::InfinitePast()) return "at an unknown time";
  const absl::Duration age = now - at;
  constexpr std::pair<absl::Duration (*)(std::int64_t), const char*> kUnits[] = {
      {[](std::int64_t n) { return absl::Hours(24 * n); }, "days"},
      {[](std::int64_t n) { return absl::Hours(n); }, "hours"},
      {[](std::int64_t n) { return absl::Minutes(n); }, "minutes"},
  };
  for (const auto& [unit, name] : kUnits) {
    if (age >= unit(2)) return absl::StrCat(age / unit(1), " ", name, " ago");
  }
  return age < absl::Seconds(2) ? "just now"
                                : absl::StrCat(absl::ToInt64Seconds(age), " seconds ago");
}

std::string TextOf(const Explanation& explanation, absl::Time now) {
  std::string text = SubjectOf(explanation);
  for (const KnownHost& host : explanation.hosts) absl::StrAppend(&text, "\n  ", LineOf(host, now));
  if (explanation.deleted_at != absl::InfinitePast()) {
    absl::StrAppend(&text, "\n  a meeting of this number went ",
                    AgeText(explanation.deleted_at, now));
  }
  if (explanation.hosts.empty()) {
    absl::StrAppend(&text, "\n  nobody is known to host it; credentials: ", explanation.credentials,
                    SyncsOf(explanation, now));
  }
  return absl::StrCat(text, "\n", AdviceFor(explanation));
}

}  // namespace joinpass::directory
