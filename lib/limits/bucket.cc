#include "limits/bucket.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "store/byte_codec.h"

namespace joinpass::limits {
namespace {

// Of a limit: calls that leave evenly arrive less so.
constexpr double kPace = 0.95;
// Of an account's limit, and of its day: others share it, and joins come first.
constexpr double kBackgroundShare = 0.25;

// A refusal shows that others are there. To go by what was sent in the second before it, less
// this, finds what they leave within two refusals; to hold that for a while before it grows
// again has few calls refused; and in the pause Zoom forgets half a window. (Tried beside
// others who take 10 to 50 % of the limit, evenly: tests/unit/limits/rush_test.cc.)
constexpr double kCut = 0.96;
constexpr absl::Duration kHold = absl::Seconds(6);
constexpr double kGrowthASecond = 0.02;
constexpr double kPause = 0.5;
// In its first half second nobody can have sent much.
constexpr double kLeastBusy = 0.5;
constexpr double kLeastShare = 0.05;

constexpr absl::Duration kDay = absl::Hours(24);
// No turn is taken further ahead, and no day is closed for longer.
constexpr absl::Duration kFurthestTurn = absl::Minutes(10);
constexpr absl::Duration kLongestDay = absl::Hours(25);
constexpr std::uint64_t kLargestBurst = 8;
constexpr std::uint64_t kFormat = 1;

std::int64_t DayOf(absl::Time now) { return absl::ToUnixSeconds(now) / absl::ToInt64Seconds(kDay); }

absl::Time EndOfDay(std::int64_t day) {
  return absl::FromUnixSeconds((day + 1) * absl::ToInt64Seconds(kDay));
}

// Between the first of a burst and the first of the next one.
absl::Duration BetweenBursts(const Bucket& bucket, SteadyTime now) {
  const double bursts = bucket.limit.calls / BurstOf(bucket.limit);  // whole ones
  return bucket.limit.window / (bursts * kPace * ShareAt(bucket, now));
}

// When the next call may leave as far as those before it say.
SteadyTime NextTurn(const Bucket& bucket, SteadyTime now) {
  SteadyTime at = std::max(now, bucket.closed_until);
  if (bucket.turns.empty()) return at;
  at = std::max(at, bucket.turns.back());
  const auto burst = static_cast<std::size_t>(BurstOf(bucket.limit));
  if (bucket.turns.size() < burst) return at;
  const SteadyTime first = bucket.turns[bucket.turns.size() - burst];
  return std::max(at, first + BetweenBursts(bucket, now));
}

// One a burst at most: so a join's calls find all but one of a burst free.
SteadyTime NextInBackground(const Bucket& bucket, SteadyTime now) {
  const SteadyTime at = NextTurn(bucket, now);
  if (bucket.background_turn == SteadyTime()) return at;
  const absl::Duration between = BetweenBursts(bucket, now);
  const absl::Duration for_share = between / BurstOf(bucket.limit) / kBackgroundShare;
  return std::max(at, bucket.background_turn + std::max(between, for_share));
}

bool IsSpent(const Bucket& bucket, Urgency urgency) {
  const int limit = bucket.limit.calls_a_day;
  if (limit == 0) return false;
  const bool of_background =
      urgency == Urgency::kBackground && bucket.background_calls_today >= limit * kBackgroundShare;
  return of_background || bucket.calls_today >= limit;
}

// Until when no call of today may leave; the past if one may.
absl::Time DayClosedUntil(const Bucket& bucket, Urgency urgency) {
  return std::max(bucket.day_closed_until,
                  IsSpent(bucket, urgency) ? EndOfDay(bucket.day) : absl::InfinitePast());
}

void BeginDay(Bucket& bucket, std::int64_t day) {
  if (bucket.day == day) return;
  bucket.day = day;
  bucket.calls_today = 0;
  bucket.background_calls_today = 0;
}

void Enter(Bucket& bucket, SteadyTime at, SteadyTime now) {
  const bool follows =
      !bucket.turns.empty() && at <= bucket.turns.back() + BetweenBursts(bucket, now);
  if (!follows) bucket.busy_since = at;
  bucket.turns.push_back(at);
  const auto burst = static_cast<std::size_t>(BurstOf(bucket.limit));
  if (bucket.turns.size() > burst) bucket.turns.erase(bucket.turns.begin());
}

// Turns to come are turns no more. Those before them, which are not known any more, were just
// now at the latest.
void Void(Bucket& bucket, SteadyTime now) {
  ++bucket.epoch;
  for (SteadyTime& turn : bucket.turns) turn = std::min(turn, now);
}

bool IsSane(const std::vector<SteadyTime>& turns, SteadyTime last) {
  return std::is_sorted(turns.begin(), turns.end()) && (turns.empty() || turns.back() <= last);
}

// Whether time can have brought it there. Another machine's clock may have, or another's file.
bool IsSane(const Bucket& bucket, const base::Moment& now) {
  return IsSane(bucket.turns, now.steady + kFurthestTurn) && bucket.background_turn <= now.steady &&
         bucket.cut_at <= now.steady && bucket.closed_until <= now.steady + kLongestPause &&
         bucket.share_at_cut > 0 && bucket.share_at_cut <= 1;  // and so no NaN
}

}  // namespace

// What one join sends at once, twice; and a part of the limit without a rest, if there is one:
// of the rest no use is made.
int BurstOf(const zoom::RateLimit& limit) {
  const int least = std::clamp(limit.calls, 1, 4);
  for (int burst = least; burst < 2 * least; ++burst) {
    if (limit.calls % burst == 0) return burst;
  }
  return least;
}

double ShareAt(const Bucket& bucket, SteadyTime now) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(now - bucket.cut_at - kHold));
  return std::min(1.0, bucket.share_at_cut + kGrowthASecond * seconds);
}

