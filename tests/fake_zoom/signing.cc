#include "fake_zoom/signing.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "base/text.h"

namespace joinpass::fake_zoom {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Hmac(const EVP_MD* digest, std::string_view key, std::string_view text) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), Bytes(text), text.size(), mac, &size);
  return {reinterpret_cast<const char*>(mac), size};
}

std::string Base64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(base::ToAbsl(bytes));
}

}  // namespace

std::string HmacSha256(std::string_view key, std::string_view text) {
  return Hmac(EVP_sha256(), key, text);
}

std::string HmacSha512(std::string_view key, std::string_view text) {
  return Hmac(EVP_sha512(), key, text);
}

std::string WebhookSignature(std::string_view secret_token, std::string_view timestamp,
                             std::string_view body) {
  const std::string message = absl::StrCat("v0:", base::ToAbsl(timestamp), ":", base::ToAbsl(body));
  return absl::StrCat("v0=", absl::BytesToHexString(HmacSha256(secret_token, message)));
}

std::string EncryptedToken(std::string_view secret_token, std::string_view plain_token) {
  return absl::BytesToHexString(HmacSha256(secret_token, plain_token));
}

std::string S256Challenge(std::string_view verifier) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(verifier.data(), verifier.size(), digest, &size, EVP_sha256(), nullptr);
  return Base64Url({reinterpret_cast<const char*>(digest), size});
}

std::string MakeJwt(std::string_view header, std::string_view claims, std::string_view key) {
  const std::string signed_part = absl::StrCat(Base64Url(header), ".", Base64Url(claims));
  return absl::StrCat(signed_part, ".", Base64Url(HmacSha512(key, signed_part)));
}

std::string RandomHex(std::size_t bytes) {
  std::string random(bytes, '\0');
  base::SystemRandom().Fill({reinterpret_cast<unsigned char*>(random.data()), random.size()});
  return absl::BytesToHexString(random);
}

}  // namespace joinpass::fake_zoom
