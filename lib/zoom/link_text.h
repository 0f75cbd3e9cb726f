// What somebody pasted, before it is known what it is.

#ifndef JOINPASS_LIB_ZOOM_LINK_TEXT_H_
#define JOINPASS_LIB_ZOOM_LINK_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace joinpass::zoom {

// A character of UTF-8. Of size 0 where there is none, or where it is malformed.
struct Character {
  char32_t code = 0;
  std::size_t size = 0;  // in bytes
};
Character FirstCharacter(std::string_view text);

// Spaces of any width, line ends, and the invisible marks that mails and chats add.
bool IsSpace(char32_t code);
bool IsHyphen(char32_t code);

// True if `text` is valid UTF-8 without a control character but tabs and line ends.
bool IsCleanText(std::string_view text);

// `text` without spaces of any kind, brackets, quotes and punctuation around it. Of
// "<link|label>" only the link is left.
std::string_view TrimLink(std::string_view text);

bool HasSpace(std::string_view text);

// How many bytes at the begin of `text` are digits (also full-width ones), with
// spaces and hyphens of any kind between them. Ends in a digit; 0: begins with none.
std::size_t NumberSize(std::string_view text);

// A meeting's number as people write it: all of `text` is as above, with 9 to 11
// digits, the first of which is not 0. None: anything else.
std::optional<std::uint64_t> ReadNumber(std::string_view text);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_LINK_TEXT_H_
