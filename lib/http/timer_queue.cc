#include "http/timer_queue.h"

namespace joinpass::http {

TimerQueue::Id TimerQueue::Add(SteadyTime when, base::Work work) {
  const Id id = ++last_id_;
  queue_.emplace(std::make_pair(when, id), std::move(work));
  when_.emplace(id, when);
  return id;
}

std::optional<base::Work> TimerQueue::Remove(Id id) {
  const auto found = when_.find(id);
  if (found == when_.end()) return std::nullopt;
  auto node = queue_.extract(std::make_pair(found->second, id));
  when_.erase(found);
  return std::move(node.mapped());
}

std::optional<base::Work> TimerQueue::TakeDue(SteadyTime now) {
  if (queue_.empty() || Next() > now) return std::nullopt;
  return Remove(queue_.begin()->first.second);
}

SteadyTime TimerQueue::Next() const {
  return queue_.empty() ? SteadyTime::InfiniteFuture() : queue_.begin()->first.first;
}

}  // namespace joinpass::http
