// JoinSession, done.

#ifndef JOINPASS_LIB_ENGINE_CALLER_SESSION_H_
#define JOINPASS_LIB_ENGINE_CALLER_SESSION_H_

#include <functional>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "engine/border.h"
#include "engine/runner.h"
#include "join/session.h"
#include "joinpass/join.h"

namespace joinpass::engine {

using CallbackExecutor = std::function<void(std::function<void()>)>;

// May outlive the engine: then its calls fail.
class CallerSession final : public JoinSession {
 public:
  CallerSession(std::shared_ptr<const Border> border, std::shared_ptr<Runner> runner,
                std::shared_ptr<join::Session> session, base::Clock& clock, base::Random& random,
                CallbackExecutor executor)
      : border_(std::move(border)),
        runner_(std::move(runner)),
        session_(std::move(session)),
        clock_(clock),
        random_(random),
        executor_(std::move(executor)) {}

  absl::StatusOr<JoinPass> Mint(absl::Duration timeout) override;
  void MintAsync(absl::Duration timeout,
                 std::function<void(absl::StatusOr<JoinPass>)> done) override;
  NextStep Report(const SdkOutcome& outcome) override;
  absl::StatusOr<Resolution> AwaitResolution(absl::Duration timeout) override;

 private:
  const std::shared_ptr<const Border> border_;
  const std::shared_ptr<Runner> runner_;
  const std::shared_ptr<join::Session> session_;
  base::Clock& clock_;
  base::Random& random_;
  const CallbackExecutor executor_;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_CALLER_SESSION_H_
