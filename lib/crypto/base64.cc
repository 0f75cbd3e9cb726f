#include "crypto/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace joinpass::crypto {
namespace {

constexpr std::size_t kMost = std::numeric_limits<int>::max() / 2;

unsigned char* Bytes(char* text) { return reinterpret_cast<unsigned char*>(text); }
const unsigned char* Bytes(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}

bool IsDigit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

}  // namespace

void AppendBase64(std::string_view text, base::Buffer& to) {
  const std::size_t begin = to.size();
  const std::size_t size = (text.size() + 2) / 3 * 4;
  to.resize(begin + size + 1);  // OpenSSL ends it with a NUL
  EVP_EncodeBlock(Bytes(to.data() + begin), Bytes(text.data()), static_cast<int>(text.size()));
  to.resize(begin + size);
}

std::optional<base::Buffer> DecodeBase64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() > kMost || text.size() % 4 == 1) return std::nullopt;
  base::Buffer encoded = base::ToBuffer(text);
  std::replace(encoded.begin(), encoded.end(), '-', '+');
  std::replace(encoded.begin(), encoded.end(), '_', '/');
  // OpenSSL would skip spaces and stop at a hyphen.
  if (!std::all_of(encoded.begin(), encoded.end(), IsDigit)) return std::nullopt;
  const std::size_t size = text.size() * 3 / 4;
  encoded.resize((text.size() + 3) / 4 * 4, '=');
  base::Buffer decoded(encoded.size() / 4 * 3);
  const int read = EVP_DecodeBlock(Bytes(decoded.data()), Bytes(encoded.data()),
                                   static_cast<int>(encoded.size()));
  if (read < 0) return std::nullopt;
  decoded.resize(size);
  return decoded;
}

}  // namespace joinpass::crypto
