#include "crypto/pkce.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdlib>

#include "absl/strings/escaping.h"

namespace joinpass::crypto {

Secret MakeCodeVerifier(base::Random& random) {
  constexpr std::size_t kRandomBytes = 32;
  return Secret::Take(random.Token(kRandomBytes));
}

std::string CodeChallenge(std::string_view verifier) {
  std::array<unsigned char, 32> digest;
  std::size_t size = 0;
  // Fails only when memory runs out.
  if (EVP_Q_digest(nullptr, "SHA256", nullptr, verifier.data(), verifier.size(), digest.data(),
                   &size) != 1) {
    std::abort();
  }
  std::string text =
      absl::WebSafeBase64Escape({reinterpret_cast<const char*>(digest.data()), digest.size()});
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

}  // namespace joinpass::crypto
