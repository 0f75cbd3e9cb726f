// DirectoryStore: who hosts what, as rows.

#ifndef JOINPASS_LIB_STORE_DIRECTORY_STORE_H_
#define JOINPASS_LIB_STORE_DIRECTORY_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/outcome.h"
#include "store/rows.h"

namespace joinpass::store {

// The directory: hosts and meetings. What holds for each call stands in store.h.
class DirectoryStore {
 public:
  virtual ~DirectoryStore() = default;

  virtual absl::StatusOr<std::optional<HostRow>> FindHost(const LookupKeys& user_keys) = 0;
  // kMoved: one of what is stored is not as seen (any more), or the row of a meeting's host is
  // not there; nothing was written. One transaction.
  virtual absl::StatusOr<Outcome> Change(const DirectoryChange& change) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByVanityName(
      const LookupKeys& vanity_keys) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByEmail(const LookupKeys& email_keys) = 0;

  // For each search the row, if there is one, in the same order.
  virtual absl::StatusOr<std::vector<std::optional<MeetingRow>>> FindEachMeeting(
      std::span<const MeetingSearch> searches) = 0;
  // Nobody who is inactive is found below, nor what he hosts.
  //
  // At one moment: meetings whose host is known, and that are not deleted or
  // (`with_deleted`) are; and hosts who have the number as their personal meeting id.
  virtual absl::StatusOr<RowsOfNumber> FindNumber(const LookupKeys& number_keys,
                                                  bool with_deleted) = 0;
  // The first `most` of them behind `after`, in their order. By the first of the filter's
  // parts that is not empty.
  virtual absl::StatusOr<std::vector<NumberedMeeting>> ListMeetings(const MeetingFilter& filter,
                                                                    std::int64_t after,
                                                                    int most) = 0;
  // Lists of one host were read to their ends. Of each, unless one that began later (and not
  // after `latest`) has ended: what it does not show and of which nothing was learnt from
  // `began` to `latest` is deleted, as of `began`; what it shows and was deleted before is
  // there again; and the host's row says when it was read. One transaction. Gives how many
  // were deleted.
  virtual absl::StatusOr<int> EndListings(const LookupKeys& user_keys,
                                          std::span<const ListingEnd> lists, absl::Time latest) = 0;
  // Hosts of the account of whom nothing was learnt from `before` to `latest`.
  virtual absl::StatusOr<std::vector<HostRow>> ListHostsUnseen(const LookupKeys& account_keys,
                                                               absl::Time before,
                                                               absl::Time latest) = 0;
  // A host's meetings are deleted, as of `before`, unless something was learnt of them from
  // then to `latest`; he is inactive, as of then, if none is left. One transaction. Gives how
  // many meetings.
  virtual absl::StatusOr<int> ForgetHost(const LookupKeys& user_keys, absl::Time before,
                                         absl::Time latest) = 0;
  // Forgets deletions that were not from `before` to `latest`, and hosts who are inactive since
  // before `inactive_before`, with their meetings. One transaction.
  virtual absl::Status ForgetDeleted(absl::Time before, absl::Time inactive_before,
                                     absl::Time latest) = 0;
  // All that is known of one host, or of all hosts of one account.
  virtual absl::Status RemoveHost(const LookupKeys& user_keys) = 0;
  virtual absl::Status RemoveHostsOfAccount(const LookupKeys& account_keys) = 0;

  // How syncs do. kMoved: what is stored did not begin and change when `seen` did (nothing:
  // there is none).
  virtual absl::StatusOr<Outcome> ChangeSync(const SyncRecord& sync,
                                             const std::optional<SyncRecord>& seen) = 0;
  virtual absl::StatusOr<std::optional<SyncRecord>> FindSync(const std::string& credential_id) = 0;
  virtual absl::Status RemoveSync(const std::string& credential_id) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_DIRECTORY_STORE_H_
