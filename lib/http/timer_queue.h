// TimerQueue: what is to run when, as a value.

#ifndef JOINPASS_LIB_HTTP_TIMER_QUEUE_H_
#define JOINPASS_LIB_HTTP_TIMER_QUEUE_H_

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/executor.h"
#include "joinpass/time.h"

namespace joinpass::http {

// Thread-compatible.
class TimerQueue {
 public:
  using Id = base::Loop::TimerId;

  // Ids count from 1 and are never used again.
  Id Add(SteadyTime when, base::Work work);

  // Takes out the work of `id`; nothing if it is not there any more.
  std::optional<base::Work> Remove(Id id);

  // The earliest work that is due, ties in the order of Add(). One at a time,
  // since each may add and remove others.
  std::optional<base::Work> TakeDue(SteadyTime now);

  // When the next is due; InfiniteFuture if there is none.
  SteadyTime Next() const;

 private:
  using Queue = std::map<std::pair<SteadyTime, Id>, base::Work>;
  using When = std::unordered_map<Id, SteadyTime>;

  Queue queue_;
  When when_;
  Id last_id_ = 0;
  // Of the last one that was taken out: most calls have one timer, one after the other.
  Queue::node_type spare_ = {};
  When::node_type spare_when_ = {};
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_TIMER_QUEUE_H_
