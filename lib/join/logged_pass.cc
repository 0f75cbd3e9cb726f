#include "join/logged_pass.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/text.h"

namespace joinpass {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string PartText(std::string_view name, const LoggedPart& part) {
  if (!part.wanted) return "";
  std::string line = absl::StrCat("  ", base::ToAbsl(name), ": ");
  if (part.held) {
    absl::StrAppend(&line, part.credential_id.empty() ? "from a URL" : "through ",
                    part.credential_id, ", good until ", TimeText(part.expires_at));
  } else {
    absl::StrAppend(&line, "none");
    if (!part.credential_id.empty()) absl::StrAppend(&line, ", asked of ", part.credential_id);
    if (!part.why_not.ok()) absl::StrAppend(&line, ", ", Describe(part.why_not));
  }
  return line + "\n";
}

std::string_view IdentityText(Identity identity) {
  return identity == Identity::kZak ? "ZAK" : "on-behalf-of token";
}

// What the SDK called it.
std::string ToldText(const SdkOutcome& outcome) {
  using Kind = SdkOutcome::Kind;
  switch (outcome.kind) {
    case Kind::kAuthenticated:
      return absl::StrCat("onAuthenticationReturn(", outcome.code, ")");
    case Kind::kJoinReturned:
      return absl::StrCat("Join() returned ", outcome.code);
    case Kind::kStatusChanged:
      return absl::StrCat("onMeetingStatusChanged(", outcome.code, ", ", outcome.result, ")");
    case Kind::kConnectTimedOut:
      return "still connecting";
    case Kind::kRecordingReturned:
      return absl::StrCat("recording returned ", outcome.code);
    case Kind::kPrivilegeAnswered:
      return absl::StrCat("the privilege was answered with ", outcome.code);
    case Kind::kPrivilegeChanged:
      return outcome.code != 0 ? "may record" : "may not record";
  }
  return "";
}

std::string OutcomeText(const LoggedOutcome& outcome) {
  std::string line = absl::StrCat("  ", TimeText(outcome.at), " ", ToldText(outcome.outcome), ": ",
                                  base::ToAbsl(StepName(outcome.next.step)));
  if (outcome.next.wait > absl::ZeroDuration()) {
    absl::StrAppend(&line, " after ", absl::FormatDuration(outcome.next.wait));
  }
  if (!outcome.next.why.ok()) absl::StrAppend(&line, ", ", Describe(outcome.next.why));
  return line + "\n";
}

}  // namespace

std::string Describe(const LoggedPass& pass) {
  std::string text = absl::StrCat(TimeText(pass.at), " ", pass.id, ", attempt ", pass.attempt,
                                  " of ", pass.join_id, ", ");
  if (pass.meeting_number != 0) {
    absl::StrAppend(&text, "meeting ", pass.meeting_number);
  } else {
    absl::StrAppend(&text, "personal link ", pass.vanity_name);
  }
  if (!pass.host_user_id.empty()) absl::StrAppend(&text, " of user ", pass.host_user_id);
  if (pass.minted_ahead) absl::StrAppend(&text, ", minted ahead");
  absl::StrAppend(&text, "\n", PartText("recording token", pass.recording),
                  PartText(IdentityText(pass.identity_kind), pass.identity));
  if (!pass.error.ok()) absl::StrAppend(&text, "  no pass: ", Describe(pass.error), "\n");
  for (const LoggedOutcome& outcome : pass.outcomes) absl::StrAppend(&text, OutcomeText(outcome));
  return text;
}

}  // namespace joinpass

namespace joinpass::join {
namespace {

constexpr std::size_t kMostOutcomes = 8;

LoggedPart PartOf(bool wanted, const std::vector<Owner>& asked, const JoinPass::Token* token,
                  const base::Moment& now) {
  LoggedPart part;
  part.wanted = wanted;
  if (!wanted) return part;
  part.held = token != nullptr && !token->value.empty();
  if (part.held) {
    part.credential_id = token->credential_id;
    part.expires_at = now.wall + (token->expires_at - now.steady);
  } else if (!asked.empty()) {
    part.credential_id = asked.front().credential_id;
  }
  return part;
}

}  // namespace

LoggedPass LogOf(const JoinRequest& request, const Findings& known, const Plan& plan,
                 const absl::StatusOr<JoinPass>& pass, const base::Moment& now) {
  LoggedPass logged;
  logged.at = now.wall;
  logged.vanity_name = request.link.vanity_name();
  logged.meeting_number = request.link.number();
  if (known.resolution.ok()) {
    if (logged.meeting_number == 0) logged.meeting_number = known.resolution->meeting_number;
    if (!known.resolution->candidates.empty()) {
      logged.host_user_id = known.resolution->candidates.front().host_user_id;
    }
  }
  logged.identity_kind = request.identity;
  logged.error = pass.status();
  logged.recording = PartOf(Wants(request, PassPart::kRecordingToken), plan.recording,
                            pass.ok() ? &pass->recording() : nullptr, now);
  logged.identity = PartOf(Wants(request, PassPart::kIdentity), plan.identity,
                           pass.ok() ? &pass->identity_token() : nullptr, now);
  if (!pass.ok()) return logged;
  for (const Shortfall& shortfall : pass->shortfalls()) {
    const bool is_recording = shortfall.part == PassPart::kRecordingToken;
    (is_recording ? logged.recording : logged.identity).why_not = shortfall.why;
  }
  return logged;
}

bool IsTelling(const SdkOutcome& outcome, const NextStep& next) {
  using Kind = SdkOutcome::Kind;
  if (next.step != Step::kGoOn || !next.why.ok()) return true;
  return outcome.kind == Kind::kRecordingReturned || outcome.kind == Kind::kPrivilegeAnswered ||
         outcome.kind == Kind::kPrivilegeChanged;
}

void AddOutcome(LoggedOutcome outcome, LoggedPass& pass) {
  if (pass.outcomes.size() >= kMostOutcomes) pass.outcomes.erase(pass.outcomes.begin());
  pass.outcomes.push_back(std::move(outcome));
}

}  // namespace joinpass::join
