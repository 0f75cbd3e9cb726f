// The one place where what went wrong below becomes a Status.

#ifndef JOINPASS_LIB_HTTP_ERRORS_H_
#define JOINPASS_LIB_HTTP_ERRORS_H_

#include <boost/system/error_code.hpp>
#include <string>

#include "absl/status/status.h"

namespace joinpass::http {

// What a call was at.
enum class Phase { kLookUp, kConnect, kProxy, kHandshake, kWrite, kRead, kTurn };

// Who ended a call before its time. Both close its socket, so that the error
// of the socket itself says nothing then.
enum class Ended { kNo, kDeadline, kClosing };

struct Failure {
  Phase phase = Phase::kConnect;
  boost::system::error_code error = {};
  Ended ended = Ended::kNo;

  // Whether a byte of the request went to the TLS layer.
  bool request_left = false;

  // Why the certificate was refused, in our words; empty if it was not.
  std::string certificate = {};
};

// Errors: as in transport.h.
absl::Status StatusOf(const Failure& failure);

// The same error, with this request_left.
absl::Status WithRequestLeft(const absl::Status& status, bool request_left);

// What X509_V_ERR_... means, in our words; empty for X509_V_OK.
std::string CertificateFault(long verify_result);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_ERRORS_H_
