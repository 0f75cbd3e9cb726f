// MeetingLink: what a person pasted, read.

#ifndef JOINPASS_MEETING_LINK_H_
#define JOINPASS_MEETING_LINK_H_

#include <cstdint>
#include <string>
#include <string_view>

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
  // schemes, bare numbers with spaces or hyphens; also inside <…> or a safe-link
  // wrapper, percent-encoded up to three times. Its host must be Zoom's, matched
  // on label boundaries.
  //
  // A start link (/s/) holds the host's ZAK: it is not kept.
  //
  // Errors:
  //   not_a_meeting_link   not Zoom's host, not a meeting's page, no number where
  //                        one belongs, longer than 4 KiB
  //   link_without_number  a registration or recording page: nobody can join it
  // The message names the part that is wrong and repeats nothing of the link.
  static absl::StatusOr<MeetingLink> Parse(std::string_view text);

  // 9 to 11 digits, or 0: a personal link, which has a name only.
  std::uint64_t number() const { return number_; }

  // The name of a personal link (/my/name), in lower case; empty if there is a
  // number.
  const std::string& vanity_name() const { return vanity_name_; }

  // The `pwd` of the link, decoded; empty if it has none.
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
