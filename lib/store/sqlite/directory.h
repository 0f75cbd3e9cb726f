// SqliteDirectory: hosts and meetings.

#ifndef JOINPASS_LIB_STORE_SQLITE_DIRECTORY_H_
#define JOINPASS_LIB_STORE_SQLITE_DIRECTORY_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/key_source.h"
#include "store/directory_store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/key_check.h"

namespace joinpass::store::sqlite {

// The contract is DirectoryStore's.
class SqliteDirectory final : public DirectoryStore {
 public:
  SqliteDirectory(Database& file, const Marker& marker) : file_(file), marker_(marker) {}

  absl::StatusOr<std::optional<HostRow>> FindHost(const LookupKeys& user_keys) override;
  absl::StatusOr<Outcome> Change(const DirectoryChange& change) override;
  absl::StatusOr<std::vector<HostRow>> FindHostsByVanityName(
      const LookupKeys& vanity_keys) override;
  absl::StatusOr<std::vector<HostRow>> FindHostsByEmail(const LookupKeys& email_keys) override;
  absl::StatusOr<std::vector<std::optional<MeetingRow>>> FindEachMeeting(
      std::span<const MeetingSearch> searches) override;
  absl::StatusOr<RowsOfNumber> FindNumber(const LookupKeys& number_keys,
                                          bool with_deleted) override;
  absl::StatusOr<std::vector<NumberedMeeting>> ListMeetings(const MeetingFilter& filter,
                                                            std::int64_t after, int most) override;
  absl::StatusOr<int> EndListings(const LookupKeys& user_keys, std::span<const ListingEnd> lists,
                                  absl::Time latest) override;
  absl::StatusOr<std::vector<HostRow>> ListHostsUnseen(const LookupKeys& account_keys,
                                                       absl::Time before,
                                                       absl::Time latest) override;
  absl::StatusOr<int> ForgetHost(const LookupKeys& user_keys, absl::Time before,
                                 absl::Time latest) override;
  absl::Status ForgetDeleted(absl::Time before, absl::Time inactive_before,
                             absl::Time latest) override;
  absl::Status RemoveHost(const LookupKeys& user_keys) override;
  absl::Status RemoveHostsOfAccount(const LookupKeys& account_keys) override;
  absl::StatusOr<Outcome> ChangeSync(const SyncRecord& sync,
                                     const std::optional<SyncRecord>& seen) override;
  absl::StatusOr<std::optional<SyncRecord>> FindSync(const std::string& credential_id) override;
  absl::Status RemoveSync(const std::string& credential_id) override;

  // All that is known through one app.
  absl::Status RemoveOfApp(const std::string& app_id);

 private:
  Database& file_;
  const Marker marker_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_DIRECTORY_H_
