// Upkeep: what must be done for credentials that nobody uses just now.

#ifndef JOINPASS_LIB_OAUTH_UPKEEP_H_
#define JOINPASS_LIB_OAUTH_UPKEEP_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/engine.h"
#include "joinpass/time.h"
#include "oauth/access_tokens.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"

namespace joinpass::oauth {

// Used from the loop's thread only.
class Upkeep {
 public:
  Upkeep(const service::Context& context, AccessTokens& tokens, AuthorizedCalls& calls)
      : context_(context), tokens_(tokens), calls_(calls) {}

  // One round. Errors as for Engine::Upkeep().
  base::Task<absl::StatusOr<UpkeepReport>> Run(SteadyTime deadline);

  // Settles what a process that died has left, and what is watched, as each comes
  // due; ends when the engine closes, once woken. Once, when the engine opens.
  base::Task<absl::Status> SettleWhileOpen();

  // Has a credential settled that is not.
  void Watch(std::string credential_id);

  // Looks again at what is due.
  void Wake();

 private:
  base::Task<absl::Status> Settle(const std::vector<std::string>& ids, SteadyTime deadline,
                                  UpkeepReport& report);
  base::Task<absl::Status> SettleOne(std::string id, SteadyTime deadline, UpkeepReport& report);
  base::Task<absl::Status> SettleUnnamed(store::CredentialRecord credential, SteadyTime deadline,
                                         UpkeepReport& report);
  base::Task<absl::Status> Look(std::string id);
  base::Task<absl::Status> RenewIdle(SteadyTime deadline, UpkeepReport& report);
  base::Task<absl::Status> ProbeApps(SteadyTime deadline);

  const service::Context& context_;
  AccessTokens& tokens_;
  AuthorizedCalls& calls_;

  // What is not settled yet, and when the next look at it is due.
  struct Due {
    SteadyTime at = {};
    int looks = 0;
  };
  std::map<std::string, Due> watched_;
  std::shared_ptr<base::Flight<absl::Status>> nap_;  // landed to wake; null: awake
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_UPKEEP_H_
