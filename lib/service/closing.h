// Closing: whether the engine closes, for whoever would wait.

#ifndef JOINPASS_LIB_SERVICE_CLOSING_H_
#define JOINPASS_LIB_SERVICE_CLOSING_H_

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "base/flight.h"
#include "base/task.h"
#include "joinpass/time.h"

namespace joinpass::service {

// Used from the loop's thread, but for begun(). Held by shared_ptr, also by those who nap.
class Closing : public std::enable_shared_from_this<Closing> {
 public:
  explicit Closing(base::Loop& loop)
      : loop_(loop), begins_(std::make_shared<base::Flight<bool>>(loop)) {}

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

  // As base::Within(); AwaitLeft() waits for what goes on.
  template <typename T>
  base::Task<std::optional<T>> Within(base::Task<T> task, SteadyTime deadline) {
    return base::Within(loop_, Stay<T>(shared_from_this(), std::move(task)), deadline);
  }

  // Until all that was left behind so has ended. Whoever closes waits for it, since it uses
  // what is closed.
  base::Task<bool> AwaitLeft() {
    while (!staying_.empty()) {
      const std::shared_ptr<base::Flight<bool>> end = staying_.front();
      (void)co_await base::Flight<bool>::Wait(end, SteadyTime::InfiniteFuture());
    }
    co_return true;
  }

 private:
  using Ends = std::list<std::shared_ptr<base::Flight<bool>>>;

  // Is among `staying_` as long as it lives.
  struct Stayer {
    Closing& closing;
    const Ends::iterator end;

    explicit Stayer(Closing& of)
        : closing(of),
          end(of.staying_.insert(of.staying_.end(),
                                 std::make_shared<base::Flight<bool>>(of.loop_))) {}
    ~Stayer() {
      const std::shared_ptr<base::Flight<bool>> over = *end;
      closing.staying_.erase(end);
      over->Land(true);
    }
    Stayer(const Stayer&) = delete;
    Stayer& operator=(const Stayer&) = delete;
  };

  template <typename T>
  static base::Task<T> Stay(std::shared_ptr<Closing> closing, base::Task<T> task) {
    const Stayer stayer(*closing);
    co_return co_await std::move(task);
  }

  base::Loop& loop_;
  Ends staying_;
  std::atomic<bool> begun_ = false;
  const std::shared_ptr<base::Flight<bool>> begins_;
};

}  // namespace joinpass::service

#endif  // JOINPASS_LIB_SERVICE_CLOSING_H_
