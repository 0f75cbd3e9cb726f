// HKDF-SHA256: several keys out of one.

#ifndef JOINPASS_LIB_CRYPTO_HKDF_H_
#define JOINPASS_LIB_CRYPTO_HKDF_H_

#include <cstddef>
#include <string_view>

#include "joinpass/secret.h"

namespace joinpass::crypto {

// `size` bytes that belong to `key`, `salt` and `label`. At most 8160. Ends the
// process if no memory is left, which is the only other way for it to fail.
//
// Source: RFC 5869 (`label` is its "info").
Secret Hkdf(std::string_view key, std::string_view salt, std::string_view label, std::size_t size);

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_HKDF_H_
