#include <doctest/doctest.h>

#include "unit/limits/rush_scene.h"

namespace joinpass::testing {
namespace {

constexpr double kFluid = 1'000 / 80.0;

TEST_SUITE("A thousand joins at once in eight processes") {
  TEST_CASE_FIXTURE(Rush, "have no call refused, and end as fast as the limit allows") {
    for (const LimitWindows windows : {LimitWindows::kSliding, LimitWindows::kFixed}) {
      Rush rush;
      rush.Open({.windows = windows, .refused_count = true});
      rush.JoinAll(1'000);
      rush.List(*rush.processes[0]);
      rush.RunAll();
      CHECK(rush.joined == 1'000);
      CHECK(rush.zoom->refused() == 0);
      CHECK(rush.zoom->most_a_second() <= 80);
      CHECK(rush.Makespan() <= 1.06 * kFluid);
      CHECK(rush.zoom->served() > 1'100);  // the sync goes on beside them
    }
  }

  TEST_CASE_FIXTURE(Rush, "stand behind one call at most of a sync that uses the same limit") {
    Open({.windows = LimitWindows::kSliding, .refused_count = true});
    GetUsers(*processes[0]);
    loop.Run();
    for (int i = 0; i < 100; ++i) loop.AdvanceToNext();
    const SteadyTime before = clock.SteadyNow();
    JoinAll(1'000);
    RunAll();
    CHECK(zoom->refused() == 0);
    CHECK(zoom->most_a_second() <= 80);
    CHECK(absl::ToDoubleSeconds(last_joined - before) <= 1.06 * kFluid + 1.0 / 76);
  }

  // It takes a part of the limit, evenly, and does not care whether it is refused.
  TEST_CASE("waste few calls beside another app, and use what it leaves") {
    for (const int foreign : {8, 24, 40}) {
      for (const LimitWindows windows : {LimitWindows::kSliding, LimitWindows::kFixed}) {
        for (const bool refused_count : {false, true}) {
          CAPTURE(foreign);
          CAPTURE((windows == LimitWindows::kSliding));
          CAPTURE(refused_count);
          Rush rush;
          rush.Open({.windows = windows,
                     .refused_count = refused_count,
                     .foreign_a_second = static_cast<double>(foreign)},
                    2);
          rush.JoinAll(1'000);
          rush.RunAll();
          CHECK(rush.joined == 1'000);
          const double of_what_is_left = rush.Makespan() * (80 - foreign) / 1'000;
          const bool is_goal = foreign == 24 && !refused_count;
          CHECK(rush.zoom->refused() <= (is_goal ? 20 : 40));
          CHECK(of_what_is_left <= (is_goal ? 1.1 : foreign == 40 ? 2.1 : 1.15));
        }
      }
    }
  }

  TEST_CASE_FIXTURE(Rush, "fail at once where there is no turn in their time") {
    Open({.windows = LimitWindows::kSliding, .refused_count = true});
    JoinAll(1'000, absl::Seconds(5));
    loop.Run();
    CHECK(failed >= 1'000 - 5 * 80);
    RunAll();
    CHECK(joined >= 5 * 76);
    CHECK(zoom->refused() == 0);
  }
}

}  // namespace
}  // namespace joinpass::testing
