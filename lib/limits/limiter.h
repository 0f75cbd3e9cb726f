// Limiter: has each call to Zoom wait for its turn, in all processes that share the store.

#ifndef JOINPASS_LIB_LIMITS_LIMITER_H_
#define JOINPASS_LIB_LIMITS_LIMITER_H_

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "base/task.h"
#include "joinpass/limits.h"
#include "joinpass/time.h"
#include "limits/bucket.h"
#include "service/context.h"
#include "zoom/rate_limits.h"

namespace joinpass::limits {

// One call of Zoom's API.
struct Call {
  std::string account_id = {};  // whose limit it counts against
  zoom::RateLabel label = zoom::RateLabel::kLight;
  Urgency urgency = Urgency::kJoin;
  std::string credential_id = {};  // for those who hear of waits, as is this:
  bool is_repeat = false;
};
Wait WaitOf(const Call& call);  // how long is not in it

// The buckets stand in the store. Where that fails, nobody's call fails: each process then goes
// by what it knows itself, until the store is back.
//
// Used from the loop's thread only.
class Limiter {
 public:
  // `plan`: what an account is taken to have until Zoom's answers say.
  Limiter(const service::Context& context, ZoomPlan plan) : context_(context), plan_(plan) {}

  // Waits until `call` may be sent. Errors: rate_limited (there is no turn by `deadline`, nor
  // within 10 minutes; ErrorInfo::retry_at says when there may be one), cancelled (the engine
  // is closing)
  base::Task<absl::Status> AwaitTurn(Call call, SteadyTime deadline);

  // What came to a call that had left at `sent_at`.
  base::Task<absl::Status> Hear(Call call, zoom::RateNews news, SteadyTime sent_at);

 private:
  using Key = std::pair<std::string, zoom::RateLabel>;

  // A bucket as this process saw it last.
  struct Known {
    Bucket bucket = {};
    bool is_ahead = false;  // of the store, which could not keep what was done
  };

  // The bucket of `call` in the hands of `work` alone; gives what that gives.
  template <typename Work>
  using Given = std::invoke_result_t<Work, Bucket&, const base::Moment&>;
  template <typename Work>
  base::Task<Given<Work>> With(Call call, Work work);
  // In the store. Nothing: it fails, and nothing has changed.
  template <typename Work>
  base::Task<std::optional<Given<Work>>> InStore(const Call& call, Work& work, Known& known);

  Known& Seen(const Key& key);
  base::Task<bool> MayLeave(Call call, Turn turn);
  void Tell(const Call& call, absl::Duration time) const;

  const service::Context& context_;
  const ZoomPlan plan_;
  std::map<Key, Known> seen_;
  // Where the store makes one wait in vain, not each call waits.
  SteadyTime store_rests_until_ = {};
};

}  // namespace joinpass::limits

#endif  // JOINPASS_LIB_LIMITS_LIMITER_H_
