#include "directory/webhook_receiver.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/status.h"

namespace joinpass {

std::string_view WebhookOutcomeName(WebhookOutcome outcome) {
  switch (outcome) {
    case WebhookOutcome::kApplied:
      return "applied";
    case WebhookOutcome::kDuplicate:
      return "duplicate";
    case WebhookOutcome::kIgnored:
      return "ignored";
    case WebhookOutcome::kChallenge:
      return "challenge";
    case WebhookOutcome::kRefused:
      return "refused";
    case WebhookOutcome::kFailed:
      break;
  }
  return "failed";
}

}  // namespace joinpass

namespace joinpass::directory {
namespace {

// Of what nothing hangs on not each is written down; and what is old is forgotten now and
// then.
constexpr absl::Duration kBetweenNotes = absl::Seconds(1);
constexpr absl::Duration kBetweenSweeps = absl::Hours(1);

constexpr int kAcknowledged = 204;

int HttpStatusOf(const absl::Status& why) {
  switch (ReasonOf(why)) {
    case Reason::kWebhookNotAuthentic:
      return 401;
    case Reason::kAppUnknown:
      return 404;
    case Reason::kWebhookInvalid:
      return GetErrorInfo(why)->cause == Cause::kBodyTooLarge ? 413 : 400;
    default:
      return 503;
  }
}

// Of a clock that was set back nothing is waited for.
bool IsDue(absl::Time last, absl::Time now, absl::Duration every) {
  return last > now || now - last >= every;
}

// Whether it may be told from another by its bytes. Without a time of its own a second
// deletion is the first one's twin.
bool IsOneOfAKind(const zoom::WebhookEvent& event) {
  return event.at != absl::InfinitePast() ||
         std::holds_alternative<zoom::Deauthorization>(event.news);
}

// Whether to wait for the store once more is of no use.
bool IsOfTheStore(const absl::Status& why) {
  const Reason reason = ReasonOf(why);
  return reason == Reason::kStoreUnavailable || reason == Reason::kStoreCorrupt;
}

// The app's meeting of this number, as far as it is known.
absl::StatusOr<std::optional<store::MeetingRecord>> FindMeeting(store::Records& records,
                                                                const std::string& app_id,
                                                                std::uint64_t number) {
  JOINPASS_ASSIGN_OR_RETURN(const auto found, records.FindNumber(number));
  for (const store::MeetingRecord& meeting : found.meetings) {
    if (meeting.app_id == app_id) return meeting;
  }
  return std::nullopt;
}

}  // namespace

WebhookAnswer AnswerOf(const absl::Status& why) {
  WebhookAnswer answer;
  answer.why = why;
  answer.http_status = HttpStatusOf(why);
  answer.outcome = answer.http_status < 500 ? WebhookOutcome::kRefused : WebhookOutcome::kFailed;
  return answer;
}

WebhookAnswer WebhookReceiver::Receive(const WebhookRequest& request) {
  WebhookAnswer answer;
  const absl::Time now = clock_.Now();
  const auto app = records_.GetApp(request.app_id);
  const absl::StatusOr<Outcome> outcome =
      app.ok() ? Take(request, *app, now, answer) : absl::StatusOr<Outcome>(app.status());
  if (outcome.ok()) {
    answer.outcome = *outcome;
    answer.http_status = answer.body.empty() ? kAcknowledged : 200;
    NoteGood(request.app_id, answer, now);
    return answer;
  }
  if (app.ok()) NoteBad(request.app_id, outcome.status(), now);
  WebhookAnswer refusal = AnswerOf(outcome.status());
  refusal.event = std::move(answer.event);
  return refusal;
}

absl::StatusOr<WebhookOutcome> WebhookReceiver::Take(const WebhookRequest& request,
                                                     const store::AppRecord& app, absl::Time now,
                                                     WebhookAnswer& answer) {
  const std::vector<Secret>& secrets = app.settings.webhook_secrets;
  JOINPASS_ASSIGN_OR_RETURN(const zoom::CheckedWebhook checked,
                            zoom::CheckWebhook(secrets, request.headers, request.body, now));
  JOINPASS_ASSIGN_OR_RETURN(const zoom::WebhookEvent event, zoom::ReadWebhook(request.body));
  answer.event = event.name;
  if (const auto* challenge = std::get_if<zoom::UrlChallenge>(&event.news)) {
    JOINPASS_ASSIGN_OR_RETURN(
        answer.body, zoom::AnswerChallenge(secrets[checked.secret], challenge->plain_token));
    answer.content_type = "application/json";
    return Outcome::kChallenge;
  }
  if (std::holds_alternative<std::monostate>(event.news)) return Outcome::kIgnored;
  if (IsOneOfAKind(event)) {
    JOINPASS_ASSIGN_OR_RETURN(const bool is_known, records_.KnowsWebhook(app.id, request.body));
    if (is_known) return Outcome::kDuplicate;
  }
  const Webhook webhook = {.app_id = app.id, .body = request.body, .event = event.name};
  return Apply(webhook, event, app, checked.signed_at, now);
}

absl::StatusOr<WebhookOutcome> WebhookReceiver::Apply(const Webhook& webhook,
                                                      const zoom::WebhookEvent& event,
                                                      const store::AppRecord& app,
                                                      absl::Time signed_at, absl::Time now) {
  if (const auto* gone = std::get_if<zoom::Deauthorization>(&event.news)) {
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, LookAtConsent(*gone, event, app));
    // What came of it is on the disk, or begun, whether or not this can be written.
    if (outcome == Outcome::kApplied) (void)records_.NoteWebhook(webhook, now);
    return outcome;
  }
  const absl::Time happened_at = HappenedAt(event.at, signed_at, now);
  if (IsTooOld(happened_at, now)) return Outcome::kIgnored;
  return Learn(webhook, event, app, happened_at, now);
}

