#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstddef>
#include <cstdlib>

namespace joinpass::crypto {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

}  // namespace

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

HmacKey::HmacKey(std::string_view key) {
  const std::unique_ptr<EVP_MAC, FreeMac> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  Context context(EVP_MAC_CTX_new(hmac.get()));
  char sha256[] = "SHA256";
  const OSSL_PARAM options[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
                                OSSL_PARAM_construct_end()};
  if (key.empty()) key = std::string_view("", 0);
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  if (!context || EVP_MAC_init(context.get(), bytes, key.size(), options) != 1) std::abort();
  begun_ = std::shared_ptr<const EVP_MAC_CTX>(context.release(), FreeMac());
}

Digest HmacKey::Of(std::string_view message) const {
  Digest digest;
  std::size_t size = 0;
  const Context context(EVP_MAC_CTX_dup(begun_.get()));
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  const bool done = context && EVP_MAC_update(context.get(), bytes, message.size()) == 1 &&
                    EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1;
  if (!done || size != digest.size()) std::abort();
  return digest;
}

bool SameBytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace joinpass::crypto
