// Reason: why something did not work, by a name that can be searched for.

#ifndef JOINPASS_REASON_H_
#define JOINPASS_REASON_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "joinpass/export.h"

namespace joinpass {

// Every failure of joinpass has one of these names. The Status code beside it
// says what to do (retry, fix the call, ask somebody); the Reason says why.
// The names (ReasonName) are stable: log them, alert on them, search for them.
//
// In brackets: the Status code it comes with.
enum class Reason {
  // --- the caller's input and options [kInvalidArgument] -------------------
  kInvalidArgument,      // a value of the call is wrong; the message names it
  kNotAMeetingLink,      // the text is no link to a Zoom meeting
  kLinkWithoutNumber,    // a registration page, or another page that nobody can join
  kLinkWrapped,          // a mail filter or shortener has hidden the link; only its maker can tell
  kConsentStateInvalid,  // the redirect's `state` is unknown, too old, or another browser's
  kConsentDeclined,      // [kPermissionDenied] the user declined on the consent page
  kConsenterUnexpected,  // [kPermissionDenied] somebody else consented than was expected
  kWebhookNotAuthentic,  // [kUnauthenticated] the app's secret tokens did not sign it, or not
                         // now; `cause`. Nothing of it was read
  kWebhookInvalid,       // Zoom signed it, and it cannot be read, or must not be answered; `cause`

  // --- unknown things [kNotFound] ------------------------------------------
  kAppUnknown,         // no app with this id
  kCredentialUnknown,  // no credential with this id (or user)
  kHostNotConnected,   // nobody whose consent we hold is known to host this meeting
  kMeetingUnknown,     // Zoom says that this host has no such meeting (any more)
  kUserUnknown,        // Zoom says that the user does not exist in this account
  kTokenNotOffered,    // the customer's URL has no such token (HTTP 404)

  // --- somebody must act ---------------------------------------------------
  kReauthorizationRequired,  // [kUnauthenticated] the user must consent again; see `cause`
  kAppCredentialsInvalid,    // [kUnauthenticated] Zoom refuses the app: its client id or secret,
                             // or what `cause` says; no user can mend it
  kCredentialDisconnecting,  // [kFailedPrecondition] the credential is being taken away
  kScopeMissing,             // [kPermissionDenied] the consent lacks a scope; `missing_scopes`
  kLocalRecordingDisabled,   // [kPermissionDenied] the host's "Local recording" setting is off
  kHostingNotAllowed,        // [kPermissionDenied] Zoom lets this user host nothing
  kPermissionDenied,         // [kPermissionDenied] Zoom refuses for another reason of its own
  kMeetingIsWebinar,         // [kFailedPrecondition] the number is a webinar's
  kOwnerNotHost,             // [kFailedPrecondition] the identity's owner is not the host, and
                             // Zoom takes a recording token beside the host's identity only
  kWrongThread,              // [kFailedPrecondition] a call that blocks was made on the engine's
                             // own thread, in a callback
  kProcessForked,            // [kFailedPrecondition] a call in a forked child, where the engine
                             // of the parent has neither threads nor sockets; open another one
  kAppInUse,                 // [kFailedPrecondition] the app still has credentials
  kWebhookSecretMissing,     // [kFailedPrecondition] the app has no secret token to check with
  kSdkLacksField,            // [kFailedPrecondition] this Meeting SDK has no field for a token
                             // that the pass holds

  // --- wait, or try again --------------------------------------------------
  kRateLimited,         // [kResourceExhausted] HTTP 429; `retry_at` where Zoom said
  kZoomUnavailable,     // [kUnavailable] HTTP 5xx, or a body that is not Zoom's; likewise
  kNetworkUnreachable,  // [kUnavailable] no address, no route, refused, reset
  kTlsFailed,           // [kUnavailable] the certificate or the handshake was refused
  kProxyRefused,        // [kUnavailable] the proxy makes no way; `http_status`, 407: user, password
  kDeadlineExceeded,    // [kDeadlineExceeded] the deadline of the call passed first
  kRefreshBusy,         // [kUnavailable] another refresh of this credential goes on
  kRefreshUnanswered,   // [kUnavailable] a refresh was sent and no answer came
  kCallbackFailed,      // [kUnavailable] the customer's callback URL gave no answer of use
  kResourcesExhausted,  // [kResourceExhausted] the process has no descriptor, thread or memory
                        // left for it, as `cause` says
  kCancelled,           // [kCancelled] the engine is closing

