// MeetingLink::FindIn(): the meetings of free text.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/status.h"
#include "joinpass/meeting_link.h"
#include "zoom/invitation.h"

namespace joinpass {
namespace {

constexpr std::size_t kLongest = 64 * 1024;
constexpr std::size_t kMostMeetings = 32;

// Each meeting once, and where the text speaks of it.
struct Found {
  struct Mention {
    std::size_t at = 0;
    std::size_t meeting = 0;  // its place in `meetings`
  };
  std::vector<MeetingLink> meetings = {};
  std::vector<Mention> mentions = {};

  bool IsFull() const { return meetings.size() == kMostMeetings; }

  std::size_t PlaceOf(std::uint64_t number, const std::string& name) const {
    const auto is_it = [&](const MeetingLink& link) {
      return link.number() == number && link.vanity_name() == name;
    };
    return static_cast<std::size_t>(std::find_if(meetings.begin(), meetings.end(), is_it) -
                                    meetings.begin());
  }
};

// The links, in their order; where they stand is put into `spans`.
void AddLinks(std::string_view text, Found& found, std::vector<zoom::Span>& spans) {
  std::size_t from = 0;
  for (;;) {
    const std::vector<zoom::Span> candidates = zoom::NextLinks(text, from);
    if (candidates.empty()) return;
    from = text.size();
    for (const zoom::Span& span : candidates) from = std::min(from, span.end);
    for (const zoom::Span& span : candidates) {
      absl::StatusOr<MeetingLink> link =
          MeetingLink::Parse(text.substr(span.begin, span.end - span.begin));
      if (!link.ok()) continue;
      const std::size_t place = found.PlaceOf(link->number(), link->vanity_name());
      if (place == found.meetings.size()) {
        if (found.IsFull()) return;
        found.meetings.push_back(*std::move(link));
      }
      found.mentions.push_back({span.begin, place});
      spans.push_back(span);
      from = span.end;
      break;
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<MeetingLink>> MeetingLink::FindIn(std::string_view text) {
  if (text.size() > kLongest) {
    return base::MakeError(Reason::kInvalidArgument, "meeting link: the text has more than 64 KiB");
  }
  Found found;
  std::vector<zoom::Span> links;
  AddLinks(text, found, links);
  const base::Buffer plain = zoom::PlainText(text, links);
  for (const zoom::NumberMention& mention : zoom::FindNumbers(base::View(plain))) {
    const std::size_t place = found.PlaceOf(mention.number, "");
    if (place == found.meetings.size()) {
      if (found.IsFull()) break;
      found.meetings.emplace_back();
      found.meetings.back().number_ = mention.number;
    }
    found.mentions.push_back({mention.at, place});
  }
  if (found.mentions.empty()) return found.meetings;
  std::sort(found.mentions.begin(), found.mentions.end(),
            [](const auto& a, const auto& b) { return a.at < b.at; });
  // A passcode is the last meeting's before it, or the first one's behind it.
  for (const zoom::PasscodeMention& mention : zoom::FindPasscodes(base::View(plain))) {
    auto after = std::upper_bound(found.mentions.begin(), found.mentions.end(), mention.at,
                                  [](std::size_t at, const auto& one) { return at < one.at; });
    if (after != found.mentions.begin()) --after;
    MeetingLink& meeting = found.meetings[after->meeting];
    if (meeting.passcode_.empty()) meeting.passcode_ = Secret(base::View(mention.passcode));
  }
  return std::move(found.meetings);
}

}  // namespace joinpass
