// Opens the parts of an engine and puts them together.

#ifndef JOINPASS_LIB_ENGINE_OPEN_H_
#define JOINPASS_LIB_ENGINE_OPEN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "joinpass/engine.h"

namespace joinpass::engine {

// Engine::Open() with a clock and a source of randomness of the caller's, which outlive
// the engine and its sessions. For tests whose time is not the machine's.
absl::StatusOr<std::unique_ptr<Engine>> OpenWith(EngineOptions options, base::Clock& clock,
                                                 base::Random& random);

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_OPEN_H_
