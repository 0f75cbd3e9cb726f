// Bucket: when the next call of one account and label may leave. Pure: whoever holds a bucket
// alone asks it, and keeps it.
//
// Calls leave in bursts of a few: no more than `burst` in any stretch of time in which the
// limit, less 5 %, allows so many. So one join's calls leave together, and in no second leave
// more than the limit, whatever windows Zoom counts in. What goes on in the background leaves
// one by one, so that a join stands behind one such call at most.

#ifndef JOINPASS_LIB_LIMITS_BUCKET_H_
#define JOINPASS_LIB_LIMITS_BUCKET_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "joinpass/time.h"
#include "zoom/rate_limits.h"

namespace joinpass::limits {

// A join's call takes the next turn, now or later. One in the background goes only if nobody
// is before it; all of them have a quarter of the limit, and of the day's.
enum class Urgency { kJoin, kBackground };

// Zoom may say how long it has one wait (Retry-After). For longer no call is worth keeping, and
// no bucket is closed but for the rest of the day.
inline constexpr absl::Duration kLongestPause = absl::Seconds(15);

// When a call may leave. An estimate: it stands while the bucket's epoch is the same.
struct Turn {
  SteadyTime at = {};
  std::uint64_t epoch = 0;
};

// There is no turn in time, and none was taken.
struct NoTurn {
  SteadyTime at = {};  // when there may be one
};

struct Bucket {
  zoom::RateLimit limit = {};

  // What others who share the account leave of the limit, as far as refusals tell: cut by each,
  // and growing again.
  double share_at_cut = 1.0;
  SteadyTime cut_at = {};

  std::vector<SteadyTime> turns = {};  // the last ones, as many as a burst has
  SteadyTime busy_since = {};          // from then on each burst followed the last
  SteadyTime background_turn = {};     // the last one of those
  SteadyTime closed_until = {};        // by a refusal
  std::uint64_t epoch = 0;             // how often all turns that were still to come were voided

  absl::Time day_closed_until = absl::InfinitePast();  // by a refusal
  std::int64_t day = 0;                                // UTC, of the two below
  int calls_today = 0;
  int background_calls_today = 0;

  friend bool operator==(const Bucket&, const Bucket&) = default;
};

// How many calls may leave at once.
int BurstOf(const zoom::RateLimit& limit);

// The share that stands at `now`, up to 1.
double ShareAt(const Bucket& bucket, SteadyTime now);

// Takes a turn that is not after `latest`, nor more than 10 minutes from now. One that is now
// leaves now; else see Leave().
std::variant<Turn, NoTurn> TakeTurn(Bucket& bucket, Urgency urgency, const base::Moment& now,
                                    SteadyTime latest);

// Whether a turn that was waited for is still one, and there is one more call today. Then its
// call leaves.
bool Leave(Bucket& bucket, const Turn& turn, const base::Moment& now);

// Takes in what `other` knows, which is the same bucket as somebody had it who could not keep it.
void Merge(Bucket& bucket, const Bucket& other);

// What the answer to a call that was sent at `sent_at` says. False: nothing that is new.
bool Hear(Bucket& bucket, const zoom::RateNews& news, SteadyTime sent_at, const base::Moment& now);

// Whether Hear() may have something to do, as far as the limit is known.
bool IsNews(const zoom::RateNews& news, const zoom::RateLimit& limit);

// As bytes, and back. A bucket that cannot be read, or whose times cannot be, is as good as a
// new one: `limit`, and an epoch that was never before.
std::string Write(const Bucket& bucket);
Bucket Read(std::string_view bytes, const zoom::RateLimit& limit, const base::Moment& now);

}  // namespace joinpass::limits

#endif  // JOINPASS_LIB_LIMITS_BUCKET_H_
