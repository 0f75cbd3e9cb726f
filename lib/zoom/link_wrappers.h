// What mail filters, chats and shorteners put in a link's place.

#ifndef JOINPASS_LIB_ZOOM_LINK_WRAPPERS_H_
#define JOINPASS_LIB_ZOOM_LINK_WRAPPERS_H_

#include <string_view>

#include "base/wipe.h"
#include "zoom/url.h"

namespace joinpass::zoom {

struct Unwrapped {
  enum class Kind {
    kNone,    // no wrapper that we know
    kInside,  // `inside` is what it holds
    kSealed,  // only its maker knows what it leads to
  };
  Kind kind = Kind::kNone;
  base::Buffer inside = {};
};

// `text` is all of `url`, whose host is none of Zoom's. Knows the query keys by which
// Outlook, Google, Slack, Barracuda, Sophos and their like carry the address, a path
// that does (Cisco), and the three encodings of Proofpoint's urldefense.
Unwrapped Unwrap(const Url& url, std::string_view text);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_LINK_WRAPPERS_H_
