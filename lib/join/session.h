// A join session on the loop: warming, and minting when it is asked to.

#ifndef JOINPASS_LIB_JOIN_SESSION_H_
#define JOINPASS_LIB_JOIN_SESSION_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/mutex.h"
#include "base/task.h"
#include "directory/host_finder.h"
#include "join/minter.h"
#include "join/next_step.h"
#include "join/pass_log.h"
#include "join/plan.h"
#include "joinpass/check.h"
#include "joinpass/join.h"
#include "joinpass/time.h"
#include "oauth/access_tokens.h"
#include "service/context.h"

namespace joinpass::join {

// What all sessions of an engine share.
struct Services {
  const service::Context& context;
  oauth::AccessTokens& tokens;
  directory::HostFinder& hosts;
  Minter& minter;
  oauth::AuthorizedCalls& calls;
  PassLog& log;
};

// Used from the loop's thread only, but for Report(); held by shared_ptr by its tasks, so that a
// session that its owner dropped ends what it is at.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(const Services& services, JoinRequest request);

  // Finds the host and the identities, then at the same time sees to fresh
  // access tokens and open sockets. Once, first.
  base::Task<absl::Status> Warm();

  // Errors as for JoinSession. Both wait for the host to be found; Mint() also for
  // the sockets that are being opened, up to half of its time, so that it opens
  // none beside them.
  base::Task<absl::StatusOr<JoinPass>> Mint(SteadyTime deadline);
  base::Task<absl::StatusOr<Resolution>> AwaitResolution(SteadyTime deadline);

  // Waits until a pass of a join at this time is to be minted ahead, and mints it unless Mint() or
  // the end of the session was faster. Beside Warm(); holds the session only while it mints.
  // `roll`: 0 to 1, by chance.
  static base::Task<absl::Status> MintAhead(std::weak_ptr<Session> session,
                                            const service::Context& context, absl::Time join_at,
                                            double roll);

  // Looks at everything that a join would need, without a join. Instead of Warm().
  base::Task<absl::StatusOr<JoinCheck>> Check(SteadyTime deadline);

  // What Report() leaves to the loop, if what it heard was telling: forgets a token that other
  // sessions may have, too, and logs it.
  base::Task<absl::Status> FollowReport();

  // Thread-safe, also when the engine is gone. `roll`: 0 to 1, by chance.
  NextStep Report(const SdkOutcome& outcome, const base::Moment& now, double roll);

 private:
  base::Task<Findings> Find(SteadyTime deadline);
  base::Task<Findings> Recall();
  base::Task<Findings> LookAgain(Findings known, SteadyTime deadline);
  base::Task<Findings> WithOwners(absl::StatusOr<Resolution> resolution);
  base::Task<absl::Status> WarmCredential(std::string credential_id, SteadyTime deadline);
  base::Task<absl::Status> WarmSockets(int sockets, SteadyTime deadline);
  base::Task<Findings> AwaitFindings(SteadyTime deadline);
  // Through whose consent something is to be had, and what.
  struct Checked {
    Owner owner = {};
    std::set<Feature> features = {};
  };
  std::vector<Checked> WhomToCheck(const Findings& known) const;
  base::Task<bool> CheckConsent(Checked checked, SteadyTime deadline, JoinCheck& check);
  // `plan`: the one that it begins with; as it ended with, afterwards.
  base::Task<MintedParts> MintParts(const Findings& known, const Detour& detour,
                                    SteadyTime deadline, Plan& plan);
  // A pass as it was minted, with what it was minted by.
  struct Minted {
    absl::StatusOr<JoinPass> pass = absl::UnknownError("");
    std::string identity_owner = {};
    Findings known = {};
    Plan plan = {};
    bool ahead = false;
  };
  base::Task<Minted> MintAnew(SteadyTime deadline);
  base::Task<absl::Status> KeepOneAhead(SteadyTime deadline);
  base::Task<std::optional<Minted>> TakeOneAhead(SteadyTime deadline);
  // Of the pass that is handed out.
  void NoteAttempt(const JoinPass& pass, const std::string& owner, const Plan& plan);
  base::Task<bool> ConsentsStand(const JoinPass& pass);
  void Log(const Minted& minted, int attempt);
  void LogTold();
  void ForgetRefused();

  const Services services_;
  const JoinRequest request_;
  const std::shared_ptr<base::Flight<Findings>> known_;
  const std::shared_ptr<base::Flight<absl::Status>> sockets_;  // the end of WarmSockets()
  const std::string id_;

  int mints_ = 0;                                      // calls of Mint()
  SteadyTime found_at_ = {};                           // when known_ landed
  std::shared_ptr<base::Flight<bool>> minting_ahead_;  // null: that has not begun
  bool is_awaited_ = false;                            // by the first Mint()
  std::optional<Minted> ahead_;

  base::Mutex mutex_;
  Course course_ ABSL_GUARDED_BY(mutex_);

  // The ZAK of the attempt under way, without its value.
  struct LastZak {
    std::string credential_id = {};
    std::string user_id = {};
    SteadyTime expires_at = {};
  };
  std::optional<LastZak> last_zak_ ABSL_GUARDED_BY(mutex_);
  std::optional<LoggedPass> logged_ ABSL_GUARDED_BY(mutex_);  // of the attempt under way
  bool is_told_ ABSL_GUARDED_BY(mutex_) = false;              // more of it than was noted
};

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_SESSION_H_
