// Alarm: one timer that goes on while the machine sleeps. Internal to lib/http.

#ifndef JOINPASS_LIB_HTTP_ALARM_H_
#define JOINPASS_LIB_HTTP_ALARM_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace joinpass::http {

// Asio's own timers count on a clock that stands still in a suspend. Used from the
// thread of its context. The constructor throws boost::system::system_error if
// there is no descriptor to be had.
class Alarm {
 public:
  explicit Alarm(boost::asio::io_context& io);

  // Runs `ring` once, when `wait` has passed, in the place of what was set before.
  void Set(absl::Duration wait, absl::AnyInvocable<void()> ring);

  void Cancel();

 private:
  boost::asio::posix::stream_descriptor timer_;
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_ALARM_H_
