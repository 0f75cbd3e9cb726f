// MeetingLink: what a person pasted, read.

#ifndef JOINPASS_MEETING_LINK_H_
#define JOINPASS_MEETING_LINK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "joinpass/export.h"
#include "joinpass/secret.h"

namespace joinpass {

// A link to a Zoom meeting or webinar, or its bare number. A value: copies,
// and touches nothing outside itself.
class JOINPASS_EXPORT MeetingLink {
 public:
  // Reads every form in which Zoom gives a meeting away: /j/, /w/, /s/, /wc/,
  // /my/, /join?confno=, /start?confno=, /launch/jc/, the zoommtg: and zoomus:
  // schemes, what a room system dials (84335626851.123456@zoomcrc.com), bare
  // numbers; also inside <…>, percent-encoded up to three times, or wrapped by a
  // mail filter or a chat. A number may have spaces and hyphens of any kind
  // between its digits, wherever it stands. The host must be Zoom's, matched on
  // label boundaries.
  //
  // A start link (/s/) holds the host's ZAK: it is not kept.
  //
  // Errors:
  //   not_a_meeting_link   not Zoom's host, not a meeting's page, no number where
  //                        one belongs, longer than 4 KiB, text around it
  //   link_without_number  a registration, event or recording page: nobody can join it
  //   link_wrapped         a mail filter or shortener has hidden the link
  // The message names the part that is wrong and repeats nothing of the link.
  static absl::StatusOr<MeetingLink> Parse(std::string_view text);

  // All meetings in free text: a calendar event's description, an invitation, a
  // mail in plain text or HTML, Markdown. Each once: first those with a link, then
  // those of which the text only says "Meeting ID: 843 3562 6851" or how to dial in,
  // both in their order. A meeting whose link has no passcode takes the one that the
  // text names behind it ("Passcode: …"). Never takes a phone number for a meeting.
  // At most 32; what comes behind them is left out. Takes time linear in the text.
  //
  // Errors:
  //   invalid_argument  longer than 64 KiB
  static absl::StatusOr<std::vector<MeetingLink>> FindIn(std::string_view text);

  // 9 to 11 digits, or 0: a personal link, which has a name only.
  std::uint64_t number() const { return number_; }

  // The name of a personal link (/my/name), in lower case; empty if there is a
  // number.
  const std::string& vanity_name() const { return vanity_name_; }

  // The passcode of the link (`pwd`, `password`), decoded; empty if it has none.
  const Secret& passcode() const { return passcode_; }

  // The `tk` of the link: who registered for a meeting or webinar. May be empty.
  const Secret& registrant_token() const { return registrant_token_; }

 private:
  friend class MeetingLinkReader;

  std::uint64_t number_ = 0;
  std::string vanity_name_;
  Secret passcode_;
  Secret registrant_token_;
};

}  // namespace joinpass

#endif  // JOINPASS_MEETING_LINK_H_
