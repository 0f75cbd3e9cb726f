#include "engine/runner.h"

#include "base/status.h"

namespace joinpass::engine {

void Runner::Shut() {
  base::MutexLock lock(mutex_);
  shut_ = true;
}

void Runner::AwaitIdle() {
  base::MutexLock lock(mutex_);
  while (active_ > 0) idle_.Wait(mutex_);
}

void Runner::Finish() {
  base::MutexLock lock(mutex_);
  if (--active_ == 0) idle_.NotifyAll();
}

absl::Status Runner::CheckThread() {
  base::MutexLock lock(mutex_);
  if (shut_) return EngineClosed();
  if (!loop_->IsCurrent()) return absl::OkStatus();
  return base::MakeError(Reason::kWrongThread,
                         "engine: this call blocks, and is made on its thread");
}

absl::Status EngineClosed() { return base::MakeError(Reason::kCancelled, "engine: it is closed"); }

}  // namespace joinpass::engine
