// Writes that begin anew because another one came between their reading and their
// writing.

#ifndef JOINPASS_LIB_STORE_RETRIES_H_
#define JOINPASS_LIB_STORE_RETRIES_H_

#include "absl/status/status.h"
#include "base/status.h"

namespace joinpass::store {

// How often. Each time somebody got something done.
inline constexpr int kMostTries = 16;

inline absl::Status TooManyWriters() {
  return base::MakeError(Reason::kStoreUnavailable,
                         "store: others keep on changing what is to be written");
}

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_RETRIES_H_
