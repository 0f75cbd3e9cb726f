// What a token, an id or a name may look like before it is used.

#ifndef JOINPASS_LIB_ZOOM_TOKEN_TEXT_H_
#define JOINPASS_LIB_ZOOM_TOKEN_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/ascii.h"

namespace joinpass::zoom {

// 1 to `most` printable ASCII characters without a space: fit for a header, and no
// sentence in a token's place.
inline bool IsToken(std::string_view text, std::size_t most = 16 * 1024) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// A user's or account's id.
inline bool IsId(std::string_view text) { return IsToken(text, 128); }

// True if `part`, in any case, stands in `text`. Copies nothing.
inline bool Contains(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [lower](char a, char b) { return lower(a) == lower(b); }) != text.end() ||
         part.empty();
}

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_TOKEN_TEXT_H_
