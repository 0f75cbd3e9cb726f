// What the doers of oauth/, directory/ and join/ work with.

#ifndef JOINPASS_LIB_SERVICE_CONTEXT_H_
#define JOINPASS_LIB_SERVICE_CONTEXT_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "base/clock.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/task.h"
#include "http/transport.h"
#include "service/circuits.h"
#include "service/closing.h"
#include "service/lanes.h"
#include "service/listeners.h"
#include "store/records.h"
#include "zoom/origins.h"

namespace joinpass::service {

// References to the parts of one engine, which outlive whoever holds this.
struct Context {
  base::Loop& loop;   // where coroutines run
  const Lanes lanes;  // where calls that block run
  base::Clock& clock;
  base::Random& random;
  http::Transport& transport;
  store::Records& records;
  zoom::Origins origins;
  Listeners listeners = {};

  // Whoever waits for others gives up once it has begun.
  std::shared_ptr<Closing> closing = std::make_shared<Closing>(loop);

  // Who calls Zoom, and may call it again, passes here first.
  std::shared_ptr<Circuits> circuits = std::make_shared<Circuits>(loop, clock, random);

  base::Moment Now() const { return {clock.Now(), clock.SteadyNow()}; }

  // Runs `work`, which may block on the store, off the loop, and comes back.
  template <typename Work>
  base::Task<std::invoke_result_t<Work>> OffLoop(Lane lane, Work work) const {
    return base::RunOn<std::invoke_result_t<Work>>(lanes.Of(lane), loop, std::move(work));
  }
};

}  // namespace joinpass::service

#endif  // JOINPASS_LIB_SERVICE_CONTEXT_H_
