#include "base/worker.h"

#include <utility>

#include "base/thread.h"

namespace joinpass::base {

Worker::Worker() : thread_(StartThread("joinpass-store", [this] { Run(); })) {}

Worker::~Worker() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.NotifyOne();
  thread_.join();
}

void Worker::Post(Work work) {
  {
    MutexLock lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.NotifyOne();
}

void Worker::Run() {
  while (true) {
    Work work;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !closing_) changed_.Wait(mutex_);
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace joinpass::base