  // --- what the Meeting SDK told (JoinSession::Report) ----------------------
  kPasscodeWrong,          // [kInvalidArgument] the meeting has another passcode
  kMeetingOver,            // [kFailedPrecondition] it has ended
  kMeetingNotStarted,      // [kFailedPrecondition] it has not begun, and nobody may before the host
  kMeetingLocked,          // [kFailedPrecondition] the host has locked it
  kMeetingFull,            // [kResourceExhausted] nobody else fits in
  kMeetingRestricted,      // [kPermissionDenied] it is for others: of its account, or signed in
  kRegistrationRefused,    // [kPermissionDenied] the webinar wants another registration, or none
  kRemovedFromMeeting,     // [kPermissionDenied] the host has removed the bot
  kSignInRequired,         // [kPermissionDenied] it is for users who are signed in: join with a ZAK
  kIdentityRequired,       // [kPermissionDenied] the app may not join it without an identity
  kIdentityRefused,        // [kPermissionDenied] Zoom does not take the identity token
  kRecordingTokenRefused,  // [kPermissionDenied] Zoom does not take the recording token
  kOwnerNotPresent,        // [kFailedPrecondition] whoever the on-behalf-of token is of is not in
                           // the meeting
  kRecordingDenied,        // [kPermissionDenied] the host did not allow the bot to record
  kRecordingNotSupported,  // [kFailedPrecondition] nobody can allow it in this meeting
  kAppNotPublished,        // [kPermissionDenied] the app may join meetings of its own account only
  kAppBlocked,             // [kPermissionDenied] the host's admin has blocked the app
  kSdkAuthFailed,          // [kUnauthenticated] Zoom does not take the SDK's key, secret or JWT
  kSdkTooOld,              // [kFailedPrecondition] Zoom wants a newer SDK
  kSdkMisused,             // [kInternal] the SDK says that it was called in a wrong way or order
  kSdkFailed,              // [kUnavailable] the SDK failed for another reason, or an unknown one

  // --- Zoom's answer -------------------------------------------------------
  kAnswerInvalid,          // [kInternal] the answer is not what the API promises
  kAnswerTooLarge,         // [kInternal] the answer passes a bound
  kRedirectRefused,        // [kInternal] a redirect to where no token may go
  kCallbackAnswerInvalid,  // [kInternal] the callback answered 200 without a good token
  kAddressNotAllowed,      // [kPermissionDenied] a URL from the network leads to an address that
                           // is not a public one; nothing was sent
  kRequestRefused,         // [kInternal] Zoom does not know the request: a fault of joinpass

  // --- our own store and keys ----------------------------------------------
  kStoreUnavailable,  // [kUnavailable] the store cannot be read or written just now
  kStoreForeign,      // [kFailedPrecondition] the file is not a joinpass store; it was not touched
  kStoreCorrupt,      // [kDataLoss] what is stored does not unseal; it was not overwritten
  kKeyMissing,        // [kFailedPrecondition] sealed with a key that is not in the key ring
  kKeyInUse,          // [kFailedPrecondition] something is still sealed with this key
  kKeyInvalid,        // [kInvalidArgument] the key file or key is malformed, or readable by others

  kInternal,  // [kInternal] a fault of joinpass
};

// The stable name: `kHostNotConnected` → "host_not_connected".
JOINPASS_EXPORT std::string_view ReasonName(Reason reason);

// What stands behind a Reason, where it is known more narrowly. The names (CauseName)
// are stable.
enum class Cause {
  kNone,

  // kReauthorizationRequired
  kRevokedOrExpired,    // Zoom refuses the refresh token
  kAnswerLost,          // the answer that carried the next refresh token never came
  kAccessTokenExpired,  // Zoom refuses a token that was just refreshed
  kAccessTokenInvalid,  // likewise
  kClientIdChanged,     // the consent was to another client id

  // Of a credential that is kIdentifying: a later consent voided its tokens.
  kConsentedAgain,

