// The forms in which Zoom gives a meeting away.

#ifndef JOINPASS_LIB_ZOOM_LINK_FORMS_H_
#define JOINPASS_LIB_ZOOM_LINK_FORMS_H_

#include <optional>
#include <string_view>

namespace joinpass::zoom {

// What a page of Zoom's is, by its path.
struct LinkForm {
  enum class Kind {
    kNumbered,   // `text` should be a meeting's number
    kConfno,     // the number is in the query
    kPersonal,   // `text` should be a personal link's name
    kNotJoined,  // a registration, a recording, …: nobody can join it
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  std::string_view text = {};
};

// By the whole path, never by the first digits in it: /my/jane123 has no number.
// Source: Zoom's API reference (join_url, start_url, chat_join_url, registration_url)
// and its client URL schemes; forms seen in the wild.
LinkForm ReadPath(std::string_view path);

// True for zoom.us, zoom.com, zoom.com.cn, zoom-x.de, zoomgov.com and what is below them.
bool IsMeetingHost(std::string_view host);

// A personal link's name: 1 to 64 letters, digits, ".", "-" and "_".
bool IsPersonalName(std::string_view name);

// The value of the first `key` in `query`, not decoded. None: it is not there. Knows
// the "&amp;" of links that were copied out of HTML.
std::optional<std::string_view> FindInQuery(std::string_view query, std::string_view key);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_LINK_FORMS_H_
