// IoLoop: the one thread on which an engine's coroutines and sockets live.

#ifndef JOINPASS_LIB_HTTP_LOOP_H_
#define JOINPASS_LIB_HTTP_LOOP_H_

#include <memory>

#include "base/clock.h"
#include "base/executor.h"

namespace joinpass::http {

// A thread that runs what is posted, strictly in the order of Post(), what came
// due, and what its sockets have to tell. It sleeps while there is nothing.
//
// The destructor runs what was posted and what follows from it without waiting,
// then joins the thread; work of timers that are not due is dropped. Whatever
// uses the loop is closed before. Thread-safe, but destroyed from another thread
// than its own.
class IoLoop : public base::Loop {
 public:
  // Of the implementation only; see loop_context.h.
  class Context;
  virtual Context& context() = 0;
};

// Starts the thread; throws std::system_error if there is no thread or descriptor
// to be had. Timers count on `clock`, which outlives the loop; they run
// when its SteadyNow() has reached their moment, never before.
std::unique_ptr<IoLoop> MakeIoLoop(base::Clock& clock);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_LOOP_H_
