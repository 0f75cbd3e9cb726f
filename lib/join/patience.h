// How often a bot tries again, and how long it waits before: the numbers alone.

#ifndef JOINPASS_LIB_JOIN_PATIENCE_H_
#define JOINPASS_LIB_JOIN_PATIENCE_H_

#include <algorithm>

#include "absl/time/time.h"

namespace joinpass::join {

// How often, how long at first and at most.
struct Patience {
  int most;
  absl::Duration first;
  absl::Duration longest;
};
inline constexpr int kForEver = 1 << 20;

inline const Patience& OfNetwork() {
  static const Patience patience = {6, absl::Seconds(2), absl::Seconds(30)};
  return patience;
}
inline const Patience& OfOthers() {
  static const Patience patience = {2, absl::Seconds(5), absl::Seconds(30)};
  return patience;
}
// Each try sends an e-mail to the host.
inline const Patience& OfOwner() {
  static const Patience patience = {kForEver, absl::Seconds(10), absl::Minutes(2)};
  return patience;
}
inline const Patience& OfMeeting() {
  static const Patience patience = {kForEver, absl::Seconds(15), absl::Minutes(1)};
  return patience;
}
inline const Patience& OfMinutes() {
  static const Patience patience = {3, absl::Minutes(1), absl::Minutes(1)};
  return patience;
}
inline const Patience& OfHost() {
  static const Patience patience = {30, absl::Minutes(1), absl::Minutes(5)};
  return patience;
}
inline const Patience& OfRecordingStart() {
  static const Patience patience = {5, absl::Seconds(1), absl::Seconds(4)};
  return patience;
}

// The wait before the `times`th further try: it doubles, and is up to half as long again.
inline absl::Duration WaitBefore(int times, const Patience& patience, double roll) {
  absl::Duration wait = patience.first;
  for (int i = 1; i < times && wait < patience.longest; ++i) wait *= 2;
  return std::min(wait, patience.longest) * (1 + roll / 2);
}

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_PATIENCE_H_
