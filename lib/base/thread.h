// Threads of ours in somebody else's process.

#ifndef JOINPASS_LIB_BASE_THREAD_H_
#define JOINPASS_LIB_BASE_THREAD_H_

#include <thread>

#include "absl/functional/any_invocable.h"

namespace joinpass::base {

// Starts one that is named `name` (15 bytes at most), as `top -H` shows it. Signals
// are the host's: this thread takes none but those of its own faults (SIGSEGV, …), so
// that a host that waits for a signal in a thread of its own gets it there.
//
// Throws std::system_error if there is no thread to be had.
std::thread StartThread(const char* name, absl::AnyInvocable<void()> run);

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_THREAD_H_
