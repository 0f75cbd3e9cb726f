// Upkeep: what must be done for credentials that nobody uses just now.

#ifndef JOINPASS_LIB_OAUTH_UPKEEP_H_
#define JOINPASS_LIB_OAUTH_UPKEEP_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/engine.h"
#include "joinpass/time.h"
#include "oauth/context.h"
#include "oauth/token_source.h"

namespace joinpass::oauth {

// Used from the loop's thread only.
class Upkeep {
 public:
  Upkeep(const Context& context, TokenSource& tokens)
      : context_(context),
        tokens_(tokens),
        closed_(std::make_shared<base::Flight<absl::Status>>(context.loop)) {}

  // One round. Errors as for Engine::Upkeep().
  base::Task<absl::StatusOr<UpkeepReport>> Run(SteadyTime deadline);

  // What a process that died has left: settled as each comes due, for as long as
  // nobody calls Close(). Once, when the engine opens.
  base::Task<absl::Status> SettleAfterStart();

  // Ends what waits for its time.
  void Close();

 private:
  base::Task<absl::Status> Settle(const std::vector<std::string>& ids, SteadyTime deadline,
                                  UpkeepReport& report);
  base::Task<absl::Status> SettleOne(std::string id, SteadyTime deadline, UpkeepReport& report);
  base::Task<absl::Status> RenewIdle(SteadyTime deadline, UpkeepReport& report);
  base::Task<absl::Status> ProbeApps(SteadyTime deadline);

  const Context& context_;
  TokenSource& tokens_;
  bool closing_ = false;
  const std::shared_ptr<base::Flight<absl::Status>> closed_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_UPKEEP_H_
