// HostFinder: who hosts a meeting, from what is known, else from Zoom.

#ifndef JOINPASS_LIB_DIRECTORY_HOST_FINDER_H_
#define JOINPASS_LIB_DIRECTORY_HOST_FINDER_H_

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "directory/named_users.h"
#include "directory/serving_consents.h"
#include "joinpass/directory.h"
#include "joinpass/meeting_link.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"

namespace joinpass::directory {

// OK, or invalid_argument with a message that names what is wrong with `host_hints`.
absl::Status CheckHints(const std::vector<std::string>& host_hints);

// Used from the loop's thread only.
class HostFinder {
 public:
  HostFinder(const service::Context& context, oauth::AuthorizedCalls& calls,
             ServingConsents& consents)
      : context_(context), calls_(calls), consents_(consents) {}

  // Errors as for Directory::LookUp(); `hints` have been checked.
  base::Task<absl::StatusOr<Resolution>> Find(MeetingLink link, std::vector<std::string> hints,
                                              SteadyTime deadline);

  // From what is known alone, the hinted ones last. Errors as for Directory::Resolve().
  base::Task<absl::StatusOr<Resolution>> Recall(MeetingLink link, std::vector<std::string> hints);

 private:
  // Which answer Zoom owes us: whose a meeting is, by its number, or which room a user has.
  struct Question {
    std::uint64_t number = 0;
    std::string vanity_name = {};  // where there is no number
    std::string credential_id = {};
    std::string user_id = {};  // of the hint

    friend auto operator<=>(const Question&, const Question&) = default;
  };
  using Flight = base::Flight<absl::Status>;

  base::Task<absl::StatusOr<std::vector<NamedUser>>> WhomToAsk(
      const MeetingLink& link, const std::vector<std::string>& hints);
  base::Task<absl::Status> AskOnce(Question question, NamedUser whom, SteadyTime deadline);
  base::Task<absl::Status> Ask(Question question, NamedUser whom, SteadyTime deadline);
  base::Task<absl::Status> AskOfMeeting(std::uint64_t number,
                                        const store::CredentialRecord& credential,
                                        SteadyTime deadline);
  base::Task<absl::Status> AskOfUser(const std::string& vanity_name, const NamedUser& whom,
                                     SteadyTime deadline);
  bool IsKnownToBeNone(const Question& question);
  void Remember(const Question& question);

  const service::Context& context_;
  oauth::AuthorizedCalls& calls_;
  ServingConsents& consents_;
  std::map<Question, std::shared_ptr<Flight>> in_flight_;
  std::map<Question, SteadyTime> none_;  // what Zoom does not know, and until when that counts
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_HOST_FINDER_H_
