// Where free text speaks of meetings: a calendar's entry, a mail, a chat.

#ifndef JOINPASS_LIB_ZOOM_INVITATION_H_
#define JOINPASS_LIB_ZOOM_INVITATION_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/wipe.h"

namespace joinpass::zoom {

// A part of a text, by its first byte and the one behind its last.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The first that may be a link at or behind `from`, in order of what to try: up to
// the next link in it, as far as it may reach (it may be wrapped around the other), and
// on where its number may go on behind a space. Each is for MeetingLink::Parse(). If none is a link, look on from the
// nearest end. Empty: there is none any more.
std::vector<Span> NextLinks(std::string_view text, std::size_t from);

// `text` as a reader sees it, byte for byte in the same places: HTML's tags, its
// no-break spaces and `links` are spaces and line ends.
base::Buffer PlainText(std::string_view text, const std::vector<Span>& links);

struct NumberMention {
  std::size_t at = 0;
  std::uint64_t number = 0;
};

// The meeting numbers in plain text: those that are named as such ("Meeting ID:
// 843 3562 6851", in Zoom's languages), and those of one-tap lines
// ("+13462487799,,84335626851#") in a text that speaks of Zoom. Never a phone number.
std::vector<NumberMention> FindNumbers(std::string_view plain);

struct PasscodeMention {
  std::size_t at = 0;
  base::Buffer passcode = {};
};

// What stands behind "Passcode:" and its like, in Zoom's languages.
std::vector<PasscodeMention> FindPasscodes(std::string_view plain);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_INVITATION_H_