absl::StatusOr<WebhookOutcome> WebhookReceiver::Learn(const Webhook& webhook,
                                                      const zoom::WebhookEvent& event,
                                                      const store::AppRecord& app,
                                                      absl::Time happened_at, absl::Time now) {
  WebhookScene scene = {.app_id = app.id, .kind = app.settings.kind};
  const std::string user_id = UserOf(event);
  JOINPASS_ASSIGN_OR_RETURN(const auto consent, consents_.Of(app.id, user_id, event.account_id));
  scene.is_served = consent.has_value();
  if (consent) scene.account_id = consent->account_id;
  if (!user_id.empty()) {
    const auto host = records_.FindHost(app.id, user_id);
    if (!host.ok() && !store::Records::ConcernsOneRow(host.status())) return host.status();
    if (host.ok()) scene.host = *host;
  }
  if (const auto* meeting = std::get_if<zoom::MeetingNews>(&event.news)) {
    JOINPASS_ASSIGN_OR_RETURN(scene.known, FindMeeting(records_, app.id, meeting->number));
  }
  const WebhookChanges changes = ChangesOf(event, scene, happened_at);
  if (changes.IsEmpty()) return Outcome::kIgnored;
  JOINPASS_RETURN_IF_ERROR(Keep(webhook, changes, scene, user_id, now));
  return Outcome::kApplied;
}

absl::Status WebhookReceiver::Keep(const Webhook& webhook, const WebhookChanges& changes,
                                   const WebhookScene& scene, const std::string& user_id,
                                   absl::Time now) {
  JOINPASS_RETURN_IF_ERROR(records_.PutByWebhook(webhook, changes.host, changes.meetings, now));
  if (!scene.is_served) return absl::OkStatus();
  // It may have waited for others, and the consent been taken away meanwhile, with all that
  // was known through it: then this goes, too.
  JOINPASS_ASSIGN_OR_RETURN(const auto consent,
                            consents_.Of(scene.app_id, user_id, scene.account_id));
  if (consent) return absl::OkStatus();
  return records_.RemoveHostsOf(scene.app_id,
                                store::Principal::Of(scene.kind, user_id, scene.account_id));
}

absl::StatusOr<WebhookOutcome> WebhookReceiver::LookAtConsent(const zoom::Deauthorization& gone,
                                                              const zoom::WebhookEvent& event,
                                                              const store::AppRecord& app) {
  if (!gone.client_id.empty() && gone.client_id != app.settings.client_id) {
    return Outcome::kIgnored;
  }
  JOINPASS_ASSIGN_OR_RETURN(const auto consent,
                            consents_.Of(app.id, gone.user_id, event.account_id));
  if (!consent) return Outcome::kIgnored;
  if (!helpers_.validate(consent->credential_id)) {
    return base::MakeError(Reason::kCancelled, "webhook: the engine is closing");
  }
  return Outcome::kApplied;
}

// One that was applied is noted with what it told. Of another nothing is on the disk, and Zoom
// waits for nothing.
void WebhookReceiver::NoteGood(const std::string& app_id, const WebhookAnswer& answer,
                               absl::Time now) {
  if (answer.outcome == Outcome::kApplied) {
    base::MutexLock lock(mutex_);
    noted_[{app_id, Note::kGood}].at = now;
  } else {
    NoteLater(app_id, Note::kGood, now, [this, app_id, event = answer.event, now] {
      (void)records_.NoteWebhook({.app_id = app_id, .event = event}, now);
    });
  }
  // A sync does so, too, where there is one.
  NoteLater("", Note::kForget, now, [this, now] { (void)records_.ForgetDeleted(now); });
}

void WebhookReceiver::NoteBad(const std::string& app_id, const absl::Status& why, absl::Time now) {
  if (IsOfTheStore(why)) return;
  const ErrorInfo info = GetErrorInfo(why).value_or(ErrorInfo());
  NoteLater(app_id, Note::kBad, now, [this, app_id, info, now] {
    (void)records_.NoteBadWebhook(app_id, info.reason, info.cause, now);
  });
}

void WebhookReceiver::NoteLater(const std::string& app_id, Note what, absl::Time now,
                                std::function<void()> note) {
  Noted* noted = nullptr;  // stays where it is
  {
    base::MutexLock lock(mutex_);
    noted = &noted_[{app_id, what}];
    const absl::Duration every = what == Note::kForget ? kBetweenSweeps : kBetweenNotes;
    if (noted->is_waiting || !IsDue(noted->at, now, every)) return;
    *noted = {.at = now, .is_waiting = true};
  }
  // Whether it is done, refused, or there is no memory to have it done: it waits no longer.
  const std::shared_ptr<Noted> waiting(noted, [this](Noted* over) {
    base::MutexLock lock(mutex_);
    over->is_waiting = false;
  });
  (void)helpers_.later([note = std::move(note), waiting] { note(); });
}

absl::StatusOr<WebhookStatus> WebhookReceiver::GetStatus(const std::string& app_id) {
  JOINPASS_RETURN_IF_ERROR(records_.GetApp(app_id).status());
  JOINPASS_ASSIGN_OR_RETURN(const store::WebhookNotes notes, records_.GetWebhookNotes(app_id));
  WebhookStatus status = {.last_good_at = notes.good_at,
                          .last_good_event = notes.good_event,
                          .last_bad_at = notes.bad_at};
  if (notes.bad_at == absl::InfinitePast()) return status;
  status.last_bad_reason = ReasonName(notes.bad_reason);
  status.last_bad_cause = CauseName(notes.bad_cause);
  return status;
}

}  // namespace joinpass::directory
