// DirectoryStore: who hosts what, as rows.

#ifndef JOINPASS_LIB_STORE_DIRECTORY_STORE_H_
#define JOINPASS_LIB_STORE_DIRECTORY_STORE_H_

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

  // `learnt_at` never goes back: what was learnt before the stored row is not
  // written (and that is no error); of the same time, the last one is kept.

  virtual absl::StatusOr<std::optional<HostRow>> FindHost(const LookupKeys& user_keys) = 0;
  // Replaces the row of its key, and the one under `replaced` if that is not empty.
  virtual absl::Status PutHost(const HostRow& row, const std::string& replaced) = 0;
  // kMoved: no row has this key (any more).
  virtual absl::StatusOr<Outcome> TouchHost(const std::string& user_key, absl::Time learnt_at) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByNumber(const LookupKeys& number_keys) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByVanityName(
      const LookupKeys& vanity_keys) = 0;

  // For each search the row, if there is one, in the same order.
  virtual absl::StatusOr<std::vector<std::optional<MeetingRow>>> FindEachMeeting(
      std::span<const MeetingSearch> searches) = 0;
  virtual absl::StatusOr<std::vector<MeetingRow>> FindMeetings(const LookupKeys& number_keys) = 0;
  // kMoved: no row has a key of `learnt` (any more); nothing was written.
  virtual absl::StatusOr<Outcome> ChangeMeetings(const MeetingChanges& changes) = 0;
  // Gives how many.
  virtual absl::StatusOr<int> RemoveMeetings(const LookupKeys& host_keys,
                                             absl::Time learnt_before) = 0;
  // All that is known of one host, or of all hosts of one account.
  virtual absl::Status RemoveHost(const LookupKeys& user_keys, const LookupKeys& host_keys) = 0;
  virtual absl::Status RemoveHostsOfAccount(const LookupKeys& account_keys) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_DIRECTORY_STORE_H_
