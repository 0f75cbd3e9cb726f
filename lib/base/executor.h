// Where work runs.

#ifndef JOINPASS_LIB_BASE_EXECUTOR_H_
#define JOINPASS_LIB_BASE_EXECUTOR_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "joinpass/time.h"

namespace joinpass::base {

using Work = absl::AnyInvocable<void()>;

// Runs what it is given, later and never inside Post(), in order. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(Work work) = 0;
};

// An executor of one thread, with timers. All coroutines of an engine run on
// its loop, one at a time, so what they share needs no lock.
class Loop : public Executor {
 public:
  using TimerId = std::uint64_t;  // Never 0.

  // Runs `work` once, at `when` or soon after. Thread-safe.
  virtual TimerId PostAt(SteadyTime when, Work work) = 0;

  // After this returns on the loop's thread, the work of `id` will not run any
  // more. An id that ran or was cancelled is no error. Thread-safe.
  virtual void Cancel(TimerId id) = 0;

  // True on the loop's own thread, where nothing may wait for the loop. Thread-safe.
  virtual bool IsCurrent() const = 0;
};

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_EXECUTOR_H_
