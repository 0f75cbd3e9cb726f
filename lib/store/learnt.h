// Learnt: what Zoom told us of one field of one thing, and when.

#ifndef JOINPASS_LIB_STORE_LEARNT_H_
#define JOINPASS_LIB_STORE_LEARNT_H_

#include "absl/time/time.h"

namespace joinpass::store {

// The latest time at which anything can have been learnt: clocks of one fleet differ by
// less than that much.
inline absl::Time LatestLearnt(absl::Time now) { return now + absl::Minutes(5); }

// An update carries only what changed, and may come late: so each field has its own
// time, and what is newer stays, whatever order it came in.
template <typename T>
struct Learnt {
  T value = {};
  absl::Time at = absl::InfinitePast();  // never: nobody said

  // Takes `other` if it is the newer. Of the same time the greater value stays, so
  // that two who saw both agree. What is said to be from after `latest` is as good as
  // unknown, or it would stand until then. True if anything changed.
  bool Take(const Learnt& other, absl::Time latest) {
    const bool known = at <= latest || other.at > latest;
    if (known && (other.at < at || (other.at == at && !(value < other.value)))) return false;
    *this = other;
    return true;
  }

  friend bool operator==(const Learnt&, const Learnt&) = default;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_LEARNT_H_
