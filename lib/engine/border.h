// Border: what every call of a caller passes on its way in and out.

#ifndef JOINPASS_LIB_ENGINE_BORDER_H_
#define JOINPASS_LIB_ENGINE_BORDER_H_

#include <sys/types.h>

#include <atomic>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "base/exceptions.h"

namespace joinpass::engine {

// An engine is at home in the process that opened it: a forked child has a copy of
// its memory, without its threads, and with locks that nobody will ever release. So
// there nothing is touched. Thread-safe.
class Border {
 public:
  Border();

  // False in a forked child.
  bool IsHome() const;

  // Refuses all from now on: the process is at its end.
  void Shut() { shut_ = true; }

  // OK, process_forked, or cancelled (it is shut).
  absl::Status Check() const;

  // What `call`, which gives a Status or StatusOr, gives; or why it may not be made; or
  // what was thrown in it, since no exception leaves the library.
  template <typename Call>
  std::invoke_result_t<Call> Run(Call&& call) const {
    if (absl::Status mine = Check(); !mine.ok()) return mine;
    try {
      return std::forward<Call>(call)();
    } catch (...) {
      return base::StatusOfException();
    }
  }

 private:
  const pid_t home_;
  std::atomic<bool> shut_ = false;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_BORDER_H_
