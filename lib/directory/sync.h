// Sync: makes the directory true.

#ifndef JOINPASS_LIB_DIRECTORY_SYNC_H_
#define JOINPASS_LIB_DIRECTORY_SYNC_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/directory.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"
#include "store/record_types.h"
#include "zoom/endpoints.h"

namespace joinpass::directory {

// Reads the personal meeting ids, the scheduled meetings and the webinars of one user, or
// of all users of an account, page by page, and forgets what the lists no longer
// name; what was learnt after the sync began is spared. Memory does not grow with
// the number of pages.
//
// Used from the loop's thread only.
class Sync {
 public:
  Sync(const service::Context& context, oauth::AuthorizedCalls& calls)
      : context_(context), calls_(calls) {}

  // Errors as for Directory::Sync().
  base::Task<absl::StatusOr<SyncReport>> Run(std::string credential_id, SteadyTime deadline);

 private:
  // Whose part of the directory is read, in whose name.
  struct Target {
    store::CredentialRecord credential;
    std::string user_id;
    std::uint64_t personal_meeting_id = 0;  // as the list of users says, if there is one
    absl::Time listed_at = absl::InfinitePast();
  };

  base::Task<absl::StatusOr<SyncReport>> RunAlone(std::string credential_id, SteadyTime deadline);
  base::Task<absl::Status> CheckDelegate(const store::CredentialRecord& credential,
                                         SteadyTime deadline);
  base::Task<absl::Status> ReadAccount(const store::CredentialRecord& credential,
                                       SteadyTime deadline, SyncReport& report);
  base::Task<absl::Status> ReadUser(const Target& target, SteadyTime deadline, SyncReport& report);
  base::Task<absl::Status> ReadHost(const Target& target, SteadyTime deadline, SyncReport& report);
  static store::HostRecord HostOf(const Target& target, absl::Time learnt_at);
  base::Task<absl::Status> PutHost(store::HostRecord host, SyncReport& report);
  base::Task<absl::Status> ReadWebinars(const Target& target, SteadyTime deadline,
                                        SyncReport& report);
  base::Task<absl::Status> ReadList(const Target& target, store::MeetingKind kind,
                                    SteadyTime deadline, SyncReport& report);
  base::Task<absl::Status> ReadPages(const Target& target, store::MeetingKind kind,
                                     SteadyTime deadline, int& meetings, SyncReport& report);
  base::Task<absl::Status> Sweep(const Target& target, store::MeetingKind kind, absl::Time before,
                                 SyncReport& report);

  const service::Context& context_;
  oauth::AuthorizedCalls& calls_;

  // The sync that runs, of each credential; the next one waits for it.
  std::map<std::string, std::shared_ptr<base::Flight<absl::Status>>> running_;
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_SYNC_H_
