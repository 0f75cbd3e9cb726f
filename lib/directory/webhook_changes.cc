#include "directory/webhook_changes.h"

#include <algorithm>

#include "store/learnt.h"

namespace joinpass::directory {
namespace {

using What = zoom::MeetingNews::What;
using Kind = zoom::HostedMeeting::Kind;

// As long as a deletion is remembered, or almost.
constexpr absl::Duration kOldestEvent = absl::Hours(47);

bool Runs(const zoom::MeetingNews& news) {
  return news.what == What::kStarted || news.what == What::kEnded;
}

store::MeetingKind KindOf(const zoom::MeetingNews& news) {
  if (news.meeting.kind == Kind::kWebinar) return store::MeetingKind::kWebinar;
  // It runs, and no list has shown it: none will. (Zoom's lists have what is still to come.)
  if (Runs(news) || news.meeting.kind == Kind::kInstant) return store::MeetingKind::kInstant;
  return store::MeetingKind::kScheduled;
}

store::HostRecord RecordOf(const WebhookScene& scene, const std::string& user_id, absl::Time at) {
  store::HostRecord host = {.app_id = scene.app_id, .user_id = user_id};
  if (!scene.account_id.empty()) host.account_id = {scene.account_id, at};
  return host;
}

// Of an account's consent: he is known to be another's, which its own events will tell of.
bool IsOfAnotherAccount(const WebhookScene& scene) {
  if (scene.kind != AppKind::kAccountManaged || !scene.host) return false;
  const std::string& account_id = scene.host->account_id.value;
  return !account_id.empty() && account_id != scene.account_id;
}

store::MeetingRecord MeetingOf(const zoom::MeetingNews& news, const WebhookScene& scene) {
  return {.app_id = scene.app_id, .number = news.number};
}

// It went to somebody who has not consented: of him nothing is kept, but that it is no
// longer whose it was. That is noted though nobody knows it: what was said before may come
// after.
WebhookChanges HandedOver(const zoom::MeetingNews& news, const WebhookScene& scene, absl::Time at) {
  WebhookChanges changes;
  if (scene.kind != AppKind::kUserManaged || news.what != What::kMoved) return changes;
  changes.meetings.push_back(MeetingOf(news, scene));
  changes.meetings.back().deleted = {true, at};
  return changes;
}

// Zoom does not say whose it was: it may be of any account.
WebhookChanges GoneOfSomebody(const zoom::WebhookEvent& event, const zoom::MeetingNews& news,
                              const WebhookScene& scene, absl::Time at) {
  WebhookChanges changes;
  const bool is_ours = scene.known && (scene.kind == AppKind::kUserManaged ||
                                       scene.known->host.value.account_id == event.account_id);
  if (!is_ours || news.what != What::kGone) return changes;
  changes.meetings.push_back(MeetingOf(news, scene));
  changes.meetings.back().deleted = {true, at};
  return changes;
}

// A room is its host's, and does not go. One that ends may have been his before only.
WebhookChanges OfRoom(const zoom::MeetingNews& news, const WebhookScene& scene, absl::Time at) {
  WebhookChanges changes;
  if (news.what == What::kGone || news.what == What::kEnded) return changes;
  changes.host = RecordOf(scene, news.meeting.host_id, at);
  changes.host->personal_meeting_id = {news.number, at};
  if (news.what == What::kStarted) changes.host->inactive = {false, at};
  return changes;
}

WebhookChanges Of(const zoom::WebhookEvent& event, const zoom::MeetingNews& news,
                  const WebhookScene& scene, absl::Time at) {
  const std::string& host_id = news.meeting.host_id;
  if (host_id.empty()) return GoneOfSomebody(event, news, scene, at);
  if (!scene.is_served) return HandedOver(news, scene, at);
  if (IsOfAnotherAccount(scene)) return {};
  if (news.meeting.kind == Kind::kPersonalRoom) return OfRoom(news, scene, at);
  WebhookChanges changes;
  // Whoever hosts is active, whatever was told, or not, before.
  if (news.what == What::kStarted && scene.host && scene.host->inactive.value) {
    changes.host = RecordOf(scene, host_id, at);
    changes.host->inactive = {false, at};
  }
  // That it runs is no news of one that is there: a list shows it, and will say when it goes.
  const bool is_known =
      scene.known && !scene.known->deleted.value && scene.known->host.value.user_id == host_id;
  if (Runs(news) && is_known) return changes;
  store::MeetingRecord meeting = MeetingOf(news, scene);
  meeting.host = {{host_id, scene.account_id, KindOf(news)}, at};
  // One that ends may have been deleted meanwhile.
  if (news.what != What::kEnded) meeting.deleted = {news.what == What::kGone, at};
  changes.meetings.push_back(std::move(meeting));
  return changes;
}

// What he planned in his room has its number, and is found there by the new one.
void LeaveRoom(const WebhookScene& scene, std::uint64_t room, absl::Time at,
               WebhookChanges& changes) {
  if (!scene.host) return;
  const store::Learnt<std::uint64_t>& known = scene.host->personal_meeting_id;
  if (known.value == 0 || known.value == room || known.at >= at) return;
  store::MeetingRecord planned = {.app_id = scene.app_id, .number = known.value};
  planned.deleted = {true, at};
  changes.meetings.push_back(std::move(planned));
}

WebhookChanges Of(const zoom::UserNews& news, const WebhookScene& scene, absl::Time at) {
  WebhookChanges changes;
  if (!scene.is_served) return changes;
  const bool comes = news.is_active.value_or(false);
  if (IsOfAnotherAccount(scene) && !comes) return changes;
  // His own consent goes with him.
  if (news.left_account && scene.kind == AppKind::kUserManaged) return changes;
  changes.host = RecordOf(scene, news.user_id, at);
  if (news.is_active) changes.host->inactive = {!*news.is_active, at};
  if (news.is_active == false) return changes;
  if (news.personal_meeting_id) {
    changes.host->personal_meeting_id = {*news.personal_meeting_id, at};
    LeaveRoom(scene, *news.personal_meeting_id, at, changes);
  }
  if (news.vanity_name) changes.host->vanity_name = {*news.vanity_name, at};
  if (!news.email.empty()) changes.host->email = {news.email, at};
  return changes;
}

}  // namespace

absl::Time HappenedAt(absl::Time said, absl::Time signed_at, absl::Time now) {
  // The signature has whole seconds, and counts them down.
  const absl::Time latest = std::min(signed_at + absl::Milliseconds(999), store::LatestLearnt(now));
  return said == absl::InfinitePast() ? std::min(signed_at, latest) : std::min(said, latest);
}

bool IsTooOld(absl::Time happened_at, absl::Time now) { return happened_at < now - kOldestEvent; }

std::string UserOf(const zoom::WebhookEvent& event) {
  if (const auto* meeting = std::get_if<zoom::MeetingNews>(&event.news)) {
    return meeting->meeting.host_id;
  }
  if (const auto* user = std::get_if<zoom::UserNews>(&event.news)) return user->user_id;
  if (const auto* gone = std::get_if<zoom::Deauthorization>(&event.news)) return gone->user_id;
  return "";
}

WebhookChanges ChangesOf(const zoom::WebhookEvent& event, const WebhookScene& scene,
                         absl::Time happened_at) {
  if (const auto* meeting = std::get_if<zoom::MeetingNews>(&event.news)) {
    return Of(event, *meeting, scene, happened_at);
  }
  if (const auto* user = std::get_if<zoom::UserNews>(&event.news)) {
    return Of(*user, scene, happened_at);
  }
  return {};
}

}  // namespace joinpass::directory
