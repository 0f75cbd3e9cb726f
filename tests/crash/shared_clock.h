// A clock that several processes share, and any of them can set forward.

#ifndef JOINPASS_TESTS_CRASH_SHARED_CLOCK_H_
#define JOINPASS_TESTS_CRASH_SHARED_CLOCK_H_

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/time/time.h"
#include "base/clock.h"

namespace joinpass::testing {

// What processes share beside the store: the clock, and the counters of rounds.
struct SharedPage {
  std::atomic<std::int64_t> ahead_ns;
  std::atomic<std::int64_t> round;     // goes up: all ask; below 0: all end
  std::atomic<std::int64_t> asked;     // how many have begun to ask, in all rounds
  std::atomic<std::int64_t> finished;  // how many have their answer
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

// Maps the page in the file at `path`, which is made if it is not there. Never
// unmapped.
inline SharedPage& MapSharedPage(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(SharedPage)) != 0) std::abort();
  void* const page = mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (page == MAP_FAILED) std::abort();
  return *static_cast<SharedPage*>(page);
}

// The machine's clock, ahead by what the page says. Thread-safe.
class SharedClock final : public base::Clock {
 public:
  explicit SharedClock(SharedPage& page) : page_(page) {}

  absl::Time Now() override { return base::SystemClock().Now() + Ahead(); }
  SteadyTime SteadyNow() override { return base::SystemClock().SteadyNow() + Ahead(); }

  void Advance(absl::Duration by) { page_.ahead_ns += absl::ToInt64Nanoseconds(by); }

 private:
  absl::Duration Ahead() const { return absl::Nanoseconds(page_.ahead_ns.load()); }

  SharedPage& page_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_CRASH_SHARED_CLOCK_H_
