// Throw-away certificates for servers on loopback.

#ifndef JOINPASS_TESTS_SUPPORT_CERTIFICATES_H_
#define JOINPASS_TESTS_SUPPORT_CERTIFICATES_H_

#include <string>

#include "fake_zoom/certificate_maker.h"

namespace joinpass::testing {

// What is wrong with a certificate, if anything.
enum class Flaw {
  kNone,           // for localhost and 127.0.0.1
  kWrongName,      // for other.example only
  kNameInSubject,  // for localhost, but only by its common name
  kDeepWildcard,   // for *.localhost
  kNulInName,      // for a name that begins with localhost and a NUL
  kExpired,
  kNotYetValid,
  kSelfSigned,
  kForeignCa,       // signed by an authority that nobody trusts
  kNoIntermediate,  // signed by one that a trusted one vouches for, but which is not sent along
  kShortKey,        // RSA of 1024 bits
};

using fake_zoom::Identity;

// An authority of this process.
class TestCa {
 public:
  static TestCa& Get();
  ~TestCa();

  // A PEM file with the authority's certificate, for ClientOptions::ca_file.
  const std::string& file() const { return file_; }

  // The certificate of the authority that kForeignCa is signed by.
  std::string foreign_pem() const;

  // A server's key and certificate. `names` is a list as OpenSSL reads it
  // ("DNS:localhost,IP:127.0.0.1"), or empty: what goes with `flaw`. The key is ECDSA P-256, or
  // RSA of so many bits.
  Identity Issue(Flaw flaw, const std::string& names = "", unsigned rsa_bits = 0);

 private:
  TestCa();

  Identity ca_;
  Identity foreign_;
  Identity intermediate_;
  std::string folder_;
  std::string file_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_CERTIFICATES_H_
