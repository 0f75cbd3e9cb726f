// A URL in its parts. The one place that knows Boost.URL.

#ifndef JOINPASS_LIB_ZOOM_URL_H_
#define JOINPASS_LIB_ZOOM_URL_H_

#include <optional>
#include <string_view>

namespace joinpass::zoom {

// Views into the text that was split. Nothing is decoded.
struct Url {
  std::string_view scheme = {};
  std::string_view host = {};   // may be empty, or absent; an IPv6 address with its brackets
  std::string_view port = {};   // may be empty
  std::string_view path = {};   // empty, or from its slash on
  std::string_view query = {};  // without its question mark
  bool has_user = false;        // "user@"
  bool has_colon = false;       // before a port, which may be empty
  bool has_tail = false;        // a question mark or a number sign is there
};

// None: `text` is no absolute URL, by the letter of RFC 3986.
std::optional<Url> SplitUrl(std::string_view text);

// True if `host` is `domain` or ends in "." and `domain`, in any case, and has no
// character or empty label that a host name must not have.
bool IsAtOrBelow(std::string_view host, std::string_view domain);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_URL_H_
