// SqliteCredentials: credentials and their events. Its parts are in credentials.cc,
// refresh_writes.cc and events.cc.

#ifndef JOINPASS_LIB_STORE_SQLITE_CREDENTIALS_H_
#define JOINPASS_LIB_STORE_SQLITE_CREDENTIALS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/key_source.h"
#include "store/credential_store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/key_check.h"
#include "store/sqlite/refresh_lock.h"

namespace joinpass::store::sqlite {

// The contract is CredentialStore's.
class SqliteCredentials final : public CredentialStore {
 public:
  SqliteCredentials(std::string folder, Database& file, const Marker& marker)
      : folder_(std::move(folder)), file_(file), marker_(marker) {}

  absl::StatusOr<Outcome> Insert(const CredentialRow& row, const LookupKeys& same_principal,
                                 const EventRow& event) override;
  absl::StatusOr<Outcome> Replace(const CredentialRow& row, std::int64_t seen_generation,
                                  Health seen_health, const EventRow& event,
                                  const CredentialRow* unnamed) override;
  absl::StatusOr<Outcome> Name(const CredentialRow& row, const LookupKeys& same_principal) override;
  absl::StatusOr<Outcome> RemoveUnnamed(const CredentialRow& seen) override;
  std::optional<std::uint64_t> Version() override;
  std::optional<std::uint64_t> CommittedVersion() override;
  absl::StatusOr<std::optional<CredentialRow>> Find(const std::string& id) override;
  absl::StatusOr<std::optional<CredentialRow>> FindOfPrincipal(
      const LookupKeys& principal_keys) override;
  absl::StatusOr<std::vector<CredentialRow>> FindOfAnyUser(
      const LookupKeys& any_user_keys) override;
  absl::StatusOr<std::vector<CredentialRow>> List(const std::string& app_id) override;
  absl::StatusOr<std::vector<CredentialRow>> ListUnnamed() override;
  absl::StatusOr<std::vector<std::string>> ListUnsettled() override;
  absl::StatusOr<std::vector<std::string>> ListRefreshedOutside(absl::Time from,
                                                                absl::Time to) override;
  absl::StatusOr<Outcome> AddEvent(const std::string& id, const EventRow& event) override;
  absl::StatusOr<std::vector<EventRow>> ListEvents(const std::string& id) override;
  absl::StatusOr<Outcome> BeginDisconnect(const std::string& id, absl::Time now,
                                          const EventRow& event) override;
  absl::StatusOr<Outcome> Remove(const std::string& id) override;
  absl::StatusOr<std::unique_ptr<RefreshLock>> TryLockRefresh(const std::string& id) override {
    return TryLock(folder_, id);
  }

  absl::StatusOr<Outcome> OpenPending(const std::string& id, const LookupKeys& spent,
                                      const std::optional<PendingRefresh>& seen,
                                      absl::Time now) override;
  absl::StatusOr<Outcome> UndoPending(const std::string& id, const LookupKeys& spent,
                                      const EventRow& event) override;
  absl::StatusOr<Outcome> SetHealth(const std::string& id, const LookupKeys& spent, Health health,
                                    absl::Time since, const std::string& sealed_cause,
                                    const EventRow& event) override;
  absl::StatusOr<std::optional<Health>> NoteAsking(const std::string& id,
                                                   std::int64_t seen_generation, Health health,
                                                   absl::Time since,
                                                   const std::string& sealed_cause,
                                                   const EventRow& event) override;
  absl::StatusOr<Outcome> ReplaceTokens(const std::string& id, const LookupKeys& spent,
                                        std::int64_t seen_generation, Health seen_health,
                                        const TokensRow& tokens, absl::Time now,
                                        const EventRow& event) override;

 private:
  const std::string folder_;
  Database& file_;
  const Marker marker_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_CREDENTIALS_H_
