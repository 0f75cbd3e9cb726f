// What somebody pasted, before it is known what it is.

#ifndef JOINPASS_LIB_ZOOM_LINK_TEXT_H_
#define JOINPASS_LIB_ZOOM_LINK_TEXT_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace joinpass::zoom {

// True if `text` is valid UTF-8 without a control character but tabs and line ends.
bool IsCleanText(std::string_view text);

// `text` without spaces of any kind, brackets, quotes and punctuation around it. Of
// "<link|label>" only the link is left.
std::string_view TrimLink(std::string_view text);

bool HasSpace(std::string_view text);

// A meeting's number: 9 to 11 digits, the first of which is not 0. None: anything else.
std::optional<std::uint64_t> ReadNumber(std::string_view digits);

// True if `text` is digits, with spaces and hyphens of any kind between them.
bool IsSpacedNumber(std::string_view text);

// ReadNumber() of its digits. Requires: IsSpacedNumber(text).
std::optional<std::uint64_t> ReadSpacedNumber(std::string_view text);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_LINK_TEXT_H_
