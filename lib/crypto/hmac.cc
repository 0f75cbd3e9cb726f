#include "crypto/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstddef>
#include <cstdlib>

namespace joinpass::crypto {

Digest HmacSha256(std::string_view key, std::string_view message) {
  Digest digest;
  std::size_t size = 0;
  // A null pointer for the key would mean "no key yet".
  if (key.empty()) key = std::string_view("", 0);
  const unsigned char* done =
      EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                digest.data(), digest.size(), &size);
  if (done == nullptr || size != digest.size()) std::abort();
  return digest;
}

bool SameBytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace joinpass::crypto
