// What a webhook has the directory learn: decisions only.

#ifndef JOINPASS_LIB_DIRECTORY_WEBHOOK_CHANGES_H_
#define JOINPASS_LIB_DIRECTORY_WEBHOOK_CHANGES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "joinpass/apps.h"
#include "store/record_types.h"
#include "zoom/webhook_event.h"

namespace joinpass::directory {

// When what an event says came to pass, by which what is learnt is ordered: not after it was
// signed, whatever it says itself, nor later than anything can have been learnt by now.
absl::Time HappenedAt(absl::Time said, absl::Time signed_at, absl::Time now);

// Whether what was said since may have been forgotten: that would bring back what is gone.
bool IsTooOld(absl::Time happened_at, absl::Time now);

// Of whom the event speaks: whose consent must be here, or nothing of him is kept. Empty: it
// does not say.
std::string UserOf(const zoom::WebhookEvent& event);

// What is known of the app, and of those of whom the event speaks.
struct WebhookScene {
  std::string app_id = {};
  AppKind kind = AppKind::kUserManaged;

  // UserOf() has consented, or his account, which is this one.
  bool is_served = false;
  std::string account_id = {};

  std::optional<store::HostRecord> host = {};      // UserOf()
  std::optional<store::MeetingRecord> known = {};  // the meeting, if it is there
};

struct WebhookChanges {
  std::optional<store::HostRecord> host = {};
  std::vector<store::MeetingRecord> meetings = {};

  bool IsEmpty() const { return !host && meetings.empty(); }
};

WebhookChanges ChangesOf(const zoom::WebhookEvent& event, const WebhookScene& scene,
                         absl::Time happened_at);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_WEBHOOK_CHANGES_H_
