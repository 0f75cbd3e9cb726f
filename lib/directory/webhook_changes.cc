#include "directory/webhook_changes.h"

#include <algorithm>

#include "store/learnt.h"

namespace joinpass::directory {
namespace {

using What = zoom::MeetingNews::What;
using Kind = zoom::HostedMeeting::Kind;

// As long as a deletion is remembered, or almost.
constexpr absl::Duration kOldestEvent = absl::Hours(47);

store::MeetingKind KindOf(const zoom::MeetingNews& news) {
  if (news.meeting.kind == Kind::kWebinar) return store::MeetingKind::kWebinar;
  // It runs, and no list has shown it: none will. (Zoom's lists have what is still to come.)
  const bool runs = news.what == What::kStarted || news.what == What::kEnded;
  if (runs || news.meeting.kind == Kind::kInstant) return store::MeetingKind::kInstant;
  return store::MeetingKind::kScheduled;
}

store::HostRecord HostRecordOf(const zoom::WebhookEvent& event, const WebhookScene& scene,
                               const std::string& user_id, absl::Time at) {
  store::HostRecord host = {.app_id = scene.app_id, .user_id = user_id};
  if (!event.account_id.empty()) host.account_id = {event.account_id, at};
  return host;
}

// Somebody else's now, who has not consented: of him nothing is kept but that it is gone. It
// is noted though nobody knew of it: what was said before may come after.
bool IsHandedToStranger(const zoom::MeetingNews& news, const WebhookScene& scene) {
  return scene.kind == AppKind::kUserManaged && news.what == What::kIs;
}

std::optional<store::MeetingRecord> MeetingOf(const zoom::WebhookEvent& event,
                                              const zoom::MeetingNews& news,
                                              const WebhookScene& scene, absl::Time at) {
  store::MeetingRecord meeting = {.app_id = scene.app_id, .number = news.number};
  if (scene.is_served) {
    meeting.host = {{news.meeting.host_id, event.account_id, KindOf(news)}, at};
  } else if (!news.meeting.host_id.empty() && !IsHandedToStranger(news, scene)) {
    return std::nullopt;
  }
  // One that ends may have been deleted meanwhile.
  if (news.what != What::kEnded) {
    meeting.deleted = {news.what == What::kGone || !scene.is_served, at};
  }
  return meeting;
}

WebhookChanges Of(const zoom::WebhookEvent& event, const zoom::MeetingNews& news,
                  const WebhookScene& scene, absl::Time at) {
  WebhookChanges changes;
  if (news.meeting.kind == Kind::kPersonalRoom) {
    // A room is its host's, and does not go.
    if (!scene.is_served || news.what == What::kGone) return changes;
    changes.host = HostRecordOf(event, scene, news.meeting.host_id, at);
    changes.host->personal_meeting_id = {news.number, at};
    return changes;
  }
  // That it runs is no news of one that is there: a list shows it, and will say when it goes.
  const bool runs = news.what == What::kStarted || news.what == What::kEnded;
  const bool is_known = scene.known && !scene.known->deleted.value &&
                        scene.known->host.value.user_id == news.meeting.host_id;
  if (!runs || !is_known) changes.meeting = MeetingOf(event, news, scene, at);
  return changes;
}

WebhookChanges Of(const zoom::WebhookEvent& event, const zoom::UserNews& news,
                  const WebhookScene& scene, absl::Time at) {
  WebhookChanges changes;
  if (!scene.is_served) return changes;
  changes.host = HostRecordOf(event, scene, news.user_id, at);
  if (news.personal_meeting_id) changes.host->personal_meeting_id = {*news.personal_meeting_id, at};
  if (news.vanity_name) changes.host->vanity_name = {*news.vanity_name, at};
  if (!news.email.empty()) changes.host->email = {news.email, at};
  if (news.is_active) changes.host->inactive = {!*news.is_active, at};
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
    return Of(event, *user, scene, happened_at);
  }
  return {};
}

}  // namespace joinpass::directory
