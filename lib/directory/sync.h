// Sync: makes the directory true.

#ifndef JOINPASS_LIB_DIRECTORY_SYNC_H_
#define JOINPASS_LIB_DIRECTORY_SYNC_H_

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
#include "oauth/context.h"
#include "store/records.h"
#include "zoom/api_answers.h"

namespace joinpass::directory {

// Reads one user's personal meeting id and his scheduled meetings, page by
// page, and forgets what the list no longer names; what was learnt after the
// sync began is spared. Memory does not grow with the number of pages.
//
// Used from the loop's thread only.
class Sync {
 public:
  Sync(const oauth::Context& context, oauth::AuthorizedCalls& calls)
      : context_(context), calls_(calls) {}

  // Errors as for Directory::Sync().
  base::Task<absl::StatusOr<SyncReport>> Run(std::string credential_id, SteadyTime deadline);

 private:
  base::Task<absl::Status> ReadHost(const store::CredentialRecord& credential, SteadyTime deadline,
                                    SyncReport& report);
  base::Task<absl::Status> ReadMeetings(const store::CredentialRecord& credential,
                                        SteadyTime deadline, SyncReport& report);
  base::Task<absl::Status> ReadPages(const store::CredentialRecord& credential, SteadyTime deadline,
                                     SyncReport& report);
  base::Task<absl::StatusOr<zoom::MeetingPage>> ReadPage(std::string credential_id,
                                                         std::string page_token,
                                                         SteadyTime deadline);
  base::Task<absl::StatusOr<SyncReport>> RunAlone(std::string credential_id, SteadyTime deadline);

  const oauth::Context& context_;
  oauth::AuthorizedCalls& calls_;

  // The sync that runs, of each credential; the next one waits for it.
  std::map<std::string, std::shared_ptr<base::Flight<absl::Status>>> running_;
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_SYNC_H_
