// Webhooks: what Zoom tells by itself, as it happens.

#ifndef JOINPASS_WEBHOOKS_H_
#define JOINPASS_WEBHOOKS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/export.h"

namespace joinpass {

// As it came; the name in any case.
struct WebhookHeader {
  std::string_view name = {};
  std::string_view value = {};
};

// One POST from Zoom, as whatever server you have received it. Points into your memory.
struct WebhookRequest {
  // Whose it is: by the URL that you gave Zoom for this app.
  std::string app_id = {};

  // All of them, or those whose name begins with `x-zm-`.
  std::vector<WebhookHeader> headers = {};

  // The raw bytes, since those are signed: what a framework made of them, written again,
  // would not verify. At most 256 KiB; a server should read no more.
  std::string_view body = {};
};

// What became of it. The names (WebhookOutcomeName) are stable.
enum class WebhookOutcome {
  kApplied,    // what it says is known, and on the disk
  kDuplicate,  // it was received before, by whatever process
  kIgnored,    // it says nothing that joinpass keeps: an event of another kind, of somebody
               // whose consent is not here, or of two days ago
  kChallenge,  // Zoom looked whether the URL knows the secret; `body` is the answer
  kRefused,    // it is not Zoom's, or cannot be read; nothing was made of it, see `why`
  kFailed,     // it could not be kept, see `why`; Zoom brings it again in five minutes
};

// "applied", "duplicate", "ignored", "challenge", "refused", "failed".
JOINPASS_EXPORT std::string_view WebhookOutcomeName(WebhookOutcome outcome);

// Pass `http_status` and `body` on to Zoom, within 3 seconds after the request came.
struct WebhookAnswer {
  int http_status = 500;
  std::string content_type = {};  // of `body`; empty where that is
  std::string body = {};
  WebhookOutcome outcome = WebhookOutcome::kFailed;
  std::string event = {};  // "meeting.created"; empty where nothing was read
  absl::Status why;        // of kRefused and kFailed
};

// How the webhooks of an app do.
struct WebhookStatus {
  // The last that was Zoom's and could be read; InfinitePast(): none. Of many at once not each
  // is noted that changed nothing.
  absl::Time last_good_at = absl::InfinitePast();
  std::string last_good_event = {};

  // The last that was refused or failed, with the names of its Reason and Cause. Likewise; and
  // where the store is what failed, nothing can be noted.
  absl::Time last_bad_at = absl::InfinitePast();
  std::string last_bad_reason = {};
  std::string last_bad_cause = {};
};

// Webhooks are hints that make the directory fresh; a sync makes it true, since Zoom gives a
// delivery up in the end. Thread-safe. Lives as long as its Engine.
class JOINPASS_EXPORT Webhooks {
 public:
  virtual ~Webhooks() = default;

  // Checks, reads and applies one request, in whatever order and however often they come. No
  // network; blocks on the store, in a bad moment for some seconds. Never fails: what befell
  // is in the answer.
  //
  // An event is known by its raw bytes, and counts as of when Zoom says that it happened, or,
  // where it says nothing of that, was signed. What was not known to be otherwise since is
  // known when it is acknowledged. Of a meeting that was given to somebody whose consent is
  // not here its number is kept for two days, and nothing of him.
  //
  // One that Zoom signed up to two hours ago is taken: so long does it bring again what was
  // not acknowledged. Of `app_deauthorized` nothing is believed but that the consent must be
  // looked at, which is done in the background, and what it says then is in its health and
  // log; a process that dies before leaves it to the next refresh.
  //
  // HTTP status: 204, and 200 to a challenge; 401 webhook_not_authentic; 400 webhook_invalid
  // (413: body_too_large); 404 app_unknown. 503 for all else, so that Zoom brings it again:
  // the store's errors, webhook_secret_missing, cancelled. (Zoom never brings again what was
  // answered with 3xx or 4xx.)
  virtual WebhookAnswer Receive(const WebhookRequest& request) = 0;

  // Errors: app_unknown, store_unavailable, store_corrupt
  virtual absl::StatusOr<WebhookStatus> GetStatus(const std::string& app_id) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_WEBHOOKS_H_
