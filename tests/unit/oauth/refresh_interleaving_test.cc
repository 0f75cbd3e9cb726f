// Every interleaving of two and three holders, with crashes, lost requests and
// answers, late answers and a store that refuses, over the table of the refresh
// machine.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <type_traits>
#include <unordered_set>

#include "refresh_world.h"

namespace joinpass::oauth::model {
namespace {

static_assert(std::has_unique_object_representations_v<World>, "compared byte by byte");

std::string BytesOf(const World& world) {
  return std::string(reinterpret_cast<const char*>(&world), sizeof(world));
}

World WorldOf(const std::string& bytes) {
  World world;
  std::memcpy(&world, bytes.data(), sizeof(world));
  return world;
}

std::string Shown(const World& world) {
  std::string text = "store token " + std::to_string(world.store.token) + " fresh " +
                     std::to_string(world.store.fresh) + " sends " +
                     std::to_string(world.store.sends) + " verdict " +
                     std::to_string(static_cast<int>(world.store.verdict)) + "; Zoom honours " +
                     std::to_string(world.server.base) + " of " + std::to_string(world.server.last);
  for (const Holder& holder : world.holders) {
    text += "; a holder keeps " + std::to_string(static_cast<int>(holder.kept)) + " (" +
            std::to_string(holder.kept_token) + " for " + std::to_string(holder.kept_spent) + ")";
  }
  return text;
}

struct Tally {
  std::size_t states = 0;
  std::size_t ends = 0;
  std::size_t lost = 0;      // end states in which Zoom honours nothing that anybody has
  std::size_t repaired = 0;  // end states in which a verdict was undone by a late answer
};

bool NobodyKeeps(const World& world) {
  return std::all_of(world.holders.begin(), world.holders.end(),
                     [](const Holder& holder) { return holder.kept == Kept::kNothing; });
}

void CheckAlways(const Rules& rules, const World& world) {
  REQUIRE(world.doubled == 0);
  REQUIRE(world.undurable == 0);
  REQUIRE(world.store.verdict != Verdict::kRevoked);
  if (rules.rotation == Rotation::kLenient) REQUIRE(world.store.verdict == Verdict::kNone);
  if (rules.locking == Locking::kKernel) REQUIRE(world.unlocked == 0);
  // A verdict stands only where nothing that is stored works.
  if (world.store.verdict != Verdict::kNone) {
    REQUIRE_FALSE(IsHonoured(rules, world.server, world.store.token));
  }
}

// What becomes of it when the trouble is over.
void CheckEnd(const Rules& rules, const World& end, Tally& tally) {
  const World after = RunInPeace(rules, end);
  CAPTURE(Shown(end));
  CAPTURE(Shown(after));
  REQUIRE(IsEndState(after));
  REQUIRE(NobodyKeeps(after));
  const bool works = IsHonoured(rules, after.server, after.store.token);
  if (rules.rotation == Rotation::kLenient) {
    REQUIRE(works);
    REQUIRE(after.store.fresh == 1);
    return;
  }
  if (works) {
    REQUIRE(after.store.fresh == 1);
    REQUIRE(after.store.verdict == Verdict::kNone);
    return;
  }
  // Lost only with an answer that nobody will ever hear, and reported so.
  ++tally.lost;
  REQUIRE((after.lost & (1U << after.store.token)) != 0);
  REQUIRE(after.store.verdict == Verdict::kAnswerLost);
}

Tally Explore(const Rules& rules, const Budget& budget) {
  Tally tally;
  std::unordered_set<std::string> seen;
  std::deque<const std::string*> open;
  const auto meet = [&](const World& world) {
    const auto [it, is_new] = seen.insert(BytesOf(world));
    if (is_new) open.push_back(&*it);
  };
  meet(FirstWorld(rules, budget));
  while (!open.empty()) {
    const World world = WorldOf(*open.front());
    open.pop_front();
    CheckAlways(rules, world);
    for (const World& next : StepsFrom(rules, world)) {
      if (world.store.verdict != Verdict::kNone && next.store.verdict == Verdict::kNone) {
        ++tally.repaired;
      }
      meet(next);
    }
    if (!IsEndState(world)) continue;
    ++tally.ends;
    CheckEnd(rules, world, tally);
  }
  tally.states = seen.size();
  return tally;
}

void Report(const std::string& what, const Tally& tally) {
  MESSAGE(what << ": " << tally.states << " states, " << tally.ends << " end states, " << tally.lost
               << " of them lost, " << tally.repaired << " repairs");
}

TEST_SUITE("refresh, every interleaving") {
  TEST_CASE("two holders under the kernel's lock") {
    const Budget budget = {.runs = 3, .crashes = 1, .losses = 2, .refusals = 2};
    const Tally strict = Explore({Rotation::kStrict, Locking::kKernel, 2}, budget);
    const Tally lenient = Explore({Rotation::kLenient, Locking::kKernel, 2}, budget);
    Report("strict", strict);
    Report("lenient", lenient);
    CHECK(strict.lost > 0);
    CHECK(lenient.lost == 0);
  }

  TEST_CASE("two holders with a lease that lapses: late answers repair verdicts") {
    const Budget budget = {.runs = 2, .crashes = 2, .losses = 2, .refusals = 1};
    const Tally strict = Explore({Rotation::kStrict, Locking::kLease, 2}, budget);
    const Tally lenient = Explore({Rotation::kLenient, Locking::kLease, 2}, budget);
    Report("strict", strict);
    Report("lenient", lenient);
    CHECK(strict.repaired > 0);
  }

  TEST_CASE("three holders") {
    for (const Locking locking : {Locking::kKernel, Locking::kLease}) {
      const Budget budget = locking == Locking::kKernel
                                ? Budget{.runs = 2, .crashes = 1, .losses = 1, .refusals = 1}
                                : Budget{.runs = 1, .crashes = 1, .losses = 1, .refusals = 1};
      const Tally strict = Explore({Rotation::kStrict, locking, 3}, budget);
      const Tally lenient = Explore({Rotation::kLenient, locking, 3}, budget);
      Report("strict", strict);
      Report("lenient", lenient);
      CHECK(lenient.lost == 0);
    }
  }

  TEST_CASE("in peace nothing is lost, refused or sent twice") {
    const Budget budget = {.runs = 3, .crashes = 0, .losses = 0, .refusals = 0};
    const Tally strict = Explore({Rotation::kStrict, Locking::kKernel, 2}, budget);
    CHECK(strict.lost == 0);
    CHECK(strict.repaired == 0);
  }
}

}  // namespace
}  // namespace joinpass::oauth::model
