// TokenMemory: what a process remembers of the tokens of credentials.

#ifndef JOINPASS_LIB_OAUTH_TOKEN_MEMORY_H_
#define JOINPASS_LIB_OAUTH_TOKEN_MEMORY_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/held_token.h"
#include "oauth/next_try.h"
#include "oauth/refresh_run.h"
#include "oauth/token_cache.h"
#include "service/context.h"

namespace joinpass::oauth {

// At most 4096 credentials: of more, those that were not used for longest are forgotten.
// Used from the loop's thread only, but for cache().
class TokenMemory {
 public:
  using StatusFlight = std::shared_ptr<base::Flight<absl::Status>>;

  struct Entry : std::enable_shared_from_this<Entry> {
    HeldToken held;
    std::optional<Unsaved> unsaved;  // what Zoom answered, and nobody else knows
    NextTry next_try;                // after runs that spent nothing
    SteadyTime used_at;

    // Many wait for one outcome. Null: nothing is under way.
    StatusFlight loading;
    StatusFlight renewal;
    StatusFlight saving;
  };

  // Held by whoever works with it, so that forgetting takes it from nobody.
  using EntryPtr = std::shared_ptr<Entry>;

  explicit TokenMemory(const service::Context& context) : context_(context) {}

  // Made if there is none.
  EntryPtr Of(const std::string& credential_id);
  std::vector<std::pair<std::string, EntryPtr>> All() const;
  std::size_t size() const { return entries_.size(); }

  // Reads what is stored into `entry`, or takes what was read. Of a file that was put
  // back, what is held stays, and becomes unsaved. Errors: those of ReadStored();
  // credential_disconnecting
  base::Task<absl::Status> Load(EntryPtr entry, std::string credential_id);
  absl::Status Take(Entry& entry, const std::string& credential_id, absl::StatusOr<Stored> stored);

  // Has the access token of `entry` in the cache if it is fresh, and else none.
  void Publish(const Entry& entry, const std::string& credential_id);

  // Begins what many may wait for, in the `slot` of `entry` until it is done. Nothing is
  // begun once the engine closes: cancelled.
  StatusFlight Launch(Entry& entry, StatusFlight Entry::*slot, base::Task<absl::Status> task);

  void Reject(const std::string& credential_id, const Secret& access_token);
  void Forget(const std::string& credential_id);
  void ForgetUnused();  // for two hours: the access token is over

  absl::Duration LeftOf(const Entry& entry) const { return entry.held.Left(context_.Now()); }
  Grant GrantOf(const Entry& entry) const {
    return entry.held.ToGrant(context_.origins.api, context_.Now());
  }

  TokenCache& cache() { return cache_; }

 private:
  static bool IsIdle(const EntryPtr& entry);
  void ForgetLongestUnused();

  const service::Context& context_;
  TokenCache cache_;
  std::map<std::string, EntryPtr> entries_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_TOKEN_MEMORY_H_
