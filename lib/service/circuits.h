// Circuits: who may send to which origin, while some may be out of order.

#ifndef JOINPASS_LIB_SERVICE_CIRCUITS_H_
#define JOINPASS_LIB_SERVICE_CIRCUITS_H_

#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/flight.h"
#include "base/random.h"
#include "base/task.h"
#include "http/circuit.h"
#include "joinpass/limits.h"
#include "joinpass/time.h"
#include "message/http.h"
#include "service/closing.h"
#include "service/listeners.h"

namespace joinpass::service {

// What this process knows of each origin (http/circuit.h). Used from the loop's thread.
class Circuits {
 private:
  struct Line {
    http::Circuit circuit = {};
    absl::Status why = absl::OkStatus();                    // the last failure
    SteadyTime next_look = {};                              // when another one may set out to probe
    std::shared_ptr<base::Flight<bool>> changes = nullptr;  // if anybody waits
  };

 public:
  Circuits(base::Loop& loop, base::Clock& clock, base::Random& random)
      : loop_(loop), clock_(clock), random_(random) {}

  // The right to send one call.
  class Pass {
   public:
    Pass(Pass&& other) noexcept
        : circuits_(std::exchange(other.circuits_, nullptr)),
          line_(std::move(other.line_)),
          is_probe_(other.is_probe_),
          is_told_(other.is_told_) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (circuits_ != nullptr && !is_told_) End(http::Outcome::kUntold);
    }

    // Says how the call ended that left at `sent_at`: it counts, and others may wait for it. Once.
    http::Outcome Tell(const absl::StatusOr<message::Response>& answer, SteadyTime sent_at);

    // Whether others wait for what comes of it.
    bool is_probe() const { return is_probe_; }

    // Before Tell(): whether the call could be sent again if it failed.
    bool WouldRepeat() const;

    // After Tell(): whether a call with this outcome may be sent again.
    bool MayRepeat(http::Outcome outcome) const;

   private:
    friend class Circuits;
    Pass(Circuits& circuits, std::shared_ptr<Line> line, bool is_probe)
        : circuits_(&circuits), line_(std::move(line)), is_probe_(is_probe) {}
    void End(http::Outcome outcome);

    Circuits* circuits_;  // null: moved away
    std::shared_ptr<Line> line_;
    bool is_probe_;
    bool is_told_ = false;
  };

  // Waits until it looks as if `origin` might be asked, if that is by `deadline`; `listeners`
  // are told of `wait`. While it is out of order one a second comes through. Nothing is taken:
  // whoever then waits for something else holds nobody up.
  //
  // Errors: those of TryEnter(), cancelled (the engine is closing)
  base::Task<absl::Status> AwaitGate(message::Origin origin, Wait wait, const Listeners& listeners,
                                     std::shared_ptr<Closing> closing, SteadyTime deadline);

  // Right before the call is sent. Errors: what befell the last call to `origin` that failed,
  // with `retry_at`, if it may not be asked now; nothing has left
  absl::StatusOr<Pass> TryEnter(const message::Origin& origin);

  // Has all who wait look at whether the engine closes.
  void Wake();

  // 0 to 1, by chance.
  double Roll() { return random_.Fraction(); }

 private:
  std::shared_ptr<Line> LineOf(const message::Origin& origin);
  absl::Status Refusal(const Line& line) const;
  void Changed(Line& line);

  base::Loop& loop_;
  base::Clock& clock_;
  base::Random& random_;
  std::map<message::Origin, std::shared_ptr<Line>> lines_;
};

}  // namespace joinpass::service

#endif  // JOINPASS_LIB_SERVICE_CIRCUITS_H_
