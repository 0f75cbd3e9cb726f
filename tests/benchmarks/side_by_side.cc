#include "benchmarks/side_by_side.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "joinpass/time.h"

namespace joinpass::testing {
namespace {

struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
};

Spread SpreadOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t last = values.size() - 1;
  return {values[last / 4], values[last / 2], values[last * 3 / 4]};
}

std::size_t Rounds() {
  const char* rounds = std::getenv("BENCHMARK_ROUNDS");
  return static_cast<std::size_t>(rounds == nullptr ? 21 : std::max(1, std::atoi(rounds)));
}

// Nanoseconds that one run takes.
double Time(const Contender& contender) {
  const SteadyTime start = SteadyNow();
  for (int i = 0; i < contender.times; ++i) contender.once();
  return absl::ToDoubleNanoseconds(SteadyNow() - start) / contender.times;
}

}  // namespace

void RunSideBySide(const std::string& what, const std::vector<Contender>& contenders) {
  std::vector<std::vector<double>> times(contenders.size());
  std::vector<std::vector<double>> ratios(contenders.size());
  for (std::size_t round = 0; round < Rounds(); ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      times[i].push_back(Time(contenders[i]));
      ratios[i].push_back(times[i].back() / times[0].back());
    }
  }
  std::printf("%s (%zu rounds)\n", what.c_str(), times[0].size());
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const Spread time = SpreadOf(times[i]);
    const Spread ratio = SpreadOf(ratios[i]);
    std::printf("  %-44s %11.3f us   x %.2f / %.2f / %.2f\n", contenders[i].name.c_str(),
                time.median / 1000, ratio.low, ratio.median, ratio.high);
  }
  std::fflush(stdout);
}

}  // namespace joinpass::testing
