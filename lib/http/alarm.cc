#include "http/alarm.h"

#include <sys/timerfd.h>
#include <time.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

namespace joinpass::http {
namespace {

int MakeTimer() {
  const int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd >= 0) return fd;
  throw boost::system::system_error(
      boost::system::error_code(errno, boost::system::system_category()));
}

}  // namespace

Alarm::Alarm(boost::asio::io_context& io) : timer_(io, MakeTimer()) {}

void Alarm::Set(absl::Duration wait, absl::AnyInvocable<void()> ring) {
  Cancel();
  // Setting it also takes back an expiry that nobody has read yet.
  itimerspec when = {};
  when.it_value = absl::ToTimespec(wait);
  timerfd_settime(timer_.native_handle(), 0, &when, nullptr);
  timer_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                    [ring = std::move(ring)](const boost::system::error_code& error) mutable {
                      if (!error) ring();
                    });
}

void Alarm::Cancel() {
  boost::system::error_code ignored;
  timer_.cancel(ignored);
}

}  // namespace joinpass::http
