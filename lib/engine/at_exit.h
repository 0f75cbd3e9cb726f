// What becomes of engines that are alive when their process ends.

#ifndef JOINPASS_LIB_ENGINE_AT_EXIT_H_
#define JOINPASS_LIB_ENGINE_AT_EXIT_H_

#include <memory>

#include "engine/house.h"

namespace joinpass::engine {

// At exit(), and where the library is unloaded, `house` is closed, in the time that
// a refresh takes, and its threads end; all that was initialised before this call
// (OpenSSL, for one) is still there then. Until Forget(). Thread-safe.
void EndAtExit(std::shared_ptr<House> house);
void Forget(const std::shared_ptr<House>& house);

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_AT_EXIT_H_