std::variant<Turn, NoTurn> TakeTurn(Bucket& bucket, Urgency urgency, const base::Moment& now,
                                    SteadyTime latest) {
  BeginDay(bucket, DayOf(now.wall));
  if (const absl::Time until = DayClosedUntil(bucket, urgency); until > now.wall) {
    return NoTurn{now.steady + (until - now.wall)};
  }
  const bool in_background = urgency == Urgency::kBackground;
  const SteadyTime at =
      in_background ? NextInBackground(bucket, now.steady) : NextTurn(bucket, now.steady);
  const SteadyTime last = in_background ? now.steady : std::min(latest, now.steady + kFurthestTurn);
  if (at > last) return NoTurn{at};
  Enter(bucket, at, now.steady);
  if (at <= now.steady) ++bucket.calls_today;
  if (in_background) {
    bucket.background_turn = at;
    ++bucket.background_calls_today;
  }
  return Turn{.at = at, .epoch = bucket.epoch};
}

bool Leave(Bucket& bucket, const Turn& turn, const base::Moment& now) {
  BeginDay(bucket, DayOf(now.wall));
  if (bucket.epoch != turn.epoch || IsSpent(bucket, Urgency::kJoin)) return false;
  ++bucket.calls_today;
  return true;
}

void Merge(Bucket& bucket, const Bucket& other) {
  if (bucket.turns.empty() || (!other.turns.empty() && other.turns.back() > bucket.turns.back())) {
    bucket.turns = other.turns;
    bucket.busy_since = other.busy_since;
  }
  bucket.background_turn = std::max(bucket.background_turn, other.background_turn);
  bucket.closed_until = std::max(bucket.closed_until, other.closed_until);
  bucket.day_closed_until = std::max(bucket.day_closed_until, other.day_closed_until);
  if (other.cut_at > bucket.cut_at) {
    bucket.cut_at = other.cut_at;
    bucket.share_at_cut = other.share_at_cut;
  }
  if (other.day < bucket.day) return;
  BeginDay(bucket, other.day);
  bucket.calls_today = std::max(bucket.calls_today, other.calls_today);
  bucket.background_calls_today =
      std::max(bucket.background_calls_today, other.background_calls_today);
}

