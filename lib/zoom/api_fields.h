// Fields that answers and webhooks have in common. Pure.

#ifndef JOINPASS_LIB_ZOOM_API_FIELDS_H_
#define JOINPASS_LIB_ZOOM_API_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "zoom/api_answers.h"

namespace joinpass::zoom {

// In lower case; empty: none of use.
std::string EmailIn(std::string_view text);

// "jill" of "https://us04web.zoom.us/my/Jill?pwd=…"; empty: it is no personal link.
std::string VanityNameInUrl(std::string_view url);

// Of a field that has the name alone, or the personal link. Empty: he has none; nothing: it
// is of no use.
std::optional<std::string> VanityNameIn(std::string_view text);

// By the `type` of a meeting.
HostedMeeting::Kind MeetingKindOfType(std::int64_t type);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_API_FIELDS_H_
