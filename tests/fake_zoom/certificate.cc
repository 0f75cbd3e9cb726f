#include "fake_zoom/certificate.h"

#include "base/status.h"
#include "fake_zoom/certificate_maker.h"

namespace joinpass::fake_zoom {
namespace {

Subject ServerSubject(CertificateKind kind) {
  Subject subject{.common_name = "joinpass fake Zoom",
                  .alternative_names = "IP:127.0.0.1,IP:::1,DNS:localhost"};
  if (kind == CertificateKind::kWrongName) subject.alternative_names = "DNS:wrong-name.example";
  if (kind == CertificateKind::kExpired) {
    subject.not_before = -30 * kSecondsOfDay;
    subject.not_after = -kSecondsOfDay;
  }
  return subject;
}

}  // namespace

absl::StatusOr<Certificates> MakeCertificates(CertificateKind kind) {
  const Identity ca =
      MakeIdentity({.common_name = "joinpass fake Zoom CA", .is_authority = true}, nullptr);
  if (!ca.certificate) return base::MakeError(Reason::kInternal, "certificate: no authority");
  const bool by_itself = kind == CertificateKind::kSelfSigned;
  const Identity server = MakeIdentity(ServerSubject(kind), by_itself ? nullptr : &ca);
  if (!server.certificate) return base::MakeError(Reason::kInternal, "certificate: not signed");
  return Certificates{.ca = ToPem(*ca.certificate),
                      .certificate = ToPem(*server.certificate),
                      .key = ToPem(*server.key)};
}

}  // namespace joinpass::fake_zoom