bool Hear(Bucket& bucket, const zoom::RateNews& news, SteadyTime sent_at, const base::Moment& now) {
  const bool is_taught = news.limit && *news.limit != bucket.limit;
  if (is_taught) {
    bucket.limit = *news.limit;
    Void(bucket, now.steady);
  }
  if (news.throttled == zoom::Throttled::kADay) {
    const absl::Time said = news.until > now.wall ? news.until : EndOfDay(DayOf(now.wall));
    bucket.day_closed_until = std::min(said, now.wall + kLongestDay);
    Void(bucket, now.steady);
    return true;
  }
  // What was sent before the last cut says nothing new.
  if (news.throttled == zoom::Throttled::kASecond && sent_at >= bucket.cut_at) {
    const double busy = absl::FDivDuration(sent_at - bucket.busy_since, bucket.limit.window);
    const double sent = std::clamp(busy, kLeastBusy, 1.0);  // in the window before it
    bucket.share_at_cut = std::max(kLeastShare, ShareAt(bucket, now.steady) * kCut * sent);
    bucket.cut_at = now.steady;
    bucket.closed_until = sent_at + bucket.limit.window * kPause;
    if (news.until > now.wall) {
      const absl::Duration said = std::min(news.until - now.wall, kLongestPause);
      bucket.closed_until = std::max(bucket.closed_until, now.steady + said);
    }
    Void(bucket, now.steady);
    return true;
  }
  return is_taught;
}

bool IsNews(const zoom::RateNews& news, const zoom::RateLimit& limit) {
  return (news.limit && *news.limit != limit) || news.throttled == zoom::Throttled::kADay ||
         news.throttled == zoom::Throttled::kASecond;
}

std::string Write(const Bucket& bucket) {
  store::ByteWriter out;
  const auto steady = [&](SteadyTime time) {
    out.Number(static_cast<std::uint64_t>(absl::ToInt64Nanoseconds(time.SinceBoot())));
  };
  const auto number = [&](std::int64_t value) { out.Number(static_cast<std::uint64_t>(value)); };
  out.Number(kFormat);
  number(bucket.limit.calls);
  number(absl::ToInt64Nanoseconds(bucket.limit.window));
  number(bucket.limit.calls_a_day);
  out.Number(std::bit_cast<std::uint64_t>(bucket.share_at_cut));
  steady(bucket.cut_at);
  out.Number(bucket.turns.size());
  for (const SteadyTime turn : bucket.turns) steady(turn);
  steady(bucket.busy_since);
  steady(bucket.background_turn);
  steady(bucket.closed_until);
  out.Number(bucket.epoch);
  out.Time(bucket.day_closed_until);
  number(bucket.day);
  number(bucket.calls_today);
  number(bucket.background_calls_today);
  return std::string(base::View(std::move(out).Take()));
}

Bucket Read(std::string_view bytes, const zoom::RateLimit& limit, const base::Moment& now) {
  const Bucket fresh = {
      .limit = limit,
      .epoch = static_cast<std::uint64_t>(absl::ToInt64Nanoseconds(now.steady.SinceBoot()))};
  store::ByteReader in(bytes);
  const auto number = [&] { return static_cast<std::int64_t>(in.Number()); };
  const auto steady = [&] { return SteadyTime::FromSinceBoot(absl::Nanoseconds(number())); };
  if (in.Number() != kFormat) return fresh;
  Bucket bucket;
  bucket.limit.calls = static_cast<int>(std::clamp<std::int64_t>(number(), 1, 1'000));
  bucket.limit.window = absl::Nanoseconds(number());
  bucket.limit.calls_a_day = static_cast<int>(std::clamp<std::int64_t>(number(), 0, 1'000'000));
  bucket.share_at_cut = std::bit_cast<double>(in.Number());
  bucket.cut_at = steady();
  const std::uint64_t turns = in.Number();
  if (turns > kLargestBurst) return fresh;
  for (std::uint64_t i = 0; i < turns; ++i) bucket.turns.push_back(steady());
  bucket.busy_since = steady();
  bucket.background_turn = steady();
  bucket.closed_until = steady();
  bucket.epoch = in.Number();
  bucket.day_closed_until = in.Time();
  bucket.day = number();
  bucket.calls_today = static_cast<int>(std::clamp<std::int64_t>(number(), 0, 1'000'000'000));
  bucket.background_calls_today =
      static_cast<int>(std::clamp<std::int64_t>(number(), 0, 1'000'000'000));
  // The wall clock may have been set back.
  if (bucket.day_closed_until > now.wall + kLongestDay) {
    bucket.day_closed_until = EndOfDay(DayOf(now.wall));
  }
  const bool is_ours = in.AtEnd() && bucket.limit.window == limit.window;
  return is_ours && IsSane(bucket, now) ? bucket : fresh;
}

}  // namespace joinpass::limits
