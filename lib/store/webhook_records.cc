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

absl::Status Records::NoteWebhook(const std::string& app_id, std::string_view body,
                                  const std::string& event, absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    const std::string key = body.empty() ? "" : sealer.WebhookKeys(app_id, body).front();
    return store_.webhooks().NoteGood(app_id, key, event, now, now - kWebhookKept,
                                      LatestLearnt(now));
  });
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
