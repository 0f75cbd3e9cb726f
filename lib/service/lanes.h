// Lanes: where calls that block on the store run, beside each other.

#ifndef JOINPASS_LIB_SERVICE_LANES_H_
#define JOINPASS_LIB_SERVICE_LANES_H_

#include "base/executor.h"
#include "base/worker.h"

namespace joinpass::service {

// A write may wait for seconds for another process's lock. Nobody who joins stands
// behind one that he does not need.
enum class Lane {
  kReads,       // reads that a join waits for
  kTokens,      // what keeps tokens alive: refreshes, and consents as they come in
  kBackground,  // all else: sync, upkeep, logs, a change of keys
};

// The executors must outlive it.
struct Lanes {
  base::Executor& reads;
  base::Executor& tokens;
  base::Executor& background;

  base::Executor& Of(Lane lane) const {
    if (lane == Lane::kReads) return reads;
    return lane == Lane::kTokens ? tokens : background;
  }
};

// A thread a lane.
struct LaneWorkers {
  base::Worker reads;
  base::Worker tokens;
  base::Worker background;

  Lanes lanes() { return {reads, tokens, background}; }
};

}  // namespace joinpass::service

#endif  // JOINPASS_LIB_SERVICE_LANES_H_
