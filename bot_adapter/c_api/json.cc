#include "c_api/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "joinpass/reason.h"

namespace joinpass::c_api {
namespace {

namespace json = boost::json;

json::value TimeOf(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  return json::value(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()));
}

json::value MillisecondsOf(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return nullptr;
  return absl::ToInt64Milliseconds(absl::Ceil(duration, absl::Milliseconds(1)));
}

json::array ListOf(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

template <typename T, typename ToValue>
json::array ListOf(const std::vector<T>& items, ToValue to_value) {
  json::array list;
  for (const T& item : items) list.push_back(to_value(item));
  return list;
}

// Null of an OK status.
json::value ErrorOf(const absl::Status& status) {
  if (status.ok()) return nullptr;
  const ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo{.reason = ReasonOf(status)});
  return json::object{
      {"reason", ReasonName(info.reason)},
      {"cause", CauseName(info.cause)},
      {"befell", info.befell ? ReasonName(*info.befell) : std::string_view()},
      {"message", std::string_view(status.message().data(), status.message().size())},
      {"description", Describe(status)},
      {"http_status", info.http_status},
      {"zoom_code", info.zoom_code},
      {"tracking_id", info.tracking_id},
      {"server_text", info.server_text},
      {"request_left", info.request_left},
      {"missing_scopes", ListOf(info.missing_scopes)},
      {"retry_at", TimeOf(info.retry_at.value_or(absl::InfinitePast()))},
  };
}

// Null where only a personal link's name is known.
json::value NumberOf(std::uint64_t meeting_number) {
  if (meeting_number == 0) return nullptr;
  return meeting_number;
}

std::string_view IdentityName(Identity identity) {
  switch (identity) {
    case Identity::kNone:
      return "none";
    case Identity::kZak:
      return "zak";
    case Identity::kOnBehalfOf:
      return "on_behalf_of";
  }
  return "none";
}

std::string_view AppKindName(AppKind kind) {
  return kind == AppKind::kAccountManaged ? "account_managed" : "user_managed";
}

std::string_view OutcomeKindName(SdkOutcome::Kind kind) {
  switch (kind) {
    case SdkOutcome::Kind::kAuthenticated:
      return "authenticated";
    case SdkOutcome::Kind::kJoinReturned:
      return "join_returned";
    case SdkOutcome::Kind::kStatusChanged:
      return "status_changed";
    case SdkOutcome::Kind::kConnectTimedOut:
      return "connect_timed_out";
    case SdkOutcome::Kind::kRecordingReturned:
      return "recording_returned";
    case SdkOutcome::Kind::kPrivilegeAnswered:
      return "privilege_answered";
    case SdkOutcome::Kind::kPrivilegeChanged:
      return "privilege_changed";
  }
  return "";
}

json::value ValueOf(const LoggedPart& part) {
  return json::object{{"wanted", part.wanted},
                      {"held", part.held},
                      {"credential_id", part.credential_id},
                      {"expires_at", TimeOf(part.expires_at)},
                      {"why_not", ErrorOf(part.why_not)}};
}

json::value ValueOf(const LoggedOutcome& outcome) {
  return json::object{{"at", TimeOf(outcome.at)},
                      {"kind", OutcomeKindName(outcome.outcome.kind)},
                      {"code", outcome.outcome.code},
                      {"result", outcome.outcome.result},
                      {"step", StepName(outcome.next.step)},
                      {"wait_ms", MillisecondsOf(outcome.next.wait)},
                      {"why", ErrorOf(outcome.next.why)}};
}

json::value ValueOf(const LoggedPass& pass) {
  return json::object{
      {"id", pass.id},
      {"join_id", pass.join_id},
      {"attempt", pass.attempt},
      {"at", TimeOf(pass.at)},
      {"meeting_number", NumberOf(pass.meeting_number)},
      {"vanity_name", pass.vanity_name},
      {"host_user_id", pass.host_user_id},
      {"minted_ahead", pass.minted_ahead},
      {"recording", ValueOf(pass.recording)},
      {"identity_kind", IdentityName(pass.identity_kind)},
      {"identity", ValueOf(pass.identity)},
      {"error", ErrorOf(pass.error)},
      {"outcomes", ListOf(pass.outcomes, [](const LoggedOutcome& one) { return ValueOf(one); })},
      {"text", Describe(pass)}};
}

json::value ValueOf(const App& app) {
  return json::object{{"id", app.id},
                      {"kind", AppKindName(app.kind)},
                      {"client_id", app.client_id},
                      {"webhook_secrets", app.webhook_secrets},
                      {"paused_since", TimeOf(app.paused_since.value_or(absl::InfinitePast()))},
                      {"created_at", TimeOf(app.created_at)}};
}

json::value ValueOf(const MissingScope& missing) {
  return json::object{{"feature", FeatureName(missing.feature)},
                      {"any_of", ListOf(missing.any_of)}};
}

json::value ValueOf(const Credential& credential) {
  return json::object{
      {"id", credential.id},
      {"app_id", credential.app_id},
      {"kind", credential.kind == CredentialKind::kDelegated ? "delegated" : "managed"},
      {"user_id", credential.user_id},
      {"account_id", credential.account_id},
      {"email", credential.email},
      {"scopes", ListOf(credential.scopes)},
      {"missing", ListOf(credential.missing, [](const MissingScope& one) { return ValueOf(one); })},
      {"health", HealthName(credential.health)},
      {"health_since", TimeOf(credential.health_since)},
      {"cause", credential.cause},
      {"connected_at", TimeOf(credential.connected_at)},
      {"refreshed_at", TimeOf(credential.refreshed_at)},
      {"access_expires_at", TimeOf(credential.access_expires_at)}};
}

json::value ValueOf(const CredentialEvent& event) {
  return json::object{{"kind", CredentialEventName(event.kind)},
                      {"reason", event.reason},
                      {"first_at", TimeOf(event.first_at)},
                      {"last_at", TimeOf(event.last_at)},
                      {"times", event.times},
                      {"tracking_id", event.tracking_id},
                      {"http_status", event.http_status},
                      {"zoom_code", event.zoom_code}};
}

json::value ValueOf(const Candidate& candidate) {
  return json::object{
      {"credential_id", candidate.credential_id},     {"app_id", candidate.app_id},
      {"app_kind", AppKindName(candidate.app_kind)},  {"host_user_id", candidate.host_user_id},
      {"host_account_id", candidate.host_account_id}, {"rule", MatchRuleName(candidate.rule)},
      {"learnt_at", TimeOf(candidate.learnt_at)}};
}

json::value ValueOf(const Finding& finding) {
  return json::object{{"point", CheckPointName(finding.point)},
                      {"error", ErrorOf(finding.status)},
                      {"credential_id", finding.credential_id},
                      {"actor", ActorName(finding.actor)}};
}

template <typename T>
std::string Lines(const std::vector<T>& items) {
  return json::serialize(ListOf(items, [](const T& one) { return ValueOf(one); }));
}

}  // namespace

