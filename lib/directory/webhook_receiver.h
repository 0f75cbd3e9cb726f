// WebhookReceiver: from a request to what is on the disk, and what Zoom is answered.

#ifndef JOINPASS_LIB_DIRECTORY_WEBHOOK_RECEIVER_H_
#define JOINPASS_LIB_DIRECTORY_WEBHOOK_RECEIVER_H_

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "directory/serving_consents.h"
#include "directory/webhook_changes.h"
#include "joinpass/webhooks.h"
#include "store/records.h"
#include "zoom/webhook_check.h"
#include "zoom/webhook_event.h"

namespace joinpass::directory {

// What Zoom is answered where nothing was made of its request, and why.
WebhookAnswer AnswerOf(const absl::Status& why);

// Blocks on the store. Thread-safe.
class WebhookReceiver {
 public:
  // Neither blocks; false: it will not be done.
  struct Helpers {
    // Looks at a credential whose consent Zoom says was taken back, by its id.
    std::function<bool(std::string)> validate = {};
    // Does something that may wait for others, and that nobody waits for.
    std::function<bool(std::function<void()>)> later = {};
  };

  // What is passed must outlive it; it must outlive what is done later.
  WebhookReceiver(store::Records& records, ServingConsents& consents, base::Clock& clock,
                  Helpers helpers)
      : records_(records), consents_(consents), clock_(clock), helpers_(std::move(helpers)) {}

  // As Webhooks::Receive().
  WebhookAnswer Receive(const WebhookRequest& request);

  // As Webhooks::GetStatus().
  absl::StatusOr<WebhookStatus> GetStatus(const std::string& app_id);

 private:
  using Outcome = WebhookOutcome;
  using Webhook = store::Records::Webhook;

  // `answer` is filled as far as it goes.
  absl::StatusOr<Outcome> Take(const WebhookRequest& request, const store::AppRecord& app,
                               absl::Time now, WebhookAnswer& answer);
  absl::StatusOr<Outcome> Apply(const Webhook& webhook, const zoom::WebhookEvent& event,
                                const store::AppRecord& app, absl::Time signed_at, absl::Time now);
  absl::StatusOr<Outcome> Learn(const Webhook& webhook, const zoom::WebhookEvent& event,
                                const store::AppRecord& app, absl::Time happened_at,
                                absl::Time now);
  absl::StatusOr<Outcome> LookAtConsent(const zoom::Deauthorization& gone,
                                        const zoom::WebhookEvent& event,
                                        const store::AppRecord& app);
  absl::Status Keep(const Webhook& webhook, const WebhookChanges& changes,
                    const WebhookScene& scene, const std::string& user_id, absl::Time now);
  void NoteGood(const std::string& app_id, const WebhookAnswer& answer, absl::Time now);
  void NoteBad(const std::string& app_id, const absl::Status& why, absl::Time now);
  // Unless something like it was noted just now, or is still to be.
  enum class Note { kGood, kBad, kForget };
  void NoteLater(const std::string& app_id, Note what, absl::Time now, std::function<void()> note);

  store::Records& records_;
  ServingConsents& consents_;
  base::Clock& clock_;
  const Helpers helpers_;

  // What was noted of each app last, so that a flood is not a flood of writes.
  struct Noted {
    absl::Time at = absl::InfinitePast();
    bool is_waiting = false;  // to be written
  };
  base::Mutex mutex_;
  std::map<std::pair<std::string, Note>, Noted> noted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_WEBHOOK_RECEIVER_H_
