// What a test changes in the world, and what it looks at.

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "fake_zoom/inside.h"
#include "fake_zoom/signing.h"
#include "fake_zoom/telling.h"

namespace joinpass::fake_zoom {
namespace {

absl::Status Unknown(Reason reason, std::string_view what) {
  return base::MakeError(reason, absl::StrCat("fake: there is no such ", base::ToAbsl(what)));
}

}  // namespace

RedeemAnswer FakeZoom::Redeem(const RedeemRequest& request) {
  const base::MutexLock lock(inside_->mutex);
  const absl::Time now = inside_->Now();
  return inside_->state.passes.Redeem(inside_->state.world, request, now);
}

absl::Status FakeZoom::SetPresent(std::string_view email, std::int64_t meeting, bool present) {
  const base::MutexLock lock(inside_->mutex);
  const absl::Time now = inside_->Now();
  const User* user = inside_->state.world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  if (inside_->state.world.FindRoom(meeting, now).host == nullptr) {
    return Unknown(Reason::kMeetingUnknown, "meeting");
  }
  const Telling telling(inside_->state, now);
  inside_->state.world.SetPresent(user->id, meeting, present);
  return absl::OkStatus();
}

absl::Status FakeZoom::SetLocalRecording(std::string_view email, Setting setting) {
  const base::MutexLock lock(inside_->mutex);
  User* user = inside_->state.world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  user->local_recording = setting == Setting::kOn;
  return absl::OkStatus();
}

absl::Status FakeZoom::SetWebinarPlan(std::string_view email, Setting setting) {
  const base::MutexLock lock(inside_->mutex);
  User* user = inside_->state.world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  user->webinar_plan = setting == Setting::kOn;
  return absl::OkStatus();
}

absl::Status FakeZoom::SetPmi(std::string_view email, std::int64_t pmi) {
  if (pmi < 1'000'000'000 || pmi > 99'999'999'999) {
    return base::MakeError(Reason::kInvalidArgument, "pmi: must have 10 or 11 digits");
  }
  const base::MutexLock lock(inside_->mutex);
  User* user = inside_->state.world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  const Telling telling(inside_->state, inside_->Now());
  if (!inside_->state.world.SetPmi(*user, pmi)) {
    return base::MakeError(Reason::kInvalidArgument, "pmi: is taken already");
  }
  return absl::OkStatus();
}

absl::Status FakeZoom::SetUserStatus(std::string_view email, std::string_view status) {
  if (status != "active" && status != "inactive" && status != "pending" && status != "deleted") {
    return base::MakeError(Reason::kInvalidArgument,
                           "status: must be active, inactive, pending or deleted");
  }
  const base::MutexLock lock(inside_->mutex);
  User* user = inside_->state.world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  const Telling telling(inside_->state, inside_->Now());
  user->status = std::string(status);
  if (status == "active") return absl::OkStatus();
  for (const auto& [id, app] : inside_->state.world.apps)
    inside_->state.tokens.RevokeConsent(id, user->id);
  return absl::OkStatus();
}

absl::Status FakeZoom::AddMeeting(Meeting meeting) {
  const base::MutexLock lock(inside_->mutex);
  const absl::Time now = inside_->Now();
  const User* host = inside_->state.world.FindUser(meeting.host_id);
  if (host == nullptr) return Unknown(Reason::kUserUnknown, "user");
  meeting.host_id = host->id;
  meeting.uuid = absl::Base64Escape(RandomHex(8));
  meeting.created_at = now;
  const Telling telling(inside_->state, now);
  if (!inside_->state.world.AddMeeting(std::move(meeting))) {
    return base::MakeError(Reason::kInvalidArgument, "meeting: the number is taken already");
  }
  return absl::OkStatus();
}

absl::Status FakeZoom::ConvertMeeting(std::int64_t number) {
  const base::MutexLock lock(inside_->mutex);
  const auto found = inside_->state.world.meetings.find(number);
  if (found == inside_->state.world.meetings.end()) {
    return Unknown(Reason::kMeetingUnknown, "meeting");
  }
  const Telling telling(inside_->state, inside_->Now());
  found->second.is_webinar = !found->second.is_webinar;
  return absl::OkStatus();
}

absl::Status FakeZoom::DeleteMeeting(std::int64_t number) {
  const base::MutexLock lock(inside_->mutex);
  const Telling telling(inside_->state, inside_->Now());
  if (!inside_->state.world.EraseMeeting(number))
    return Unknown(Reason::kMeetingUnknown, "meeting");
  return absl::OkStatus();
}

absl::Status FakeZoom::SetAppSecret(std::string_view client_id, std::string_view secret) {
  const base::MutexLock lock(inside_->mutex);
  App* app = inside_->state.world.FindApp(client_id);
  if (app == nullptr) return Unknown(Reason::kAppUnknown, "app");
  app->client_secret = std::string(secret);
  return absl::OkStatus();
}

absl::Status FakeZoom::SetRedirectUri(std::string_view client_id, std::string_view redirect_uri) {
  const base::MutexLock lock(inside_->mutex);
  App* app = inside_->state.world.FindApp(client_id);
  if (app == nullptr) return Unknown(Reason::kAppUnknown, "app");
  app->redirect_uris = {std::string(redirect_uri)};
  return absl::OkStatus();
}

absl::Status FakeZoom::RevokeConsent(std::string_view client_id, std::string_view email) {
  const base::MutexLock lock(inside_->mutex);
  const User* user = inside_->state.world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  if (!inside_->state.tokens.RevokeConsent(client_id, user->id)) {
    return Unknown(Reason::kCredentialUnknown, "consent");
  }
  const App* app = inside_->state.world.FindApp(client_id);
  if (app != nullptr && app->published) {
    const absl::Time now = inside_->Now();
    Tell(inside_->state, Deauthorized(*user, *app, now), now);
  }
  return absl::OkStatus();
}

absl::Status FakeZoom::MoveMeeting(std::int64_t number, std::string_view email) {
  const base::MutexLock lock(inside_->mutex);
  World& world = inside_->state.world;
  const User* host = world.FindUser(email);
  if (host == nullptr) return Unknown(Reason::kUserUnknown, "user");
  const auto found = world.meetings.find(number);
  if (found == world.meetings.end()) return Unknown(Reason::kMeetingUnknown, "meeting");
  const Telling telling(inside_->state, inside_->Now());
  Meeting meeting = found->second;
  meeting.host_id = host->id;
  world.EraseMeeting(number);
  world.AddMeeting(std::move(meeting));
  return absl::OkStatus();
}

absl::Status FakeZoom::Subscribe(std::string_view client_id, std::string_view webhook_secret) {
  const base::MutexLock lock(inside_->mutex);
  App* app = inside_->state.world.FindApp(client_id);
  if (app == nullptr) return Unknown(Reason::kAppUnknown, "app");
  app->webhook_secret = std::string(webhook_secret);
  inside_->state.subscribed.insert(app->client_id);
  return absl::OkStatus();
}

absl::Status FakeZoom::SubscribeUrl(std::string_view client_id, std::string_view webhook_secret,
                                    std::string_view url) {
  const auto to = ReadWebhookUrl(url);
  if (!to) {
    return base::MakeError(Reason::kInvalidArgument, "url: must be http://127.0.0.1:PORT/PATH");
  }
  App app;
  {
    const base::MutexLock lock(inside_->mutex);
    const App* known = inside_->state.world.FindApp(client_id);
    if (known == nullptr) return Unknown(Reason::kAppUnknown, "app");
    app = *known;
  }
  app.webhook_secret = std::string(webhook_secret);
  const std::string plain = RandomHex(11);
  const absl::Time now = Now();
  const Posted answer =
      Post(*to, Webhooks::Signed(app, "endpoint.url_validation", UrlValidation(plain, now), now));
  const std::string encrypted = EncryptedToken(webhook_secret, plain);
  if (answer.status != 200 || answer.body.find(encrypted) == std::string::npos ||
      answer.body.find(plain) == std::string::npos) {
    return base::MakeError(Reason::kInvalidArgument, "url: did not answer the challenge");
  }
  JOINPASS_RETURN_IF_ERROR(Subscribe(client_id, webhook_secret));
  const base::MutexLock lock(inside_->mutex);
  inside_->webhook_urls[app.client_id] = *to;
  if (!inside_->bringing.joinable()) {
    inside_->bringing = std::thread([inside = inside_.get()] { inside->Bring(); });
  }
  return absl::OkStatus();
}

void FakeZoom::Inside::Bring() {
  // How late a webhook may be.
  constexpr absl::Duration kLook = absl::Milliseconds(50);
  base::MutexLock lock(mutex);
  while (!ending) {
    for (WebhookDelivery& one : state.webhooks.TakeDue(state.world, Now())) {
      const WebhookUrl url = webhook_urls[one.client_id];
      mutex.Unlock();
      const int status = Post(url, one).status;
      mutex.Lock();
      state.webhooks.Answered(std::move(one), status, Now());
    }
    if (!ending) called.WaitFor(mutex, kLook);
  }
}

FakeZoom::WebhookCounts FakeZoom::CountWebhooks() const {
  const base::MutexLock lock(inside_->mutex);
  const Webhooks& webhooks = inside_->state.webhooks;
  return {webhooks.taken(), webhooks.lost(), webhooks.given_up()};
}

void FakeZoom::SetWebhookWay(const WebhookWay& way, const EventStyle& style) {
  const base::MutexLock lock(inside_->mutex);
  inside_->state.webhooks.SetWay(way);
  inside_->state.event_style = style;
}

std::vector<WebhookDelivery> FakeZoom::TakeWebhooks() {
  const base::MutexLock lock(inside_->mutex);
  const absl::Time now = inside_->Now();
  return inside_->state.webhooks.TakeDue(inside_->state.world, now);
}

void FakeZoom::AnswerWebhook(WebhookDelivery delivery, int http_status) {
  const base::MutexLock lock(inside_->mutex);
  const absl::Time now = inside_->Now();
  inside_->state.webhooks.Answered(std::move(delivery), http_status, now);
}

void FakeZoom::SetLimits(const LimitRules& rules) {
  const base::MutexLock lock(inside_->mutex);
  inside_->state.rest.limits.SetRules(rules);
}

FakeZoom::LimitCounts FakeZoom::CountLimits() const {
  const base::MutexLock lock(inside_->mutex);
  const Limits& limits = inside_->state.rest.limits;
  return {limits.refused(), limits.most_a_second()};
}

void FakeZoom::SetNextConsentScopes(std::vector<std::string> scopes) {
  const base::MutexLock lock(inside_->mutex);
  inside_->state.oauth.next_scopes = std::move(scopes);
}

absl::StatusOr<ConsentState> FakeZoom::GetConsent(std::string_view client_id,
                                                  std::string_view email) const {
  const base::MutexLock lock(inside_->mutex);
  const User* user = inside_->state.world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  const Grant* grant = inside_->state.tokens.FindConsent(client_id, user->id);
  if (grant == nullptr) return Unknown(Reason::kCredentialUnknown, "consent");
  return ConsentState{.live = grant->live,
                      .scope = grant->scope,
                      .refresh_token = grant->refresh_token,
                      .generation = grant->generation,
                      .refused = grant->refused,
                      .most_uses_of_one_token = grant->most_uses_of_one_token,
                      .refreshed = grant->refreshed};
}

std::vector<App> FakeZoom::Apps() const {
  const base::MutexLock lock(inside_->mutex);
  std::vector<App> apps;
  for (const auto& [id, app] : inside_->state.world.apps) apps.push_back(app);
  return apps;
}

std::vector<User> FakeZoom::Users() const {
  const base::MutexLock lock(inside_->mutex);
  std::vector<User> users;
  for (const auto& [id, user] : inside_->state.world.users) users.push_back(user);
  return users;
}

std::vector<Meeting> FakeZoom::Meetings() const {
  const base::MutexLock lock(inside_->mutex);
  std::vector<Meeting> meetings;
  for (const auto& [number, meeting] : inside_->state.world.meetings) meetings.push_back(meeting);
  return meetings;
}

}  // namespace joinpass::fake_zoom
