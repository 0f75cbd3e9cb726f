// SqliteStore: Store's calls as SQL. Its parts are in app_rows.cc,
// consent_rows.cc, credential_rows.cc, refresh_rows.cc, event_rows.cc,
// directory_rows.cc, reseal_rows.cc.

#ifndef JOINPASS_LIB_STORE_SQLITE_SQLITE_ROWS_H_
#define JOINPASS_LIB_STORE_SQLITE_SQLITE_ROWS_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "crypto/key_source.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/refresh_lock.h"
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
  SqliteStore(std::string folder, crypto::KeySource& keys, base::Random& random,
              std::unique_ptr<Connection> credentials, std::unique_ptr<Connection> directory,
              std::unique_ptr<Connection> ephemera)
      : folder_(std::move(folder)),
        keys_(keys),
        random_(random),
        credentials_(std::move(credentials)),
        directory_(std::move(directory)),
        ephemera_(std::move(ephemera)) {}

  // Keeps `keys` as long as itself.
  void Own(std::unique_ptr<crypto::KeySource> keys) { own_keys_ = std::move(keys); }

  // Beside the locks, which others may hold while they wait.
  void WaitNoLongerThan(absl::Duration left) override ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (Database* file : Files()) file->connection->WaitNoLongerThan(left);
  }

  absl::StatusOr<Outcome> InsertApp(const AppRow& row, const LookupKeys& same_client) override;
  absl::StatusOr<Outcome> UpdateApp(const AppRow& row, const LookupKeys& same_client) override;
  absl::StatusOr<Outcome> RemoveApp(const std::string& id) override;
  absl::StatusOr<std::optional<AppRow>> FindApp(const std::string& id) override;
  absl::StatusOr<std::vector<AppRow>> ListApps() override;
  absl::StatusOr<Outcome> PauseApp(const std::string& id, std::int64_t seen_version,
                                   const AppPause& pause) override;
  absl::StatusOr<Outcome> ClaimProbe(const std::string& id, const AppPause& seen,
                                     absl::Time next_probe) override;
  absl::StatusOr<Outcome> ResumeApp(const std::string& id, std::int64_t seen_version) override;

  absl::Status PutConsent(const ConsentRow& row) override;
  absl::StatusOr<std::optional<ConsentRow>> FindConsent(const LookupKeys& state_keys) override;
  absl::StatusOr<Outcome> RemoveConsent(const std::string& state_key) override;
  absl::Status RemoveConsentsExpiredBefore(absl::Time time) override;

  absl::StatusOr<Outcome> InsertCredential(const CredentialRow& row, const LookupKeys& same_subject,
                                           const EventRow& event) override;
  absl::StatusOr<Outcome> ReplaceCredential(const CredentialRow& row, std::int64_t seen_generation,
                                            Health seen_health, const EventRow& event,
                                            const CredentialRow* unnamed) override;
  absl::StatusOr<Outcome> NameCredential(const CredentialRow& row,
                                         const LookupKeys& same_subject) override;
  absl::StatusOr<Outcome> RemoveUnnamed(const CredentialRow& seen) override;
  absl::StatusOr<std::optional<CredentialRow>> FindCredential(const std::string& id) override;
  absl::StatusOr<std::optional<CredentialRow>> FindCredentialOfSubject(
      const LookupKeys& subject_keys) override;
  absl::StatusOr<std::vector<CredentialRow>> FindCredentialsOfAnyUser(
      const LookupKeys& any_user_keys) override;
  absl::StatusOr<std::vector<CredentialRow>> ListCredentials(const std::string& app_id) override;
  absl::StatusOr<std::vector<CredentialRow>> ListUnnamed() override;
  absl::StatusOr<std::vector<std::string>> ListUnsettled() override;
  absl::StatusOr<std::vector<std::string>> ListRefreshedOutside(absl::Time from,
                                                                absl::Time to) override;
  absl::StatusOr<Outcome> AddEvent(const std::string& id, const EventRow& event) override;
  absl::StatusOr<std::vector<EventRow>> ListEvents(const std::string& id) override;
  absl::StatusOr<Outcome> BeginDisconnect(const std::string& id, absl::Time now,
                                          const EventRow& event) override;
  absl::StatusOr<Outcome> RemoveCredential(const std::string& id) override;
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
  absl::StatusOr<Outcome> ReplaceTokens(const std::string& id, const LookupKeys& spent,
                                        std::int64_t seen_generation, Health seen_health,
                                        const TokensRow& tokens, absl::Time now,
                                        const EventRow& event) override;

  absl::StatusOr<std::optional<HostRow>> FindHost(const LookupKeys& user_keys) override;
  absl::Status PutHost(const HostRow& row, const std::string& replaced) override;
  absl::StatusOr<Outcome> TouchHost(const std::string& user_key, absl::Time learnt_at) override;
  absl::StatusOr<std::vector<HostRow>> FindHostsByNumber(const LookupKeys& number_keys) override;
  absl::StatusOr<std::vector<HostRow>> FindHostsByVanityName(
      const LookupKeys& vanity_keys) override;
  absl::StatusOr<std::vector<std::optional<MeetingRow>>> FindEachMeeting(
      std::span<const MeetingSearch> searches) override;
  absl::StatusOr<std::vector<MeetingRow>> FindMeetings(const LookupKeys& number_keys) override;
  absl::StatusOr<Outcome> ChangeMeetings(const MeetingChanges& changes) override;
  absl::StatusOr<int> RemoveMeetings(const LookupKeys& host_keys,
                                     absl::Time learnt_before) override;
  absl::Status RemoveHost(const LookupKeys& user_keys, const LookupKeys& host_keys) override;
  absl::Status RemoveHostsOfAccount(const LookupKeys& account_keys) override;

  absl::Status AdoptNewestKey() override;
  absl::StatusOr<std::vector<AnyRow>> ListSealedOtherwise(crypto::KeyId key, int limit,
                                                          RowCursor& cursor) override;
  absl::StatusOr<int> Reseal(std::span<const Resealed> rows) override;
  absl::StatusOr<std::int64_t> CountSealed(crypto::KeyId key) override;
  absl::Status WipeRemains() override;

 private:
  absl::Status RemoveDirectoryOfApp(const std::string& app_id);
  // In the order in which their locks are taken.
  std::array<Database*, 3> Files() { return {&credentials_, &directory_, &ephemera_}; }

  const std::string folder_;
  std::unique_ptr<crypto::KeySource> own_keys_;
  crypto::KeySource& keys_;
  base::Random& random_;
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
