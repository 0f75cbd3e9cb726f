// Times as they are kept: milliseconds since 1970, infinities as the two ends.

#ifndef JOINPASS_LIB_STORE_MILLIS_H_
#define JOINPASS_LIB_STORE_MILLIS_H_

#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace joinpass::store {

inline std::int64_t ToMillis(absl::Time time) { return absl::ToUnixMillis(time); }

inline absl::Time FromMillis(std::int64_t millis) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (millis == Limits::min()) return absl::InfinitePast();
  if (millis == Limits::max()) return absl::InfiniteFuture();
  return absl::FromUnixMillis(millis);
}

inline absl::Time CutToMillis(absl::Time time) { return FromMillis(ToMillis(time)); }

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_MILLIS_H_
