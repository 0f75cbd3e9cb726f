// Percent-encoding in memory that is wiped.

#ifndef JOINPASS_LIB_ZOOM_ENCODE_H_
#define JOINPASS_LIB_ZOOM_ENCODE_H_

#include <string>
#include <string_view>

#include "base/wipe.h"

namespace joinpass::zoom {

// Appends `text` with everything but RFC 3986's unreserved characters encoded.
void AppendPercentEncoded(std::string_view text, base::Buffer& to);

// The same for what is no secret.
std::string PercentEncoded(std::string_view text);

enum class Plus { kIsPlus, kIsSpace };  // of a path or link; of a form

// One layer decoded. A `%` without two hex digits stays as it is.
base::Buffer PercentDecoded(std::string_view text, Plus plus);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_ENCODE_H_
