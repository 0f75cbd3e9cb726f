// How often something is tried.

#ifndef JOINPASS_TESTS_CRASH_TIMES_H_
#define JOINPASS_TESTS_CRASH_TIMES_H_

#include <algorithm>
#include <cstdlib>

namespace joinpass::testing {

// `often` by `tests/run --long`, else an eighth of it.
inline int Times(int often) {
  return std::getenv("JOINPASS_TESTS_LONG") != nullptr ? often : std::max(often / 8, 1);
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_CRASH_TIMES_H_
