// What comes from below, as an exception or an errno, as an error of ours.

#ifndef JOINPASS_LIB_BASE_EXCEPTIONS_H_
#define JOINPASS_LIB_BASE_EXCEPTIONS_H_

#include <string_view>
#include <system_error>

#include "absl/status/status.h"
#include "joinpass/reason.h"

namespace joinpass::base {

// The error of the exception that is being handled: resources_exhausted with its
// cause, or internal. Nobody knows how far things had come, so it has request_left.
// Called in a catch block only.
absl::Status StatusOfException();

// The cause of resources_exhausted for an error of the system; kNone: it is another.
Cause ExhaustedBy(const std::error_code& error);

// The error of a call of the system that failed with `error` (an errno): `otherwise`, or
// resources_exhausted where that is why. `message` is as for base::MakeError().
absl::Status SystemError(Reason otherwise, std::string_view message, int error);

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_EXCEPTIONS_H_
