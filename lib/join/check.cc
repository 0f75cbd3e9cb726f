// What Session::Check() looks at, and who can do something about what it finds.

#include "joinpass/check.h"

#include <set>
#include <utility>

#include "base/status.h"
#include "join/session.h"
#include "zoom/endpoints.h"

namespace joinpass::join {
namespace {

void Note(CheckPoint point, const absl::Status& status, std::string credential_id, bool of_account,
          JoinCheck& check) {
  Finding finding;
  finding.point = point;
  finding.status = status;
  finding.credential_id = std::move(credential_id);
  if (!status.ok()) {
    const ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo());
    finding.actor = ActorFor(info.reason, info.cause,
                             of_account ? AppKind::kAccountManaged : AppKind::kUserManaged);
  }
  check.findings.push_back(std::move(finding));
}

absl::Status CheckScopes(const oauth::Grant& grant, const std::set<Feature>& features) {
  absl::Status status;
  for (const Feature feature : features) status.Update(oauth::CheckScope(grant, feature));
  return status;
}

bool MayReadSettings(const oauth::Grant& grant) {
  return grant.scopes_known && oauth::CheckScope(grant, Feature::kReadSettings).ok();
}

}  // namespace

std::vector<Session::Checked> Session::WhomToCheck(const Findings& known) const {
  std::vector<Checked> all;
  const auto add = [&all](const Owner& owner, Feature feature) {
    for (Checked& one : all) {
      if (one.owner.credential_id != owner.credential_id) continue;
      one.features.insert(feature);
      return;
    }
    all.push_back({owner, {feature}});
  };
  if (Wants(request_, PassPart::kRecordingToken) && request_.token_urls.join_token_url.empty() &&
      known.resolution.ok()) {
    for (const Owner& host : HostsOf(*known.resolution)) {
      add(host, host.of_webinar ? Feature::kWebinarRecordingToken : Feature::kRecordingToken);
    }
  }
  if (Wants(request_, PassPart::kIdentity) && known.identity_owners.ok()) {
    const Feature feature =
        request_.identity == Identity::kZak ? Feature::kZak : Feature::kOnBehalfOf;
    for (const Owner& owner : *known.identity_owners) add(owner, feature);
  }
  return all;
}

base::Task<bool> Session::CheckConsent(Checked checked, SteadyTime deadline, JoinCheck& check) {
  const std::string id = checked.owner.credential_id;
  const bool of_account = checked.owner.of_account;
  const absl::StatusOr<oauth::Grant> grant = co_await services_.tokens.Get(id, deadline);
  Note(CheckPoint::kConsent, grant.status(), id, of_account, check);
  if (!grant.ok()) co_return false;
  Note(CheckPoint::kScopes, CheckScopes(*grant, checked.features), id, of_account, check);
  const bool is_host = checked.features.count(Feature::kRecordingToken) > 0 ||
                       checked.features.count(Feature::kWebinarRecordingToken) > 0;
  if (!is_host || checked.owner.user_id.empty() || !MayReadSettings(*grant)) co_return true;
  zoom::Endpoint<zoom::UserSettings> endpoint =
      zoom::GetUserSettings(zoom::Whom::User(checked.owner.user_id));
  const absl::StatusOr<oauth::Called<zoom::UserSettings>> settings =
      co_await services_.calls.Call(std::move(endpoint), id, deadline);
  absl::Status status = settings.status();
  if (settings.ok()) {
    if (!settings->value.local_recording) co_return true;
    if (!*settings->value.local_recording) {
      status = base::MakeError(Reason::kLocalRecordingDisabled,
                               "check: the host's settings have it off");
    }
  }
  Note(CheckPoint::kLocalRecording, status, id, of_account, check);
  co_return true;
}

base::Task<absl::StatusOr<JoinCheck>> Session::Check(SteadyTime deadline) {
  const auto self = shared_from_this();
  const SteadyTime now = services_.context.clock.SteadyNow();
  const Findings known = co_await Find(now + (deadline - now) / 2);
  JoinCheck check;
  check.meeting_number =
      known.resolution.ok() ? known.resolution->meeting_number : request_.link.number();
  if (NeedsHost(request_)) {
    Note(CheckPoint::kHost, known.resolution.status(), "", false, check);
  }
  bool of_account = false;
  std::vector<Checked> whom = WhomToCheck(known);
  for (Checked& one : whom) {
    of_account = of_account || one.owner.of_account;
    co_await CheckConsent(std::move(one), deadline, check);
  }
  const Plan plan = MakePlan(request_, known);
  MintedParts parts =
      co_await services_.minter.Mint(plan, request_, check.meeting_number, deadline);
  if (services_.context.closing->begun()) {
    co_return base::MakeError(Reason::kCancelled, "check: the engine is closing");
  }
  const bool identity = Wants(request_, PassPart::kIdentity);
  if (identity) PartWithOne(request_, {}, parts);
  if (Wants(request_, PassPart::kRecordingToken)) {
    Note(CheckPoint::kRecordingToken, parts.recording.status(), "", of_account, check);
  }
  if (identity) Note(CheckPoint::kIdentity, parts.identity.status(), "", of_account, check);
  check.all_can_be_had = (!Wants(request_, PassPart::kRecordingToken) || parts.recording.ok()) &&
                         (!identity || parts.identity.ok());
  co_return check;
}

}  // namespace joinpass::join

namespace joinpass {

Actor ActorFor(Reason reason, Cause cause, AppKind kind) {
  const Actor consenter = kind == AppKind::kAccountManaged ? Actor::kAccountAdmin : Actor::kHost;
  switch (reason) {
    case Reason::kHostNotConnected:
    case Reason::kReauthorizationRequired:
    case Reason::kConsentDeclined:
    case Reason::kConsenterUnexpected:
    case Reason::kConsentStateInvalid:
    case Reason::kCredentialUnknown:
    case Reason::kCredentialDisconnecting:
      return consenter;
    case Reason::kLocalRecordingDisabled:
    case Reason::kMeetingNotStarted:
    case Reason::kMeetingLocked:
    case Reason::kMeetingFull:
    case Reason::kMeetingRestricted:
    case Reason::kRemovedFromMeeting:
    case Reason::kOwnerNotPresent:
    case Reason::kRecordingDenied:
    case Reason::kRecordingNotSupported:
      return Actor::kHost;
    case Reason::kHostingNotAllowed:
    case Reason::kPermissionDenied:
    case Reason::kAppBlocked:
      return Actor::kAccountAdmin;
    case Reason::kAppCredentialsInvalid:
      return cause == Cause::kNone ? Actor::kOperator : Actor::kAppOwner;
    case Reason::kScopeMissing:
    case Reason::kAppNotPublished:
      return Actor::kAppOwner;
    case Reason::kMeetingOver:
    case Reason::kRateLimited:
    case Reason::kZoomUnavailable:
    case Reason::kRefreshBusy:
    case Reason::kRefreshUnanswered:
    case Reason::kDeadlineExceeded:
    case Reason::kCancelled:
      return Actor::kNobody;
    default:
      return Actor::kOperator;
  }
}

}  // namespace joinpass
