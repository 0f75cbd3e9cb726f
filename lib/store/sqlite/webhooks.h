// SqliteWebhooks: which webhooks came, in the file of the directory.

#ifndef JOINPASS_LIB_STORE_SQLITE_WEBHOOKS_H_
#define JOINPASS_LIB_STORE_SQLITE_WEBHOOKS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/sqlite/database.h"
#include "store/webhook_store.h"

namespace joinpass::store::sqlite {

// Within a transaction.
absl::Status PutNote(Connection& db, const WebhookNote& note);

// The contract is WebhookStore's.
class SqliteWebhooks final : public WebhookStore {
 public:
  explicit SqliteWebhooks(Database& file) : file_(file) {}

  absl::StatusOr<bool> Knows(const LookupKeys& body_keys) override;
  absl::Status NoteGood(const WebhookNote& note) override;
  absl::Status NoteBad(const std::string& app_id, Reason reason, Cause cause,
                       absl::Time now) override;
  absl::StatusOr<std::optional<WebhookNotes>> Find(const std::string& app_id) override;

 private:
  Database& file_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_WEBHOOKS_H_
