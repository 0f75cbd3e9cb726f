// Times things against one another in one run: on a machine with other work only
// the ratios mean something.

#ifndef JOINPASS_TESTS_BENCHMARKS_SIDE_BY_SIDE_H_
#define JOINPASS_TESTS_BENCHMARKS_SIDE_BY_SIDE_H_

#include <functional>
#include <string>
#include <vector>

namespace joinpass::testing {

struct Contender {
  std::string name = {};
  int times = 1;  // that `once` runs in a round
  std::function<void()> once = {};
};

// Runs all in turn, round after round, and prints of each the time of one run
// and its ratio to the first one within the same round: median, and quartiles.
// BENCHMARK_ROUNDS says how many rounds; default 21.
void RunSideBySide(const std::string& what, const std::vector<Contender>& contenders);

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_BENCHMARKS_SIDE_BY_SIDE_H_
