#include "http/timer_queue.h"

namespace joinpass::http {

TimerQueue::Id TimerQueue::Add(SteadyTime when, base::Work work) {
  const Id id = ++last_id_;
  if (spare_.empty() || spare_when_.empty()) {
    queue_.emplace(std::make_pair(when, id), std::move(work));
    when_.emplace(id, when);
    return id;
  }
  spare_.key() = {when, id};
  spare_.mapped() = std::move(work);
  queue_.insert(std::move(spare_));
  spare_when_.key() = id;
  spare_when_.mapped() = when;
  when_.insert(std::move(spare_when_));
  return id;
}

std::optional<base::Work> TimerQueue::Remove(Id id) {
  const auto found = when_.find(id);
  if (found == when_.end()) return std::nullopt;
  spare_ = queue_.extract(std::make_pair(found->second, id));
  spare_when_ = when_.extract(found);
  base::Work work = std::move(spare_.mapped());
  spare_.mapped() = nullptr;
  return work;
}

std::optional<base::Work> TimerQueue::TakeDue(SteadyTime now) {
  if (queue_.empty() || Next() > now) return std::nullopt;
  return Remove(queue_.begin()->first.second);
}

SteadyTime TimerQueue::Next() const {
  return queue_.empty() ? SteadyTime::InfiniteFuture() : queue_.begin()->first.first;
}

}  // namespace joinpass::http
