// What comes from below as an exception, as an error of ours.

#ifndef JOINPASS_LIB_BASE_EXCEPTIONS_H_
#define JOINPASS_LIB_BASE_EXCEPTIONS_H_

#include <system_error>

#include "absl/status/status.h"

namespace joinpass::base {

// The error of the exception that is being handled: resources_exhausted with its
// cause, or internal. Nobody knows how far things had come, so it has request_left.
// Called in a catch block only.
absl::Status StatusOfException();

// The cause of resources_exhausted for an error of the system; empty: it is none.
const char* ExhaustedBy(const std::error_code& error);

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_EXCEPTIONS_H_
