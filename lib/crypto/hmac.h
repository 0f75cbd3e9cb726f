// HMAC-SHA256, and comparing what came out of it.

#ifndef JOINPASS_LIB_CRYPTO_HMAC_H_
#define JOINPASS_LIB_CRYPTO_HMAC_H_

#include <array>
#include <memory>
#include <string_view>

struct evp_mac_ctx_st;  // OpenSSL's EVP_MAC_CTX

namespace joinpass::crypto {

using Digest = std::array<unsigned char, 32>;

// Ends the process if no memory is left, which is the only way for it to fail.
//
// Source: RFC 2104; RFC 4231 has the vectors.
Digest HmacSha256(std::string_view key, std::string_view message);

// The same under one key again and again, in half the time. A value: copies share the key,
// which is wiped with the last copy. Thread-safe.
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);

  Digest Of(std::string_view message) const;

 private:
  std::shared_ptr<const evp_mac_ctx_st> begun_;  // copied for each message
};

inline std::string_view View(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Whether both are the same bytes, in time that depends on the sizes only.
bool SameBytes(std::string_view a, std::string_view b);

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_HMAC_H_
