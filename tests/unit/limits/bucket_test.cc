#include "limits/bucket.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace joinpass::limits {
namespace {

using zoom::RateLabel;
using zoom::RateLimit;
using zoom::RateNews;
using zoom::Throttled;

constexpr SteadyTime kStart = SteadyTime::FromSinceBoot(absl::Hours(100));
const absl::Time kWall = absl::FromUnixSeconds(1'700'000'000);  // 22:13:20 UTC

base::Moment After(absl::Duration time) { return {kWall + time, kStart + time}; }

RateLimit Light(ZoomPlan plan = ZoomPlan::kPro) { return RateLimitOf(plan, RateLabel::kLight); }

// When the turn is, from kStart; nothing: there is none.
std::optional<absl::Duration> Take(Bucket& bucket, absl::Duration at, Urgency urgency,
                                   absl::Duration latest = absl::Minutes(10)) {
  const auto taken = TakeTurn(bucket, urgency, After(at), kStart + latest);
  const Turn* turn = std::get_if<Turn>(&taken);
  return turn == nullptr ? std::nullopt : std::optional(turn->at - kStart);
}
std::optional<absl::Duration> Join(Bucket& bucket, absl::Duration at,
                                   absl::Duration latest = absl::Minutes(10)) {
  return Take(bucket, at, Urgency::kJoin, latest);
}
std::optional<absl::Duration> InBackground(Bucket& bucket, absl::Duration at) {
  return Take(bucket, at, Urgency::kBackground);
}

absl::Duration NoTurnFor(Bucket& bucket, Urgency urgency, absl::Duration at) {
  const auto taken = TakeTurn(bucket, urgency, After(at), kStart + at);
  const NoTurn* none = std::get_if<NoTurn>(&taken);
  REQUIRE(none != nullptr);
  return none->at - kStart;
}

// The most of `turns` in any stretch of that length.
int MostWithin(std::vector<absl::Duration> turns, absl::Duration length) {
  std::sort(turns.begin(), turns.end());
  std::ptrdiff_t most = 0;
  for (auto begin = turns.begin(); begin != turns.end(); ++begin) {
    most = std::max(most, std::lower_bound(begin, turns.end(), *begin + length) - begin);
  }
  return static_cast<int>(most);
}

const RateNews kTooMany = {.throttled = Throttled::kASecond};

TEST_SUITE("A bucket") {
  TEST_CASE("never lets more leave in any second than the limit, and nearly as many") {
    for (const int calls : {1, 2, 3, 4, 5, 10, 20, 29, 30, 37, 40, 43, 60, 80, 100, 999}) {
      CAPTURE(calls);
      Bucket bucket = {.limit = {.calls = calls}};
      std::vector<absl::Duration> turns;
      for (int i = 0; i < 20 * calls; ++i) turns.push_back(*Join(bucket, absl::ZeroDuration()));
      CHECK(MostWithin(turns, absl::Seconds(1)) <= calls);
      CHECK(MostWithin(turns, absl::Milliseconds(1'050)) <= calls);
      const double fluid = 20;
      CHECK(absl::ToDoubleSeconds(turns.back()) <= fluid * (calls % 4 == 0 ? 1.06 : 1.34));
    }
    for (const ZoomPlan plan : {ZoomPlan::kFree, ZoomPlan::kPro, ZoomPlan::kBusiness}) {
      for (const RateLabel label : {RateLabel::kLight, RateLabel::kMedium, RateLabel::kHeavy,
                                    RateLabel::kResourceIntensive}) {
        RateLimit limit = RateLimitOf(plan, label);
        CHECK(limit.calls % BurstOf(limit) == 0);
        CHECK(BurstOf(limit) <= 5);
      }
    }
  }

  TEST_CASE("never lets more leave whenever they come") {
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
      Bucket bucket = {.limit = Light(round % 2 == 0 ? ZoomPlan::kPro : ZoomPlan::kFree)};
      std::vector<absl::Duration> turns;
      absl::Duration now;
      for (int i = 0; i < 500; ++i) {
        now += absl::Milliseconds(random() % 5 == 0 ? random() % 3'000 : random() % 20);
        const auto urgency = random() % 3 == 0 ? Urgency::kBackground : Urgency::kJoin;
        const auto turn = Take(bucket, now, urgency, now + absl::Seconds(1));
        if (turn) turns.push_back(*turn);
        if (turn) CHECK(*turn >= now);
      }
      CHECK(MostWithin(turns, absl::Seconds(1)) <= bucket.limit.calls);
    }
  }

  TEST_CASE("never lets more leave where turns are voided while many wait for theirs") {
    std::mt19937 random(5);
    for (int round = 0; round < 60; ++round) {
      CAPTURE(round);
      const RateLimit limit = Light(round % 2 == 0 ? ZoomPlan::kFree : ZoomPlan::kBusiness);
      Bucket bucket = {.limit = limit};
      std::vector<Turn> waiting;
      std::vector<absl::Duration> left;
      const auto take = [&](absl::Duration now) {
        waiting.push_back(std::get<Turn>(
            TakeTurn(bucket, Urgency::kJoin, After(now), SteadyTime::InfiniteFuture())));
      };
      for (int i = 0; i < 3 * limit.calls; ++i) take(absl::ZeroDuration());
      const auto void_at = absl::Milliseconds(random() % 2'000);
      for (absl::Duration now; now < absl::Seconds(5); now += absl::Milliseconds(1)) {
        const SteadyTime at = kStart + now;
        if (now == void_at) (void)Hear(bucket, kTooMany, at - absl::Milliseconds(1), After(now));
        if (now > void_at && random() % 50 == 0) take(now);
        for (std::size_t i = 0; i < waiting.size(); ++i) {
          if (waiting[i].at > at) continue;
          const Turn turn = waiting[i];
          waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i--));
          if (Leave(bucket, turn, After(now))) {
            left.push_back(now);
          } else {
            take(now);
          }
        }
      }
      CHECK(MostWithin(left, absl::Seconds(1)) <= limit.calls);
      CHECK(left.size() >= static_cast<std::size_t>(2 * limit.calls));
    }
  }

  TEST_CASE("lets the calls of one join leave at once") {
    Bucket bucket = {.limit = Light()};
    for (int i = 0; i < 4; ++i) CHECK(Join(bucket, absl::Seconds(i)) == absl::Seconds(i));
    for (int i = 0; i < 4; ++i) CHECK(Join(bucket, absl::Seconds(9)) == absl::Seconds(9));
    Bucket free = {.limit = Light(ZoomPlan::kFree)};
    for (int i = 0; i < 4; ++i) CHECK(Join(free, absl::Seconds(9)) == absl::Seconds(9));
    CHECK(*Join(free, absl::Seconds(9)) > absl::Seconds(10));
  }

  TEST_CASE("takes no turn that comes too late, and says when one would be") {
    Bucket bucket = {.limit = {.calls = 1}};
    REQUIRE(Join(bucket, absl::ZeroDuration()) == absl::ZeroDuration());
    const Bucket before = bucket;
    CHECK_FALSE(Join(bucket, absl::ZeroDuration(), absl::Seconds(1)));
    CHECK(bucket.turns == before.turns);
    const absl::Duration at = NoTurnFor(bucket, Urgency::kJoin, absl::ZeroDuration());
    CHECK(at == absl::Seconds(1) / 0.95);
    CHECK(Join(bucket, absl::ZeroDuration(), at) == at);
    // However patient somebody is, nobody's clock closes it for hours.
    while (Join(bucket, absl::ZeroDuration(), absl::Hours(2))) {
    }
    CHECK(bucket.turns.back() - kStart > absl::Minutes(9));
    CHECK(bucket.turns.back() - kStart <= absl::Minutes(10));
  }

  TEST_CASE("gives the background what is free, one by one, and a quarter of the limit") {
    Bucket bucket = {.limit = Light(ZoomPlan::kBusiness)};
    std::vector<absl::Duration> turns;
    for (absl::Duration now; now < absl::Seconds(10); now += absl::Milliseconds(1)) {
      if (const auto turn = InBackground(bucket, now)) turns.push_back(*turn);
    }
    CHECK(MostWithin(turns, absl::Seconds(1)) <= 20);
    CHECK(turns.size() > 185);
    CHECK(turns.size() <= 200);
    CHECK(MostWithin(turns, absl::Milliseconds(13)) == 1);

    // Behind everybody who waits already.
    Bucket busy = {.limit = {.calls = 1}};
    REQUIRE(Join(busy, absl::ZeroDuration()));
    const absl::Duration second = *Join(busy, absl::ZeroDuration());
    CHECK(NoTurnFor(busy, Urgency::kBackground, absl::Milliseconds(1)) >= second);
    CHECK_FALSE(InBackground(busy, second));
  }

  TEST_CASE("has joins stand behind one call in the background at most") {
    for (const int calls : {1, 2, 4, 20, 30, 80}) {
      for (int come = 3'000; come < 4'200; come += 7) {
        CAPTURE(calls);
        CAPTURE(come);
        Bucket shared = {.limit = {.calls = calls}};
        Bucket one_more = shared;
        int background = 0;
        for (int now = 0; now <= come; ++now) {
          background += InBackground(shared, absl::Milliseconds(now)).has_value();
        }
        CHECK(background > 0);
        CHECK(background <= 1 + calls);  // 3 to 4.2 s
        (void)Join(one_more, absl::Milliseconds(come));
        for (int i = 0; i < 9; ++i) {
          CHECK(*Join(shared, absl::Milliseconds(come)) <=
                *Join(one_more, absl::Milliseconds(come)));
        }
      }
    }
  }

  TEST_CASE("closes after a refusal, goes slower, holds that, and recovers") {
    Bucket bucket = {.limit = Light(ZoomPlan::kBusiness)};
    const auto take = [&](absl::Duration at) {
      return std::get<Turn>(
          TakeTurn(bucket, Urgency::kJoin, After(at), SteadyTime::InfiniteFuture()));
    };
    Turn turn;
    while (turn.at < kStart + absl::Seconds(3)) turn = take(absl::ZeroDuration());
    Bucket undisturbed = bucket;
    CHECK(Leave(undisturbed, turn, After(absl::Seconds(2.1))));
    const auto share_at = [&](double seconds) {
      return ShareAt(bucket, kStart + absl::Seconds(seconds));
    };
    CHECK(Hear(bucket, kTooMany, kStart + absl::Seconds(2), After(absl::Seconds(2.1))));
    CHECK_FALSE(Leave(bucket, turn, After(absl::Seconds(2.1))));
    CHECK(share_at(2.1) == doctest::Approx(0.96));
    CHECK(share_at(8) == doctest::Approx(0.96));
    CHECK(share_at(8.1 + 1) == doctest::Approx(0.98));
    CHECK(share_at(12) == 1.0);
    CHECK(take(absl::Seconds(2.2)).at == kStart + absl::Seconds(2.5));
    // Another that had left before says nothing new; one that left after does.
    CHECK_FALSE(Hear(bucket, kTooMany, kStart + absl::Seconds(2.05), After(absl::Seconds(2.15))));
    CHECK(Hear(bucket, kTooMany, kStart + absl::Seconds(4), After(absl::Seconds(4.1))));
    CHECK(share_at(4.1) == doctest::Approx(0.96 * 0.96));
    for (int i = 5; i < 100; ++i) {
      (void)Hear(bucket, kTooMany, kStart + absl::Seconds(i), After(absl::Seconds(i)));
    }
    CHECK(share_at(99) == 0.05);
  }

  TEST_CASE("goes by what it has sent, where a refusal comes before a second of that is over") {
    for (const auto& [sent_after, share] :
         {std::pair{0.8, 0.8 * 0.96}, {0.3, 0.5 * 0.96}, {1.0, 0.96}, {7.0, 0.96}}) {
      Bucket bucket = {.limit = Light(ZoomPlan::kBusiness)};
      while (Join(bucket, absl::ZeroDuration(), absl::Seconds(8))) {
      }
      const base::Moment heard = After(absl::Seconds(sent_after + 0.1));
      CHECK(Hear(bucket, kTooMany, kStart + absl::Seconds(sent_after), heard));
      CHECK(ShareAt(bucket, heard.steady) == doctest::Approx(share));
    }
  }

  TEST_CASE("closes for the rest of the day, by what Zoom says or until midnight") {
    struct Row {
      absl::Time until;
      absl::Duration opens;
    };
    const absl::Duration to_midnight = absl::Seconds(6'400);
    for (const Row& row :
         {Row{absl::InfinitePast(), to_midnight}, Row{kWall - absl::Seconds(1), to_midnight},
          Row{kWall + absl::Seconds(77), absl::Seconds(77)},
          Row{kWall + absl::Hours(24 * 365), absl::Hours(25)}}) {
      Bucket bucket = {.limit = Light(ZoomPlan::kFree)};
      const RateNews news = {.throttled = Throttled::kADay, .until = row.until};
      CHECK(Hear(bucket, news, kStart, After(absl::ZeroDuration())));
      CHECK_FALSE(Join(bucket, absl::Seconds(1), absl::Hours(48)));
      CHECK(NoTurnFor(bucket, Urgency::kJoin, absl::Seconds(1)) == row.opens);
      CHECK(Join(bucket, row.opens, row.opens) == row.opens);
      CHECK(ShareAt(bucket, kStart) == 1.0);
    }
  }

  TEST_CASE("lets nobody leave who waited while the day was closed") {
    Bucket bucket = {.limit = {.calls = 1}};
    REQUIRE(Join(bucket, absl::ZeroDuration()));
    const auto taken =
        TakeTurn(bucket, Urgency::kJoin, After(absl::ZeroDuration()), SteadyTime::InfiniteFuture());
    CHECK(Hear(bucket, {.throttled = Throttled::kADay}, kStart, After(absl::Seconds(1))));
    CHECK_FALSE(Leave(bucket, std::get<Turn>(taken), After(absl::Seconds(2))));
  }

  TEST_CASE("is closed for as long as Zoom says, if that is short") {
    struct Row {
      absl::Duration until;
      absl::Duration opens;
    };
    for (const Row& row :
         {Row{absl::Milliseconds(300), absl::Milliseconds(500)},
          Row{absl::Seconds(7), absl::Seconds(7)}, Row{absl::Hours(7), absl::Seconds(15.1)}}) {
      Bucket bucket = {.limit = Light()};
      const RateNews news = {.throttled = Throttled::kASecond, .until = kWall + row.until};
      CHECK(Hear(bucket, news, kStart, After(absl::Milliseconds(100))));
      CHECK(NoTurnFor(bucket, Urgency::kJoin, absl::Milliseconds(200)) == row.opens);
      bucket = Read(Write(bucket), Light(), After(absl::Milliseconds(200)));
      CHECK(NoTurnFor(bucket, Urgency::kJoin, absl::Milliseconds(200)) == row.opens);
    }
  }

  TEST_CASE("counts what has left, not those who wait, and on the day on which it leaves") {
    Bucket bucket = {.limit = Light(ZoomPlan::kFree)};
    std::vector<Turn> turns;
    for (int i = 0; i < 1'000; ++i) {
      turns.push_back(std::get<Turn>(TakeTurn(bucket, Urgency::kJoin, After(absl::ZeroDuration()),
                                              SteadyTime::InfiniteFuture())));
    }
    CHECK(bucket.calls_today == 4);
    CHECK(Leave(bucket, turns[4], After(absl::Seconds(2))));
    CHECK(bucket.calls_today == 5);
    (void)Hear(bucket, kTooMany, kStart + absl::Seconds(3), After(absl::Seconds(3)));
    CHECK_FALSE(Leave(bucket, turns[5], After(absl::Seconds(3))));
    CHECK(bucket.calls_today == 5);
    const Turn last = {.at = kStart + absl::Seconds(6'401), .epoch = bucket.epoch};
    bucket.calls_today = 6'000;
    CHECK_FALSE(Leave(bucket, last, After(absl::Seconds(6'399))));
    CHECK(Leave(bucket, last, After(absl::Seconds(6'401))));
    CHECK(bucket.calls_today == 1);
  }

  TEST_CASE("takes in what was done while it could not be kept") {
    Bucket kept = {.limit = Light()};
    Bucket other = kept;
    for (int i = 0; i < 20; ++i) (void)Join(other, absl::ZeroDuration());
    (void)Hear(other, kTooMany, kStart, After(absl::Seconds(1)));
    Bucket merged = kept;
    Merge(merged, other);
    CHECK(*Join(merged, absl::Seconds(1)) == *Join(other, absl::Seconds(1)));
    CHECK(ShareAt(merged, kStart + absl::Seconds(1)) == ShareAt(other, kStart + absl::Seconds(1)));
    CHECK(merged.calls_today == other.calls_today);
    Bucket same = merged;
    Merge(same, kept);
    CHECK(same == merged);
  }

  TEST_CASE("stands a wall clock that is set back") {
    Bucket bucket = {.limit = Light(ZoomPlan::kBusiness)};
    (void)Hear(bucket, {.throttled = Throttled::kADay}, kStart, After(absl::ZeroDuration()));
    const base::Moment back = {kWall - absl::Hours(48), kStart + absl::Seconds(1)};
    const Bucket read = Read(Write(bucket), Light(), back);
    CHECK(read.limit == bucket.limit);
    CHECK(read.epoch == bucket.epoch);
    CHECK(read.day_closed_until == kWall - absl::Hours(48) + absl::Seconds(6'400));
  }

  TEST_CASE("spends a day's calls and no more, and leaves most of them to joins") {
    Bucket bucket = {.limit = {.calls = 1'000, .calls_a_day = 100}};
    absl::Duration now;
    const auto take = [&](Urgency urgency) {
      now += absl::Seconds(1);
      return Take(bucket, now, urgency, now).has_value();
    };
    int background = 0;
    while (take(Urgency::kBackground)) ++background;
    CHECK(background == 25);
    int joins = 0;
    while (take(Urgency::kJoin)) ++joins;
    CHECK(joins == 75);
    CHECK(NoTurnFor(bucket, Urgency::kJoin, now) == absl::Seconds(6'400));
    now = absl::Seconds(6'400);
    CHECK(take(Urgency::kBackground));
  }

  TEST_CASE("learns the limit from Zoom's answers") {
    Bucket bucket = {.limit = Light()};
    const RateNews business = {.limit = Light(ZoomPlan::kBusiness)};
    CHECK(IsNews(business, bucket.limit));
    CHECK(Hear(bucket, business, kStart, After(absl::ZeroDuration())));
    CHECK(bucket.limit == Light(ZoomPlan::kBusiness));
    CHECK_FALSE(IsNews(business, bucket.limit));
    CHECK_FALSE(Hear(bucket, business, kStart, After(absl::ZeroDuration())));
    CHECK_FALSE(IsNews({}, bucket.limit));
    CHECK_FALSE(IsNews({.throttled = Throttled::kUser}, bucket.limit));
    CHECK_FALSE(Hear(bucket, {.throttled = Throttled::kUser}, kStart, After(absl::ZeroDuration())));
    CHECK(IsNews(kTooMany, bucket.limit));
  }

  TEST_CASE("is read as it was written") {
    Bucket bucket = {.limit = Light(ZoomPlan::kFree)};
    for (int i = 0; i < 9; ++i) (void)Join(bucket, absl::Seconds(i));
    (void)InBackground(bucket, absl::Seconds(20));
    (void)Hear(bucket, kTooMany, kStart + absl::Seconds(20), After(absl::Seconds(20.3)));
    (void)Hear(bucket, {.throttled = Throttled::kADay}, kStart, After(absl::Seconds(20.3)));
    const std::string bytes = Write(bucket);
    const base::Moment now = After(absl::Seconds(21));
    CHECK(Read(bytes, Light(), now) == bucket);
    CHECK(Write(Read(bytes, Light(), now)) == bytes);
  }

  TEST_CASE("is a new one where it cannot be read, or time cannot have made it so") {
    Bucket bucket = {.limit = Light()};
    Bucket fresh = bucket;
    fresh.epoch = 360'300'000'000'000;  // by the clock: none that was before
    (void)Join(bucket, absl::Minutes(5));
    (void)Hear(bucket, kTooMany, kStart + absl::Minutes(5), After(absl::Minutes(5)));
    const std::string bytes = Write(bucket);
    REQUIRE(Read(bytes, Light(), After(absl::Minutes(5))) == bucket);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK(Read(bytes.substr(0, size), Light(), After(absl::Minutes(5))) == fresh);
    }
    CHECK(Read(bytes + "x", Light(), After(absl::Minutes(5))) == fresh);
    CHECK(Read(std::string(1'000, '\xff'), Light(), After(absl::Minutes(5))) == fresh);
    // By the clock of another machine, or of this one before it was started again.
    CHECK(Read(bytes, Light(), After(absl::Minutes(4))).turns.empty());
    const RateLimit other_window = {.calls = 10, .window = absl::Minutes(1)};
    CHECK(Read(bytes, other_window, After(absl::Minutes(5))).limit == other_window);
    // No byte makes it close for long.
    std::mt19937 random(3);
    for (int i = 0; i < 2'000; ++i) {
      std::string broken = bytes;
      broken[random() % broken.size()] = static_cast<char>(random());
      Bucket read = Read(broken, Light(), After(absl::Minutes(5)));
      const auto taken =
          TakeTurn(read, Urgency::kJoin, After(absl::Minutes(5)), kStart + absl::Hours(1));
      const NoTurn* none = std::get_if<NoTurn>(&taken);
      CHECK((none == nullptr || none->at <= kStart + absl::Hours(26)));
    }
  }
}

}  // namespace
}  // namespace joinpass::limits
