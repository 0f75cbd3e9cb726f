// Worker: a thread for calls that block.

#ifndef JOINPASS_LIB_BASE_WORKER_H_
#define JOINPASS_LIB_BASE_WORKER_H_

#include <deque>
#include <thread>

#include "base/executor.h"
#include "base/mutex.h"

namespace joinpass::base {

// One thread and its queue; it throws as StartThread() does. The destructor runs
// what is queued, then joins.
// Thread-safe.
class Worker final : public Executor {
 public:
  Worker();
  ~Worker() override;

  void Post(Work work) override;

 private:
  void Run();

  Mutex mutex_;
  CondVar changed_;
  std::deque<Work> queue_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_WORKER_H_
