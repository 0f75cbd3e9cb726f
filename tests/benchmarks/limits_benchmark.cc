// How long a thousand joins at once take, and how many of their calls are refused: by turns, and
// by what is usual. On a clock that is moved by hand, so the figures are the same on every
// machine, but for the random waits.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string>

#include "unit/limits/rush_scene.h"

namespace joinpass::testing {
namespace {

constexpr int kJoins = 1'000;
constexpr int kLimit = 80;

using Called = absl::StatusOr<oauth::Called<zoom::MintedToken>>;
// How long to wait after the n-th refusal of one call.
using BackOff = std::function<absl::Duration(int n)>;

// Sends until it is not refused, and waits in between.
base::Task<Called> SendAgain(Rush& rush, Process& process, BackOff back_off) {
  for (int refusals = 1;; ++refusals) {
    Called called =
        co_await process.unpaced.Call(zoom::MeetingRecordingToken(1, zoom::WaitingRoom::kWait),
                                      "cred_1", rush.In(absl::Minutes(1)));
    if (called.ok()) co_return called;
    (void)co_await base::SleepUntil(rush.loop, rush.In(back_off(refusals)));
  }
}

void JoinAllBy(Rush& rush, const BackOff& back_off) {
  for (int i = 0; i < kJoins; ++i) {
    Process& process = *rush.processes[static_cast<std::size_t>(i) % rush.processes.size()];
    base::Start<Called>(SendAgain(rush, process, back_off),
                        [&rush](const Called& called) { rush.Note(called.ok()); });
  }
}

void Print(const char* name, Rush& rush, double left_a_second) {
  const double fluid = kJoins / left_a_second;
  std::printf("  %-44s %7.1f s   x %5.2f   %7.3f refused a join\n", name, rush.Makespan(),
              rush.Makespan() / fluid, static_cast<double>(rush.zoom->refused()) / kJoins);
}

struct Row {
  const char* name;
  LimitRules rules;
};

void Compare(const Row& row) {
  const double left = kLimit - row.rules.foreign_a_second;
  std::printf("%d joins at once at %d calls a second, %s: fluid %.1f s\n", kJoins, kLimit, row.name,
              kJoins / left);
  {
    Rush rush;
    rush.Open(row.rules);
    rush.JoinAll(kJoins);
    rush.RunAll();
    CHECK(rush.joined == kJoins);
    Print("turns", rush, left);
  }
  std::mt19937 random(1);
  const BackOff full_jitter = [&](int n) {
    const double most = std::min(60.0, 0.5 * std::exp2(std::min(n, 10)));
    return absl::Seconds(std::uniform_real_distribution<>(0, most)(random));
  };
  const BackOff fixed = [](int) { return absl::Seconds(1); };
  for (const auto& [name, back_off] : {std::pair{"exponential back-off, full jitter", full_jitter},
                                       {"again after a second", fixed}}) {
    // Where refused calls count nobody who repeats them blindly comes to an end.
    if (row.rules.refused_count) continue;
    Rush rush;
    rush.Open(row.rules);
    JoinAllBy(rush, back_off);
    rush.RunAll();
    Print(name, rush, left);
  }
}

TEST_CASE("a thousand joins at once") {
  Compare({"alone", {}});
  Compare({"beside an app that takes 30 %",
           {.windows = LimitWindows::kSliding, .foreign_a_second = 24}});
  Compare({"beside such an app, and refused calls count",
           {.windows = LimitWindows::kSliding, .refused_count = true, .foreign_a_second = 24}});
}

}  // namespace
}  // namespace joinpass::testing
