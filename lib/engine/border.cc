#include "engine/border.h"

#include <unistd.h>

#include "base/status.h"
#include "engine/runner.h"

namespace joinpass::engine {

Border::Border() : home_(getpid()) {}

bool Border::IsHome() const { return getpid() == home_; }

absl::Status Border::Check() const {
  if (!IsHome()) {
    return base::MakeError(Reason::kProcessForked,
                           "engine: it was opened by the process that forked this one");
  }
  return shut_ ? EngineClosed() : absl::OkStatus();
}

}  // namespace joinpass::engine
