// What is known of a meeting, in words. Pure.

#ifndef JOINPASS_LIB_DIRECTORY_EXPLAIN_H_
#define JOINPASS_LIB_DIRECTORY_EXPLAIN_H_

#include <string>

#include "absl/time/time.h"
#include "joinpass/directory.h"

namespace joinpass::directory {

// A few lines of all that `explanation` says, but for its text; the last one says what
// to do.
std::string TextOf(const Explanation& explanation, absl::Time now);

// "3 minutes ago", in the largest unit of which there are two; "at an unknown time".
std::string AgeText(absl::Time at, absl::Time now);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_EXPLAIN_H_
