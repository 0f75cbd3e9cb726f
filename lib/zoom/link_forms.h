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
    kNotJoined,  // a registration, a recording, an event, …: nobody can join it
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  std::string_view text = {};
};

// By the whole path, never by the first digits in it: /my/jane123 has no number. Slashes
// may be doubled. `host` is one of Zoom's.
// Source: Zoom's API reference (join_url, start_url, chat_join_url, registration_url)
// and its client URL schemes; forms seen in the wild.
LinkForm ReadPage(std::string_view host, std::string_view path);

// True for zoom.us, zoom.com, zoom.com.cn, zoom-x.de, zoomgov.com and what is below them.
bool IsMeetingHost(std::string_view host);

// A personal link's name: 1 to 64 letters, digits, ".", "-" and "_".
bool IsPersonalName(std::string_view name);

// What a room system dials: "84335626851.passcode@zoomcrc.com", with "sip:" before it
// or not; behind the passcode may stand a layout and the host's key, behind the host
// parameters. Source: Zoom's support pages on the Conference Room Connector.
bool IsDialString(std::string_view text);

struct DialString {
  std::string_view number = {};    // not checked, nor decoded
  std::string_view passcode = {};  // not decoded; may be empty
};
// Requires: IsDialString(text).
DialString SplitDialString(std::string_view text);

// The value of the first `key` in `query`, not decoded. None: it is not there. Knows
// the "&amp;" of links that were copied out of HTML.
std::optional<std::string_view> FindInQuery(std::string_view query, std::string_view key);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_LINK_FORMS_H_
