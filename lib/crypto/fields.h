// Several texts as one, so that no two lists of texts give the same bytes.

#ifndef JOINPASS_LIB_CRYPTO_FIELDS_H_
#define JOINPASS_LIB_CRYPTO_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/wipe.h"

namespace joinpass::crypto {

// Appends `value`, the highest byte first.
inline void AppendBigEndian(base::Buffer& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i > 0; --i) out.push_back(static_cast<char>(value >> (8 * (i - 1))));
}

// Each text after its length in 8 bytes.
inline base::Buffer JoinFields(std::initializer_list<std::string_view> fields) {
  base::Buffer joined;
  for (const std::string_view field : fields) {
    AppendBigEndian(joined, field.size(), sizeof(std::uint64_t));
    base::Append(joined, field);
  }
  return joined;
}

}  // namespace joinpass::crypto

#endif  // JOINPASS_LIB_CRYPTO_FIELDS_H_
