// SqliteStore: Store's calls as SQL. Its parts are in app_rows.cc,
// consent_rows.cc, credential_rows.cc, directory_rows.cc.

#ifndef JOINPASS_LIB_STORE_SQLITE_SQLITE_ROWS_H_
#define JOINPASS_LIB_STORE_SQLITE_SQLITE_ROWS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace joinpass::store::sqlite {

// One connection and its lock.
struct Database {
  explicit Database(std::unique_ptr<Connection> opened) : connection(std::move(opened)) {}

  base::Mutex mutex;
  const std::unique_ptr<Connection> connection ABSL_PT_GUARDED_BY(mutex);
};

// The contract is Store's. Where it needs two locks, that of `credentials`
// comes first.
class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<Connection> credentials, std::unique_ptr<Connection> directory,
              std::unique_ptr<Connection> ephemera)
      : credentials_(std::move(credentials)),
        directory_(std::move(directory)),
        ephemera_(std::move(ephemera)) {}

  absl::StatusOr<Outcome> InsertApp(const AppRow& row, const LookupKeys& same_client) override;
  absl::StatusOr<Outcome> UpdateApp(const AppRow& row, const LookupKeys& same_client) override;
  absl::StatusOr<Outcome> RemoveApp(const std::string& id) override;
  absl::StatusOr<std::optional<AppRow>> FindApp(const std::string& id) override;
  absl::StatusOr<std::vector<AppRow>> ListApps() override;

  absl::Status PutConsent(const ConsentRow& row) override;
  absl::StatusOr<std::optional<ConsentRow>> FindConsent(const LookupKeys& state_keys) override;
  absl::StatusOr<Outcome> RemoveConsent(const std::string& state_key) override;
  absl::Status RemoveConsentsExpiredBefore(absl::Time time) override;

  absl::StatusOr<Outcome> InsertCredential(const CredentialRow& row,
                                           const LookupKeys& same_user) override;
  absl::StatusOr<Outcome> ReplaceCredential(const CredentialRow& row,
                                            std::int64_t seen_generation) override;
  absl::StatusOr<std::optional<CredentialRow>> FindCredential(const std::string& id) override;
  absl::StatusOr<std::optional<CredentialRow>> FindCredentialOfUser(
      const LookupKeys& user_keys) override;
  absl::StatusOr<std::vector<CredentialRow>> FindCredentialsOfAnyUser(
      const LookupKeys& any_user_keys) override;
  absl::StatusOr<std::vector<CredentialRow>> ListCredentials(const std::string& app_id) override;
  absl::StatusOr<Outcome> OpenPending(const std::string& id, const LookupKeys& spent,
                                      const std::optional<PendingRefresh>& seen,
                                      absl::Time now) override;
  absl::StatusOr<Outcome> UndoPending(const std::string& id, const LookupKeys& spent) override;
  absl::StatusOr<Outcome> SetHealth(const std::string& id, const LookupKeys& spent, Health health,
                                    absl::Time since, const std::string& sealed_cause) override;
  absl::StatusOr<Outcome> ReplaceTokens(const std::string& id, const LookupKeys& spent,
                                        std::int64_t seen_generation, const TokensRow& tokens,
                                        absl::Time now) override;

  absl::StatusOr<std::optional<HostRow>> FindHost(const LookupKeys& user_keys) override;
  absl::Status PutHost(const HostRow& row, const std::string& replaced) override;
  absl::Status TouchHost(const std::string& user_key, absl::Time learnt_at) override;
  absl::StatusOr<std::vector<HostRow>> FindHostsByNumber(const LookupKeys& number_keys) override;
  absl::StatusOr<std::vector<HostRow>> FindHostsByVanityName(
      const LookupKeys& vanity_keys) override;
  absl::StatusOr<std::vector<std::optional<MeetingRow>>> FindEachMeeting(
      std::span<const MeetingSearch> searches) override;
  absl::StatusOr<std::vector<MeetingRow>> FindMeetings(const LookupKeys& number_keys) override;
  absl::Status ChangeMeetings(const MeetingChanges& changes) override;
  absl::StatusOr<int> RemoveMeetings(const LookupKeys& host_keys,
                                     absl::Time learnt_before) override;

 private:
  absl::Status RemoveDirectoryOfApp(const std::string& app_id);

  Database credentials_;
  Database directory_;
  Database ephemera_;
};

// --- how each part reads its rows ---------------------------------------------

// All rows that `statement` gives, each read by `read`.
template <typename Read>
auto ReadRows(Statement& statement, const Read& read)
    -> absl::StatusOr<std::vector<decltype(read(statement))>> {
  std::vector<decltype(read(statement))> rows;
  while (true) {
    absl::StatusOr<bool> more = statement.Step();
    if (!more.ok()) return std::move(more).status();
    if (!*more) return rows;
    rows.push_back(read(statement));
  }
}

// The first row, or nothing.
template <typename Read>
auto ReadRow(Statement& statement, const Read& read)
    -> absl::StatusOr<std::optional<decltype(read(statement))>> {
  absl::StatusOr<bool> found = statement.Step();
  if (!found.ok()) return std::move(found).status();
  if (!*found) return std::nullopt;
  return std::make_optional(read(statement));
}

// Runs `statement`: kDone if it changed a row, else `unchanged`.
inline absl::StatusOr<Outcome> RunChange(Connection& connection, Statement& statement,
                                         Outcome unchanged) {
  if (absl::Status status = statement.Run(); !status.ok()) return status;
  return connection.changes() > 0 ? Outcome::kDone : unchanged;
}

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_SQLITE_ROWS_H_
