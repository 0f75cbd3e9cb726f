#include "service/closing.h"

#include <doctest/doctest.h>

#include "support/engine_room.h"

namespace joinpass::service {
namespace {

using testing::EngineRoom;

struct Scene : EngineRoom {
  const std::shared_ptr<Closing> closing = context.closing;
  const std::shared_ptr<base::Flight<int>> gate = std::make_shared<base::Flight<int>>(loop);

  // What blocks until the gate opens.
  static base::Task<int> Slow(std::shared_ptr<base::Flight<int>> gate) {
    const auto opened =
        co_await base::Flight<int>::Wait(std::move(gate), SteadyTime::InfiniteFuture());
    co_return opened.value_or(0);
  }
};

TEST_SUITE("Closing") {
  TEST_CASE_FIXTURE(Scene, "waits for nobody if nobody was left behind") {
    CHECK(Finish(closing->AwaitLeft()));
    const auto given = Begin(closing->Within(Slow(gate), In(absl::Seconds(1))));
    gate->Land(7);
    loop.Run();
    REQUIRE(given->has_value());
    CHECK(**given == 7);
    CHECK(Finish(closing->AwaitLeft()));
  }

  TEST_CASE_FIXTURE(Scene, "waits for what somebody waited for no longer") {
    const auto first = Begin(closing->Within(Slow(gate), In(absl::Seconds(1))));
    const auto second = Begin(closing->Within(Slow(gate), In(absl::Seconds(2))));
    clock.Advance(absl::Seconds(3));
    loop.Run();
    for (const auto& given : {first, second}) {
      REQUIRE(given->has_value());
      CHECK_FALSE((*given)->has_value());
    }
    const auto closed = Begin(closing->AwaitLeft());
    clock.Advance(absl::Hours(1));
    loop.Run();
    CHECK_FALSE(closed->has_value());
    gate->Land(7);
    loop.Run();
    CHECK(closed->has_value());
  }
}

}  // namespace
}  // namespace joinpass::service