std::string Json(const UpkeepReport& report) {
  return json::serialize(json::object{{"refreshed", report.refreshed},
                                      {"settled", report.settled},
                                      {"disconnected", report.disconnected},
                                      {"failed", report.failed}});
}

std::string Json(const std::vector<LoggedPass>& passes) { return Lines(passes); }
std::string Json(const std::vector<App>& apps) { return Lines(apps); }
std::string Json(const Credential& credential) { return json::serialize(ValueOf(credential)); }
std::string Json(const std::vector<Credential>& credentials) { return Lines(credentials); }
std::string Json(const std::vector<CredentialEvent>& events) { return Lines(events); }

std::string Json(const Disconnected& disconnected) {
  return json::serialize(
      json::object{{"revoked", disconnected.revoked}, {"why_not", ErrorOf(disconnected.why_not)}});
}

std::string Json(const SyncReport& report) {
  return json::serialize(json::object{{"users", report.users},
                                      {"meetings", report.meetings},
                                      {"webinars", report.webinars},
                                      {"removed", report.removed},
                                      {"pages", report.pages},
                                      {"calls", report.calls},
                                      {"has_personal_meeting_id", report.has_personal_meeting_id},
                                      {"synced_at", TimeOf(report.synced_at)}});
}

std::string Json(const SyncProgress& progress) {
  return json::serialize(json::object{{"credential_id", progress.credential_id},
                                      {"state", SyncStateName(progress.state)},
                                      {"reason", progress.reason},
                                      {"users", progress.users},
                                      {"users_in_all", progress.users_in_all},
                                      {"meetings", progress.meetings},
                                      {"webinars", progress.webinars},
                                      {"removed", progress.removed},
                                      {"calls", progress.calls},
                                      {"time_left_ms", MillisecondsOf(progress.time_left)},
                                      {"began_at", TimeOf(progress.began_at)},
                                      {"changed_at", TimeOf(progress.changed_at)},
                                      {"completed_at", TimeOf(progress.completed_at)}});
}

std::string Json(const Resolution& resolution) {
  return json::serialize(json::object{
      {"meeting_number", NumberOf(resolution.meeting_number)},
      {"candidates",
       ListOf(resolution.candidates, [](const Candidate& one) { return ValueOf(one); })}});
}

std::string Json(const JoinCheck& check) {
  return json::serialize(json::object{
      {"all_can_be_had", check.all_can_be_had},
      {"meeting_number", NumberOf(check.meeting_number)},
      {"findings", ListOf(check.findings, [](const Finding& one) { return ValueOf(one); })}});
}

std::string Json(const WebhookAnswer& answer) {
  return json::serialize(json::object{{"outcome", WebhookOutcomeName(answer.outcome)},
                                      {"event", answer.event},
                                      {"error", ErrorOf(answer.why)}});
}

}  // namespace joinpass::c_api
