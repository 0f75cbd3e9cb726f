#include "fake_zoom/control.h"

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "base/status.h"
#include "fake_zoom/fields.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

constexpr double kMaxAdvance = 60.0 * 60 * 24 * 365 * 100;
constexpr std::int64_t kMaxNumber = 99'999'999'999;

// One control call: reads its fields from the body, answers with an object.
struct Control {
  FakeZoom& fake;
  Fields& body;
  absl::Status& status;

  // Whether every field was right, and none is left: nothing is done before.
  bool Ready() {
    body.Done();
    return status.ok();
  }
};

using Answerer = json::object (*)(Control&);

std::string WriteTime(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

json::object GetNow(Control& control) {
  const absl::Time now = control.fake.Now();
  return {{"now", WriteTime(now)}, {"unix", absl::ToUnixSeconds(now)}};
}

json::object PostAdvance(Control& control) {
  const double seconds = control.body.Real("seconds", 0, 0, kMaxAdvance);
  if (control.Ready()) control.fake.Advance(absl::Seconds(seconds));
  return GetNow(control);
}

json::object GetCalls(Control& control) {
  json::object calls;
  for (const auto& [name, count] : control.fake.AllCalls()) calls[name] = count;
  const ConnectionCounts counts = control.fake.Connections();
  return {{"calls", std::move(calls)},
          {"connections", counts.accepted},
          {"handshakes", counts.handshakes},
          {"resumed", counts.resumed}};
}

json::object PostResetCalls(Control& control) {
  if (control.Ready()) control.fake.ResetCalls();
  return {};
}

json::object PostFault(Control& control) {
  Fault fault;
  fault.endpoint = control.body.RequiredText("endpoint");
  const auto kind = FaultKindNamed(control.body.RequiredText("kind"));
  if (!kind) control.body.Fail("kind", "is none of the faults in README.md");
  fault.kind = kind.value_or(fault.kind);
  fault.times = static_cast<int>(control.body.Number("times", 1, 1, 1'000'000));
  fault.delay = absl::Seconds(control.body.Real("seconds", 30, 0, kMaxAdvance));
  fault.at_byte = static_cast<std::size_t>(control.body.Number("at_byte", 0, 0, 1 << 30));
  fault.status = static_cast<int>(control.body.Number("status", 502, 400, 599));
  if (control.body.Has("acts")) fault.acts = control.body.Flag("acts", true);
  if (control.Ready()) control.status = control.fake.SetFault(fault);
  return {};
}

json::object PostClearFaults(Control& control) {
  if (control.Ready()) control.fake.ClearFaults();
  return {};
}

json::object PostRelease(Control& control) {
  if (control.Ready()) control.fake.Release();
  return {};
}

json::object PostRedeem(Control& control) {
  RedeemRequest request;
  request.client_id = control.body.RequiredText("client_id");
  request.meeting_number = control.body.Number("meeting_number", 0, 1, kMaxNumber);
  request.recording_token = control.body.Text("recording_token", "");
  request.zak = control.body.Text("zak", "");
  request.on_behalf_token = control.body.Text("on_behalf_token", "");
  if (control.body.Has("passcode")) request.passcode = control.body.Text("passcode", "");
  if (!control.Ready()) return {};
  const RedeemAnswer answer = control.fake.Redeem(request);
  return {{"joined", answer.joined},
          {"fail_code", answer.fail_code},
          {"reason", answer.reason},
          {"may_record", answer.may_record},
          {"in_waiting_room", answer.in_waiting_room}};
}

json::object PostPresent(Control& control) {
  const std::string email = control.body.RequiredText("email");
  const std::int64_t meeting = control.body.Number("meeting_number", 0, 1, kMaxNumber);
  const bool present = control.body.Flag("present", true);
  if (control.Ready()) control.status = control.fake.SetPresent(email, meeting, present);
  return {};
}

json::object PostUser(Control& control) {
  const std::string email = control.body.RequiredText("email");
  const bool recording = control.body.Flag("local_recording", true);
  const std::int64_t pmi = control.body.Number("pmi", 0, 1'000'000'000, kMaxNumber);
  const std::string user_status = control.body.Text("status", "");
  const bool webinars = control.body.Flag("webinar_plan", false);
  if (!control.body.Has("local_recording") && !control.body.Has("webinar_plan") && pmi == 0 &&
      user_status.empty()) {
    control.body.Fail("", "changes nothing");
  }
  if (control.Ready() && control.body.Has("local_recording")) {
    control.status =
        control.fake.SetLocalRecording(email, recording ? Setting::kOn : Setting::kOff);
  }
  if (control.Ready() && control.status.ok() && control.body.Has("webinar_plan")) {
    control.status = control.fake.SetWebinarPlan(email, webinars ? Setting::kOn : Setting::kOff);
  }
  if (control.status.ok() && pmi != 0) control.status = control.fake.SetPmi(email, pmi);
  if (control.status.ok() && !user_status.empty()) {
    control.status = control.fake.SetUserStatus(email, user_status);
  }
  return {};
}

json::object PostMeeting(Control& control) {
  Meeting meeting;
  meeting.host_id = control.body.RequiredText("host");
  meeting.number = control.body.Number("number", 0, 100'000'000, kMaxNumber);
  meeting.topic = control.body.Text("topic", "My Meeting");
  constexpr int kTypes[] = {2, 3, 8, 1};
  meeting.type =
      kTypes[control.body.Choice("type", {"scheduled", "recurring", "recurring_fixed", "instant"})];
  meeting.start = control.fake.Now() + absl::Minutes(control.body.Number("start_in_minutes", 60,
                                                                         -10'000'000, 10'000'000));
  meeting.passcode = control.body.Text("passcode", "");
  meeting.is_webinar = control.body.Flag("webinar", false);
  meeting.waiting_room = control.body.Flag("waiting_room", false);
  if (meeting.number == 0) control.body.Fail("number", "must not be missing");
  if (control.Ready()) control.status = control.fake.AddMeeting(std::move(meeting));
  return {};
}

json::object PostConvertMeeting(Control& control) {
  const std::int64_t number = control.body.Number("number", 0, 1, kMaxNumber);
  if (control.Ready()) control.status = control.fake.ConvertMeeting(number);
  return {};
}

json::object PostDeleteMeeting(Control& control) {
  const std::int64_t number = control.body.Number("number", 0, 1, kMaxNumber);
  if (control.Ready()) control.status = control.fake.DeleteMeeting(number);
  return {};
}

json::object PostApp(Control& control) {
  const std::string client_id = control.body.RequiredText("client_id");
  const std::string secret = control.body.RequiredText("client_secret");
  if (control.Ready()) control.status = control.fake.SetAppSecret(client_id, secret);
  return {};
}

json::object PostRedirectUri(Control& control) {
  const std::string client_id = control.body.RequiredText("client_id");
  const std::string redirect_uri = control.body.RequiredText("redirect_uri");
  if (control.Ready()) control.status = control.fake.SetRedirectUri(client_id, redirect_uri);
  return {};
}

json::object PostLimits(Control& control) {
  LimitRules rules;
  rules.kept = control.body.Flag("kept", true);
  const std::string windows = control.body.Text("windows", "fixed");
  rules.windows = windows == "sliding" ? LimitWindows::kSliding : LimitWindows::kFixed;
  rules.refused_count = control.body.Flag("refused_count", false);
  rules.foreign_a_second =
      static_cast<double>(control.body.Number("foreign_a_second", 0, 0, 1'000));
  if (control.Ready()) control.fake.SetLimits(rules);
  return {};
}

json::object GetLimits(Control& control) {
  const FakeZoom::LimitCounts counts = control.fake.CountLimits();
  return {{"refused", counts.refused}, {"most_a_second", counts.most_a_second}};
}

json::object PostSubscribe(Control& control) {
  const std::string client_id = control.body.RequiredText("client_id");
  const std::string secret = control.body.RequiredText("webhook_secret");
  const std::string url = control.body.RequiredText("url");
  if (control.Ready()) control.status = control.fake.SubscribeUrl(client_id, secret, url);
  return {};
}

json::object PostWebhooks(Control& control) {
  WebhookWay way;
  way.lost = static_cast<int>(control.body.Number("lost", 0, 0, 100));
  way.doubled = static_cast<int>(control.body.Number("doubled", 0, 0, 100));
  way.longest_delay = absl::Seconds(control.body.Number("longest_delay", 0, 0, 86'400));
  way.fresh_signature = control.body.Flag("fresh_signature", true);
  way.seed = static_cast<std::uint64_t>(control.body.Number("seed", 1, 0, kMaxNumber));
  EventStyle style;
  style.without_old_object = control.body.Flag("without_old_object", false);
  style.old_object_inside = control.body.Flag("old_object_inside", false);
  style.without_time_of_deletions = control.body.Flag("without_time_of_deletions", false);
  if (control.Ready()) control.fake.SetWebhookWay(way, style);
  return {};
}

json::object GetWebhooks(Control& control) {
  const FakeZoom::WebhookCounts counts = control.fake.CountWebhooks();
  return {{"taken", counts.taken}, {"lost", counts.lost}, {"given_up", counts.given_up}};
}

json::object PostMoveMeeting(Control& control) {
  const std::int64_t number = control.body.Number("number", 0, 1, kMaxNumber);
  const std::string host = control.body.RequiredText("host");
  if (control.Ready()) control.status = control.fake.MoveMeeting(number, host);
  return {};
}

json::object PostRevoke(Control& control) {
  const std::string client_id = control.body.RequiredText("client_id");
  const std::string email = control.body.RequiredText("email");
  if (control.Ready()) control.status = control.fake.RevokeConsent(client_id, email);
  return {};
}

json::object PostNextScopes(Control& control) {
  std::vector<std::string> scopes = control.body.Texts("scopes");
  if (control.Ready()) control.fake.SetNextConsentScopes(std::move(scopes));
  return {};
}

json::object PostConsentState(Control& control) {
  const std::string client_id = control.body.RequiredText("client_id");
  const std::string email = control.body.RequiredText("email");
  if (!control.Ready()) return {};
  const auto consent = control.fake.GetConsent(client_id, email);
  if (!consent.ok()) {
    control.status = consent.status();
    return {};
  }
  return {{"live", consent->live},
          {"scope", consent->scope},
          {"generation", consent->generation},
          {"refused", consent->refused},
          {"most_uses_of_one_token", consent->most_uses_of_one_token}};
}

struct Route {
  std::string_view method = {};
  std::string_view path = {};
  Answerer answer = nullptr;
};

constexpr Route kRoutes[] = {
    {"GET", "/_fake/now", GetNow},
    {"POST", "/_fake/advance", PostAdvance},
    {"GET", "/_fake/calls", GetCalls},
    {"POST", "/_fake/calls/reset", PostResetCalls},
    {"POST", "/_fake/fault", PostFault},
    {"POST", "/_fake/fault/clear", PostClearFaults},
    {"POST", "/_fake/release", PostRelease},
    {"POST", "/_fake/redeem", PostRedeem},
    {"POST", "/_fake/present", PostPresent},
    {"POST", "/_fake/user", PostUser},
    {"POST", "/_fake/meeting", PostMeeting},
    {"POST", "/_fake/meeting/delete", PostDeleteMeeting},
    {"POST", "/_fake/meeting/convert", PostConvertMeeting},
    {"POST", "/_fake/meeting/move", PostMoveMeeting},
    {"POST", "/_fake/subscribe", PostSubscribe},
    {"GET", "/_fake/webhooks", GetWebhooks},
    {"POST", "/_fake/webhooks", PostWebhooks},
    {"POST", "/_fake/app", PostApp},
    {"POST", "/_fake/redirect_uri", PostRedirectUri},
    {"POST", "/_fake/limits", PostLimits},
    {"GET", "/_fake/limits", GetLimits},
    {"POST", "/_fake/revoke", PostRevoke},
    {"POST", "/_fake/consent/scopes", PostNextScopes},
    {"POST", "/_fake/consent/state", PostConsentState},
};

Response Refuse(int status, std::string_view error) {
  return {.status = status, .body = json::serialize(json::object{{"error", error}})};
}

Response Run(FakeZoom& fake, const Request& request, const Route& route) {
  json::error_code error;
  const json::value value =
      request.body.empty() ? json::object() : json::parse(request.body, error);
  if (error) return Refuse(400, "body: is not JSON");
  absl::Status status;
  Fields body(value, "body", status);
  Control control{.fake = fake, .body = body, .status = status};
  const json::object answer = route.answer(control);
  if (!status.ok())
    return Refuse(400, std::string_view(status.message().data(), status.message().size()));
  return {.body = json::serialize(answer)};
}

}  // namespace

Response AnswerControl(FakeZoom& fake, const Request& request) {
  for (const Route& route : kRoutes) {
    if (route.method == request.method && route.path == request.path) {
      return Run(fake, request, route);
    }
  }
  return Refuse(404, "there is no such control; README.md lists them");
}

}  // namespace joinpass::fake_zoom