  // kAppCredentialsInvalid; kNone: client id or secret
  kRedirectUriMismatch,  // not the one that is registered
  kAppDisabled,          // by its maker, by Zoom, or by an admin of the user's account
  kClientUnauthorized,   // Zoom does not let this app do that

  kNotHost,           // kMeetingUnknown
  kUserPending,       // kUserUnknown
  kPageTokenExpired,  // kRequestRefused

  // kCallbackFailed, kCallbackAnswerInvalid
  kHttpStatus,      // of the answer: it is not 200
  kWrongClient,     // the token is another client id's, or not one of Zoom's
  kExpiresTooSoon,  // it has less than 120 s left
  kTokenRefused,    // Zoom refuses it
  kWrongUser,       // it is of somebody else than the credential

  // Of a delegated credential that is kPaused, with the five before: what its callback
  // URL answers. Named as the reasons are.
  kCallbackFailed,
  kCallbackAnswerInvalid,
  kTokenNotOffered,
  kAddressNotAllowed,

  // kWebhookNotAuthentic
  kSignatureMissing,  // a header of the signature is not there, or there twice
  kSignatureWrong,
  kTimestampInvalid,
  kTimestampTooOld,  // by more than two hours
  kTimestampAhead,   // by more than five minutes

  // kWebhookInvalid
  kBodyTooLarge,       // it has more than 256 KiB; whether Zoom signed it was not looked at
  kBodyBroken,         // it is no JSON object, or passes a bound
  kFieldMissing,       // such an event always has it
  kChallengeNotPlain,  // what the URL challenge has signed is none of Zoom's plain tokens

  // kResourcesExhausted
  kDescriptors,
  kThreads,
  kMemory,
};

// The stable name: `kAnswerLost` → "answer_lost"; empty for kNone.
JOINPASS_EXPORT std::string_view CauseName(Cause cause);

// What somebody can do about it, in one English sentence, in our words only. A cause
// may have advice of its own; others are as if there were none.
JOINPASS_EXPORT std::string_view ReasonAdvice(Reason reason, Cause cause = Cause::kNone);

// What a Status of joinpass carries beside its code and message. The message
// and every field but `server_text` are our words: safe to log, stable to
// test. No field ever holds a secret.
struct ErrorInfo {
  Reason reason = Reason::kInternal;

  Cause cause = Cause::kNone;

  // kRefreshUnanswered, kCallbackFailed, kCallbackAnswerInvalid: what befell the request.
  std::optional<Reason> befell = {};

  // HTTP status, and the `code` of Zoom's JSON body. 0: there was none.
  int http_status = 0;
  int zoom_code = 0;

  // Zoom's `x-zm-trackingid`, which its support asks for. May be empty.
  std::string tracking_id = {};

  // What Zoom wrote, bounded to 256 bytes, control characters replaced. Not our
  // words: it may name a meeting or a user, never a token.
  std::string server_text = {};

  // kScopeMissing: any one of these would do.
  std::vector<std::string> missing_scopes = {};

  // Not before then: kRateLimited and kZoomUnavailable (as Zoom says), kRefreshUnanswered (the next
  // send), kAppCredentialsInvalid (the next look whether the app recovered). Wall clock.
  std::optional<absl::Time> retry_at = {};

  // True if a byte of the request may have left this machine. A refresh whose
  // request never left is certainly not spent.
  bool request_left = false;
};

// The payload of `status`. A Status that is none of ours, or OK, gives nothing.
JOINPASS_EXPORT std::optional<ErrorInfo> GetErrorInfo(const absl::Status& status);

// Only its reason; kInternal for an error that is none of ours.
// Requires: !status.ok().
JOINPASS_EXPORT Reason ReasonOf(const absl::Status& status);

// An error with this reason, for adapters that answer in the same words.
// `message` has the form "where: what", and never holds a secret.
JOINPASS_EXPORT absl::Status ReasonError(Reason reason, std::string_view message);

// One line for a person: "reason: message (cause; Zoom 400/3001; tracking …). What to do."
JOINPASS_EXPORT std::string Describe(const absl::Status& status);

}  // namespace joinpass

#endif  // JOINPASS_REASON_H_
