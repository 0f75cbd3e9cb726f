// UserSync: makes true what is known of one user.

#ifndef JOINPASS_LIB_DIRECTORY_USER_SYNC_H_
#define JOINPASS_LIB_DIRECTORY_USER_SYNC_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "joinpass/directory.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"
#include "store/record_types.h"
#include "zoom/endpoints.h"

namespace joinpass::directory {

// One call of Zoom's takes no longer than that, however much time a sync has.
inline constexpr absl::Duration kOneCall = absl::Seconds(60);

// Whether a list was not read to its end because its page token had died.
bool IsExpiredPage(const absl::Status& read);

// Used from the loop's thread only.
class UserSync {
 public:
  UserSync(const service::Context& context, oauth::AuthorizedCalls& calls)
      : context_(context), calls_(calls) {}

  // Whose part of the directory is read, in whose name.
  struct Target {
    const store::CredentialRecord& credential;
    std::string user_id = {};
    // As the list of users says, if there is one, when it was asked for.
    std::uint64_t personal_meeting_id = 0;
    std::string email = {};
    absl::Time listed_at = absl::InfinitePast();
    // Is called after each page.
    std::function<base::Task<absl::Status>()> note = {};
  };

  // Reads who he is and his lists, and forgets what those no longer show. Adds to
  // `report`, whose `synced_at` says when the sync began. `target` and `report` outlive the
  // task. A part without its scope does not keep the others from being read.
  //
  // Errors: as for Directory::Sync()
  base::Task<absl::Status> Read(const Target& target, SteadyTime deadline, SyncReport& report);

 private:
  using Listings = std::vector<store::MeetingListing>;

  base::Task<absl::Status> ReadHost(const Target& target, SteadyTime deadline, SyncReport& report);
  base::Task<absl::Status> PutHost(const Target& target, store::HostRecord host,
                                   SyncReport& report);
  base::Task<absl::Status> ReadLists(const Target& target, SteadyTime deadline, SyncReport& report,
                                     Listings& read);
  base::Task<absl::Status> ReadList(const Target& target, store::MeetingKind kind,
                                    SteadyTime deadline, SyncReport& report, Listings& read);
  base::Task<absl::Status> ReadPages(const Target& target, SteadyTime deadline, SyncReport& report,
                                     store::MeetingListing& list);
  base::Task<absl::Status> EndLists(const Target& target, const Listings& read, SyncReport& report);

  const service::Context& context_;
  oauth::AuthorizedCalls& calls_;
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_USER_SYNC_H_
