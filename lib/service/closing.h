// Closing: whether the engine closes, for whoever would wait.

#ifndef JOINPASS_LIB_SERVICE_CLOSING_H_
#define JOINPASS_LIB_SERVICE_CLOSING_H_

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "base/flight.h"
#include "base/task.h"
#include "joinpass/time.h"

namespace joinpass::service {

// Used from the loop's thread, but for begun(). Held by shared_ptr by those who nap.
class Closing {
 public:
  explicit Closing(base::Loop& loop) : begins_(std::make_shared<base::Flight<bool>>(loop)) {}

  // From any thread. Once true, it stays so.
  bool begun() const { return begun_; }

  // Ends all naps.
  void Begin() {
    if (begun_.exchange(true)) return;
    begins_->Land(true);
  }

  // Goes on at `when`, or as soon as closing begins: true if that is why.
  base::Task<bool> Nap(SteadyTime when) const {
    const std::shared_ptr<base::Flight<bool>> begins = begins_;
    const std::optional<bool> begun = co_await base::Flight<bool>::Wait(begins, when);
    co_return begun.has_value();
  }

 private:
  std::atomic<bool> begun_ = false;
  const std::shared_ptr<base::Flight<bool>> begins_;
};

}  // namespace joinpass::service

#endif  // JOINPASS_LIB_SERVICE_CLOSING_H_
