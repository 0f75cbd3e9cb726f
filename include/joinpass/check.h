// JoinCheck: whether a join will go well, before the meeting begins.

#ifndef JOINPASS_CHECK_H_
#define JOINPASS_CHECK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "joinpass/apps.h"
#include "joinpass/export.h"
#include "joinpass/reason.h"

namespace joinpass {

// What is looked at, in this order.
enum class CheckPoint {
  kHost,            // somebody is known to host the meeting, and consents of his are kept
  kConsent,         // a credential has a good access token, or gets one now
  kScopes,          // its consent allows the tokens that the request wants
  kLocalRecording,  // the host's "Local recording" is on; where a scope lets us read his settings
  kRecordingToken,  // Zoom gives one. It is thrown away: it would not live until the meeting
  kIdentity,        // Zoom gives a ZAK or an on-behalf-of token, as the request wants
};

// "host", "consent", …
JOINPASS_EXPORT std::string_view CheckPointName(CheckPoint point);

// Who can do something about a Reason.
enum class Actor {
  kNobody,        // it passes, or there is nothing to do
  kHost,          // whoever hosts the meeting, or consented
  kAccountAdmin,  // an admin of his account
  kAppOwner,      // whoever keeps the app on Zoom's Marketplace
  kOperator,      // whoever runs the bot
};

// "nobody", "host", "account_admin", "app_owner", "operator".
JOINPASS_EXPORT std::string_view ActorName(Actor actor);

// What he can do says ReasonAdvice(). An account-managed app has the consent of an admin, who then
// acts where otherwise the host would.
JOINPASS_EXPORT Actor ActorFor(Reason reason, Cause cause = Cause::kNone,
                               AppKind kind = AppKind::kUserManaged);

struct Finding {
  CheckPoint point = CheckPoint::kHost;
  absl::Status status = {};        // OK: nothing is wrong there
  std::string credential_id = {};  // kConsent, kScopes, kLocalRecording: of which candidate
  Actor actor = Actor::kNobody;    // of what is wrong
};

struct JoinCheck {
  // Every part that the request does not have off can be had now.
  bool all_can_be_had = false;

  std::uint64_t meeting_number = 0;  // 0: only the name of a personal link is known

  // All that was looked at, what is good, too. Of several candidates one that works is enough.
  std::vector<Finding> findings = {};
};

}  // namespace joinpass

#endif  // JOINPASS_CHECK_H_
