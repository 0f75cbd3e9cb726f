// Records of webhooks.

#include "base/status.h"
#include "store/learnt.h"
#include "store/records.h"
#include "store/with_keys.h"

namespace joinpass::store {
namespace {

// For longer than Zoom brings one again, and its signature is taken.
constexpr absl::Duration kWebhookKept = absl::Hours(3);

}  // namespace

absl::StatusOr<bool> Records::KnowsWebhook(const std::string& app_id, std::string_view body) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<bool> {
    return store_.webhooks().Knows(sealer.WebhookKeys(app_id, body));
  });
}

absl::Status Records::NoteWebhook(const Webhook& webhook, absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    return store_.webhooks().NoteGood(NoteOf(sealer, webhook, now));
  });
}

WebhookNote Records::NoteOf(const RowSealer& sealer, const Webhook& webhook, absl::Time now) {
  WebhookNote note = {.app_id = webhook.app_id, .event = webhook.event, .now = now};
  note.before = now - kWebhookKept;
  note.latest = LatestLearnt(now);
  if (!webhook.body.empty()) {
    note.body_key = sealer.WebhookKeys(webhook.app_id, webhook.body).front();
  }
  return note;
}

absl::Status Records::NoteBadWebhook(const std::string& app_id, Reason reason, Cause cause,
                                     absl::Time now) {
  return store_.webhooks().NoteBad(app_id, reason, cause, now);
}

absl::StatusOr<WebhookNotes> Records::GetWebhookNotes(const std::string& app_id) {
  JOINPASS_ASSIGN_OR_RETURN(const auto notes, store_.webhooks().Find(app_id));
  return notes.value_or(WebhookNotes());
}

}  // namespace joinpass::store
