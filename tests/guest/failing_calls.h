// System calls that fail: of this whole program, whichever thread and library makes them.

#ifndef JOINPASS_TESTS_GUEST_FAILING_CALLS_H_
#define JOINPASS_TESTS_GUEST_FAILING_CALLS_H_

namespace joinpass::testing {

enum class Failing { kOnce, kFromThenOn };

// Socket, connect, send and receive; open, read, write, truncate and sync.
enum class Calls { kOfSocketsAndFiles, kOfFiles };

// The n-th of these calls from now on, counted from 0, fails as a call of its kind may. Thread-safe.
void FailCall(int n, Failing how, Calls which);

// None fails any more; how many did since FailCall().
int StopFailing();

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_GUEST_FAILING_CALLS_H_
