// What the doers of oauth/, directory/ and join/ work with.

#ifndef JOINPASS_LIB_OAUTH_CONTEXT_H_
#define JOINPASS_LIB_OAUTH_CONTEXT_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "base/clock.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/task.h"
#include "http/transport.h"
#include "oauth/listeners.h"
#include "store/records_store.h"
#include "zoom/origins.h"

namespace joinpass::oauth {

// References to the parts of one engine, which outlive whoever holds this.
struct Context {
  base::Loop& loop;        // where coroutines run
  base::Executor& worker;  // where calls that block run
  base::Clock& clock;
  base::Random& random;
  http::Transport& transport;
  store::Records& records;
  zoom::Origins origins;
  Listeners listeners = {};

  // True once the engine closes: whoever waits for others gives up. The loop's.
  std::shared_ptr<bool> closing = std::make_shared<bool>(false);

  base::Moment Now() const { return {clock.Now(), clock.SteadyNow()}; }

  // Runs `work`, which may block on the store, off the loop, and comes back.
  template <typename Work>
  base::Task<std::invoke_result_t<Work>> OffLoop(Work work) const {
    return base::RunOn<std::invoke_result_t<Work>>(worker, loop, std::move(work));
  }
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_CONTEXT_H_
