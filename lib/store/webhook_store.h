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
  // One transaction. (With what it told: DirectoryStore::Change().)
  virtual absl::Status NoteGood(const WebhookNote& note) = 0;
  virtual absl::Status NoteBad(const std::string& app_id, Reason reason, Cause cause,
                               absl::Time now) = 0;
  virtual absl::StatusOr<std::optional<WebhookNotes>> Find(const std::string& app_id) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_WEBHOOK_STORE_H_
