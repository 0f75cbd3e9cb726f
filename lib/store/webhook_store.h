// WebhookStore: which webhooks came, and how those of an app do.

#ifndef JOINPASS_LIB_STORE_WEBHOOK_STORE_H_
#define JOINPASS_LIB_STORE_WEBHOOK_STORE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/record_types.h"
#include "store/rows.h"

namespace joinpass::store {

// What holds for each call stands in store.h.
class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  virtual absl::StatusOr<bool> Knows(const LookupKeys& body_keys) = 0;
  // That one of the app was good; and, unless `body_key` is empty, that it came. Forgets those
  // that did not come from `before` to `latest`. One transaction.
  virtual absl::Status NoteGood(const std::string& app_id, const std::string& body_key,
                                const std::string& event, absl::Time now, absl::Time before,
                                absl::Time latest) = 0;
  virtual absl::Status NoteBad(const std::string& app_id, Reason reason, Cause cause,
                               absl::Time now) = 0;
  virtual absl::StatusOr<std::optional<WebhookNotes>> Find(const std::string& app_id) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_WEBHOOK_STORE_H_
