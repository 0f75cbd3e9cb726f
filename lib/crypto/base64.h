// Base64 in memory that is wiped.

#ifndef JOINPASS_LIB_CRYPTO_BASE64_H_
#define JOINPASS_LIB_CRYPTO_BASE64_H_

#include <optional>
#include <string_view>

#include "base/wipe.h"

namespace joinpass::crypto {

// Appends `text` in base64, padded. Source: RFC 4648 section 4.
void AppendBase64(std::string_view text, base::Buffer& to);

// What `text` encodes, in either alphabet of RFC 4648, padded or not. None: it
// is no base64.
std::optional<base::Buffer> DecodeBase64(std::string_view text);

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_BASE64_H_
