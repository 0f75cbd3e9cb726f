// Sync: makes the directory true.

#ifndef JOINPASS_LIB_DIRECTORY_SYNC_H_
#define JOINPASS_LIB_DIRECTORY_SYNC_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "directory/user_sync.h"
#include "joinpass/directory.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"
#include "store/record_types.h"
#include "zoom/endpoints.h"

namespace joinpass::directory {

// Reads the personal meeting ids, the scheduled meetings and the webinars of one user, or
// of all users of an account, page by page, and forgets what the lists no longer
// name; what was learnt after a list began is spared. Memory does not grow with the
// number of users. How it does is told to `on_sync_progress` and stands in the store, from
// where the next one goes on if this one is cut short.
//
// Used from the loop's thread only.
class Sync {
 public:
  Sync(const service::Context& context, oauth::AuthorizedCalls& calls)
      : context_(context), calls_(calls), users_(context, calls) {}

  // Errors as for Directory::Sync(). `begun`: the record of this sync, if somebody has put
  // it already (sync_progress.h).
  base::Task<absl::StatusOr<SyncReport>> Run(std::string credential_id, SteadyTime deadline,
                                             std::optional<store::SyncRecord> begun = {});

 private:
  // One that is under way.
  struct Course {
    store::CredentialRecord credential = {};
    SyncReport report = {};
    store::SyncRecord record = {};
    bool goes_on = false;  // whoever was read since it began is passed over
    SteadyTime written_at = {};

    // Of an account: of one pass through the list of its users.
    int fewest_in_all = 0;          // that a page said there are
    absl::Status passed_over = {};  // why the first was who could not be read
    int failures_in_a_row = 0;
  };

  base::Task<absl::StatusOr<SyncReport>> RunAlone(std::string credential_id, SteadyTime deadline,
                                                  std::optional<store::SyncRecord> begun);
  base::Task<absl::Status> CheckDelegate(const store::CredentialRecord& credential,
                                         SteadyTime deadline);
  base::Task<absl::Status> Begin(Course& course, std::optional<store::SyncRecord> begun);
  base::Task<absl::Status> Read(Course& course, SteadyTime deadline);
  base::Task<absl::Status> ReadAccount(Course& course, SteadyTime deadline);
  base::Task<absl::Status> ReadUsers(Course& course, SteadyTime deadline);
  base::Task<absl::Status> ListOnly(Course& course, SteadyTime deadline,
                                    std::vector<std::string>& unseen);
  base::Task<absl::StatusOr<zoom::UserPage>> ListPage(Course& course, std::string page_token,
                                                      SteadyTime deadline, absl::Time& listed_at);
  base::Task<absl::Status> ReadListed(Course& course, const zoom::UserPage& page,
                                      absl::Time listed_at, SteadyTime deadline);
  base::Task<absl::StatusOr<std::vector<bool>>> WhoWasRead(const Course& course,
                                                           const zoom::UserPage& page);
  base::Task<absl::Status> ForgetOthers(Course& course, SteadyTime deadline);
  base::Task<absl::Status> Note(Course& course, bool at_once);

  const service::Context& context_;
  oauth::AuthorizedCalls& calls_;
  UserSync users_;
  std::map<std::string, std::shared_ptr<base::Flight<absl::Status>>> running_;  // by credential
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_SYNC_H_
