// A throw-away CA and a server certificate, made anew at each start.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_CERTIFICATE_H_
#define JOINPASS_TESTS_FAKE_ZOOM_CERTIFICATE_H_

#include <string>

#include "absl/status/statusor.h"

namespace joinpass::fake_zoom {

enum class CertificateKind {
  kGood,        // for 127.0.0.1, ::1 and localhost, signed by the CA
  kWrongName,   // signed by the CA, for another name
  kExpired,     // signed by the CA, expired yesterday
  kSelfSigned,  // the right names, signed by itself; the CA is there, and has nothing to do with it
};

// All PEM. ECDSA P-256. Validity counts on the machine's clock.
struct Certificates {
  std::string ca = {};
  std::string certificate = {};
  std::string key = {};
};

// Errors: kInternal: OpenSSL refused.
absl::StatusOr<Certificates> MakeCertificates(CertificateKind kind);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_CERTIFICATE_H_
