#include "http/pool.h"

#include <doctest/doctest.h>

#include <string>

namespace joinpass::http {
namespace {

using IntPool = Pool<int>;
constexpr Freshness kAny = Freshness::kAny;
constexpr Freshness kNewOnly = Freshness::kNewOnly;

SteadyTime At(int second) { return SteadyTime::FromSinceBoot(absl::Seconds(second)); }

struct PoolFixture {
  IntPool pool{2};
  std::optional<int> evicted;
  std::string served;

  // What a taker gets: "new", "none", or the number of a kept socket.
  std::string Take(Freshness freshness) { return Name(pool.Take(freshness, evicted)); }
  IntPool::WaiterId Wait(Freshness freshness, const std::string& who) {
    return pool.Wait(freshness, [this, who](std::optional<IntPool::Turn> turn) {
      served += who + ":" + Name(std::move(turn)) + " ";
    });
  }
  static std::string Name(std::optional<IntPool::Turn> turn) {
    if (!turn) return "none";
    return turn->kept ? std::to_string(*turn->kept) : "new";
  }
};

TEST_SUITE("A pool") {
  TEST_CASE_FIXTURE(PoolFixture, "opens up to its bound, and hands out what fell idle last") {
    CHECK(Take(kAny) == "new");
    CHECK(Take(kAny) == "new");
    CHECK(Take(kAny) == "none");
    pool.Keep(1, At(9));
    pool.Keep(2, At(9));
    CHECK(Take(kAny) == "2");
    CHECK(Take(kAny) == "1");
    CHECK(pool.open() == 2);
  }

  TEST_CASE_FIXTURE(PoolFixture, "gives a new one where a new one is asked for") {
    CHECK(Take(kAny) == "new");
    pool.Keep(1, At(9));
    CHECK(Take(kNewOnly) == "new");
    CHECK_FALSE(evicted.has_value());
    CHECK(Take(kNewOnly) == "new");
    CHECK(evicted == 1);
    CHECK(Take(kNewOnly) == "none");
    CHECK(pool.open() == 2);
  }

  TEST_CASE_FIXTURE(PoolFixture, "serves those who wait in order") {
    Take(kAny);
    Take(kAny);
    Wait(kAny, "a");
    Wait(kNewOnly, "b");
    Wait(kAny, "c");
    CHECK_FALSE(pool.Keep(1, At(9)).has_value());
    CHECK(served == "a:1 ");
    CHECK(pool.Keep(2, At(9)) == 2);
    CHECK(served == "a:1 b:new ");
    CHECK(Take(kAny) == "none");
    pool.Drop();
    CHECK(served == "a:1 b:new c:new ");
    CHECK(pool.open() == 2);
  }

  TEST_CASE_FIXTURE(PoolFixture, "lets one who waits leave, once") {
    Take(kAny);
    Take(kAny);
    const IntPool::WaiterId a = Wait(kAny, "a");
    Wait(kAny, "b");
    pool.Leave(a);
    pool.Leave(a);
    CHECK(served == "a:none ");
    pool.Drop();
    CHECK(served == "a:none b:new ");
  }

  TEST_CASE_FIXTURE(PoolFixture, "gives up idle sockets at their time, not before") {
    Take(kAny);
    Take(kAny);
    CHECK(pool.NextExpiry() == SteadyTime::InfiniteFuture());
    pool.Keep(1, At(10));
    pool.Keep(2, At(11));
    CHECK(pool.NextExpiry() == At(10));
    CHECK(pool.TakeExpired(At(10) - absl::Nanoseconds(1)).empty());
    CHECK(pool.TakeExpired(At(10)) == std::vector<int>{1});
    CHECK(pool.open() == 1);
    CHECK(Take(kAny) == "2");
  }

  TEST_CASE_FIXTURE(PoolFixture, "forgets an idle socket that is gone, and no other") {
    Take(kAny);
    pool.Keep(1, At(9));
    CHECK_FALSE(pool.Forget(2));
    CHECK(pool.Forget(1));
    CHECK_FALSE(pool.Forget(1));
    CHECK(pool.open() == 0);
  }
}

}  // namespace
}  // namespace joinpass::http
