// Call: one request of a caller, from its start to its end. Internal.

#ifndef JOINPASS_LIB_HTTP_CALL_H_
#define JOINPASS_LIB_HTTP_CALL_H_

#include <boost/intrusive/list.hpp>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "base/clock.h"
#include "base/executor.h"
#include "http/errors.h"
#include "joinpass/time.h"

namespace joinpass::http {

class Calls;
using CallHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Ends by itself when its deadline passes. A deadline that was slept over, by a
// process that was stopped or a machine that was suspended, leaves a second to
// read what has come meanwhile: it may be a refresh token. Whoever waits on its behalf leaves
// word how that wait is cut short, and looks at ended() after.
class Call : public CallHook {
 public:
  Call(Calls& calls, SteadyTime now, SteadyTime deadline);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  SteadyTime deadline() const { return deadline_; }
  Ended ended() const { return ended_; }

  // Ends the call now; the first reason stays.
  void End(Ended why);

  // `cut` runs if the call ends while it stands, or at once if it has ended.
  void OnEnd(absl::AnyInvocable<void()> cut);
  void ClearOnEnd() { cut_ = nullptr; }

  // Whether a byte of the request went to the TLS layer, of any socket.
  bool request_left() const { return request_left_; }
  void MarkLeft() { request_left_ = true; }

  // The error of this call at `phase`, with its request_left.
  absl::Status Fail(Phase phase, boost::system::error_code error,
                    std::string certificate = {}) const;

 private:
  Calls& calls_;
  void OnDeadline();

  const SteadyTime deadline_;
  Ended ended_ = Ended::kNo;
  bool request_left_ = false;
  base::Loop::TimerId timer_ = 0;
  absl::AnyInvocable<void()> cut_;
};

// The calls under way. Used from the loop's thread.
class Calls {
 public:
  Calls(base::Loop& loop, base::Clock& clock) : loop_(loop), clock_(clock) {}

  // Ends all, and every later one at once.
  void Close();

 private:
  friend class Call;
  base::Loop& loop_;
  base::Clock& clock_;
  boost::intrusive::list<Call, boost::intrusive::constant_time_size<false>> calls_;
  bool closed_ = false;
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_CALL_H_
