// PKCE: the proof that whoever exchanges a code is whoever asked for it.

#ifndef JOINPASS_LIB_CRYPTO_PKCE_H_
#define JOINPASS_LIB_CRYPTO_PKCE_H_

#include <string>
#include <string_view>

#include "base/random.h"
#include "joinpass/secret.h"

namespace joinpass::crypto {

// 43 characters with 256 bits of randomness.
//
// Source: RFC 7636 section 4.1.
Secret MakeCodeVerifier(base::Random& random);

// What the authorize URL carries: base64url(SHA-256(verifier)), 43 characters.
//
// Source: RFC 7636 section 4.2, "S256".
std::string CodeChallenge(std::string_view verifier);

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_PKCE_H_
