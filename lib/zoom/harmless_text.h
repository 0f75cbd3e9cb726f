// What a server wrote, made fit to be shown.

#ifndef JOINPASS_LIB_ZOOM_HARMLESS_TEXT_H_
#define JOINPASS_LIB_ZOOM_HARMLESS_TEXT_H_

#include <string>
#include <string_view>

namespace joinpass::zoom {

// `text` as ErrorInfo::server_text: 256 printable bytes at most, "[...]" in place of
// every word that could be a token, a code or a link. A user's id (22 characters),
// a meeting's number and a scope's name stay.
std::string HarmlessText(std::string_view text);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_HARMLESS_TEXT_H_
