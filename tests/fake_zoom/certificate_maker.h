// Makes throw-away keys and certificates, for whatever a test has to show.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_CERTIFICATE_MAKER_H_
#define JOINPASS_TESTS_FAKE_ZOOM_CERTIFICATE_MAKER_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace joinpass::fake_zoom {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

inline constexpr long kSecondsOfDay = 24 * 3600;

// A key and what vouches for it.
struct Identity {
  Key key = {};
  Certificate certificate = {};
};

// What a certificate is to say.
struct Subject {
  std::string common_name = {};
  std::string alternative_names = {};  // as OpenSSL reads them: "DNS:localhost,IP:127.0.0.1"
  std::string dns_name = {};           // instead of them, one byte by byte as it stands here
  bool is_authority = false;
  long not_before = -kSecondsOfDay;  // seconds from now, on the machine's clock
  long not_after = 30 * kSecondsOfDay;
  unsigned rsa_bits = 0;  // 0: ECDSA P-256
};

// Signed by `issuer`, or (null) by itself. Without a key or certificate: OpenSSL refused.
Identity MakeIdentity(const Subject& subject, const Identity* issuer);

std::string ToPem(const X509& certificate);
std::string ToPem(const EVP_PKEY& key);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_CERTIFICATE_MAKER_H_
