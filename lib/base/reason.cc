#include "joinpass/reason.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass {
namespace {

struct Entry {
  Reason reason;
  absl::StatusCode code;
  std::string_view name;
  std::string_view advice;
};

using absl::StatusCode;

constexpr std::array kEntries = {
    Entry{Reason::kInvalidArgument, StatusCode::kInvalidArgument, "invalid_argument",
          "Correct the value that the message names."},
    Entry{Reason::kNotAMeetingLink, StatusCode::kInvalidArgument, "not_a_meeting_link",
          "Pass a link to a Zoom meeting, or its number."},
    Entry{Reason::kLinkWithoutNumber, StatusCode::kInvalidArgument, "link_without_number",
          "Ask for the join link: this page registers or shows something, and cannot be joined."},
    Entry{Reason::kLinkWrapped, StatusCode::kInvalidArgument, "link_wrapped",
          "Open the link in a browser, and pass the address that it leads to."},
    Entry{Reason::kConsentStateInvalid, StatusCode::kInvalidArgument, "consent_state_invalid",
          "Start the consent again, in the browser that is to finish it."},
    Entry{Reason::kConsentDeclined, StatusCode::kPermissionDenied, "consent_declined",
          "Ask the user to allow the app on Zoom's page."},
    Entry{Reason::kConsenterUnexpected, StatusCode::kPermissionDenied, "consenter_unexpected",
          "Have the one who is expected log in at Zoom in that browser, and start again."},
    Entry{Reason::kWebhookNotAuthentic, StatusCode::kUnauthenticated, "webhook_not_authentic",
          "If it is Zoom's, give the app the secret token that its Marketplace page shows, and "
          "check the clock of this machine."},
    Entry{Reason::kWebhookInvalid, StatusCode::kInvalidArgument, "webhook_invalid",
          "Report it with the name of the event: Zoom documents another form."},
    Entry{Reason::kWebhookSecretMissing, StatusCode::kFailedPrecondition, "webhook_secret_missing",
          "Give the app the secret token that its Marketplace page shows (Apps::Update)."},
    Entry{Reason::kAppUnknown, StatusCode::kNotFound, "app_unknown",
          "Use an id that Apps::List gives."},
    Entry{Reason::kCredentialUnknown, StatusCode::kNotFound, "credential_unknown",
          "Use an id that Credentials::List gives, or let the user connect first."},
    Entry{Reason::kHostNotConnected, StatusCode::kNotFound, "host_not_connected",
          "Let the person who hosts this meeting connect the app, or sync if he did just now."},
    Entry{Reason::kMeetingUnknown, StatusCode::kNotFound, "meeting_unknown",
          "Check the link: the meeting was deleted, has expired, or is another host's."},
    Entry{Reason::kTokenNotOffered, StatusCode::kNotFound, "token_not_offered",
          "Join without this token: whoever keeps the consents has none for this meeting."},
    Entry{Reason::kUserUnknown, StatusCode::kNotFound, "user_unknown",
          "Check the user: Zoom does not know him in this account."},
    Entry{Reason::kReauthorizationRequired, StatusCode::kUnauthenticated,
          "reauthorization_required", "Send the user to the consent page again."},
    Entry{Reason::kAppCredentialsInvalid, StatusCode::kUnauthenticated, "app_credentials_invalid",
          "Correct the app's client id and secret (Apps::Update); no user has to do anything."},
    Entry{Reason::kCredentialDisconnecting, StatusCode::kFailedPrecondition,
          "credential_disconnecting", "Connect the user again if he shall be used."},
    Entry{Reason::kScopeMissing, StatusCode::kPermissionDenied, "scope_missing",
          "Add the scope to the app on Zoom's Marketplace and let the user consent again."},
    Entry{Reason::kLocalRecordingDisabled, StatusCode::kPermissionDenied,
          "local_recording_disabled",
          "The host must switch on \"Local recording\" in the settings of Zoom's web portal."},
    Entry{Reason::kHostingNotAllowed, StatusCode::kPermissionDenied, "hosting_not_allowed",
          "An admin of the account must let this user host meetings."},
    Entry{Reason::kPermissionDenied, StatusCode::kPermissionDenied, "permission_denied",
          "Read what Zoom wrote; an admin of the account can usually change it."},
    Entry{Reason::kMeetingIsWebinar, StatusCode::kFailedPrecondition, "meeting_is_webinar",
          "Treat the number as a webinar's."},
    Entry{Reason::kOwnerNotHost, StatusCode::kFailedPrecondition, "owner_not_host",
          "Join with the host's own identity token, or without the recording token."},
    Entry{Reason::kWrongThread, StatusCode::kFailedPrecondition, "wrong_thread",
          "Set EngineOptions::callback_executor, or make the call from a thread of your own."},
    Entry{Reason::kProcessForked, StatusCode::kFailedPrecondition, "process_forked",
          "Open an engine in the child, or use the one of the parent in the parent."},
    Entry{Reason::kAppInUse, StatusCode::kFailedPrecondition, "app_in_use",
          "Remove the app's credentials first."},
    Entry{Reason::kSdkLacksField, StatusCode::kFailedPrecondition, "sdk_lacks_field",
          "Build the bot with a Meeting SDK that has the field (Linux: 6.3.5 or newer)."},
    Entry{Reason::kRateLimited, StatusCode::kResourceExhausted, "rate_limited",
          "Wait until the time given; other apps of the account share the limit."},
    Entry{Reason::kZoomUnavailable, StatusCode::kUnavailable, "zoom_unavailable",
          "Try again later: Zoom has trouble of its own."},
    Entry{Reason::kNetworkUnreachable, StatusCode::kUnavailable, "network_unreachable",
          "Check the network, the name look-up and the proxy of this machine."},
    Entry{Reason::kTlsFailed, StatusCode::kUnavailable, "tls_failed",
          "Check the clock of this machine, its CA certificates, and who answers for Zoom."},
    Entry{Reason::kProxyRefused, StatusCode::kUnavailable, "proxy_refused",
          "Check the proxy's URL with its user and password, and whom it lets reach Zoom."},
    Entry{Reason::kDeadlineExceeded, StatusCode::kDeadlineExceeded, "deadline_exceeded",
          "Give the call more time, or try again."},
    Entry{Reason::kRefreshBusy, StatusCode::kUnavailable, "refresh_busy",
          "Try again in a few seconds: somebody else refreshes this credential."},
    Entry{Reason::kCallbackFailed, StatusCode::kUnavailable, "callback_failed",
          "Look into the log of the server behind the callback URL, and try again."},
    Entry{Reason::kRefreshUnanswered, StatusCode::kUnavailable, "refresh_unanswered",
          "Nothing to do yet: joinpass tries again by itself."},
    Entry{Reason::kResourcesExhausted, StatusCode::kResourceExhausted, "resources_exhausted",
          "Raise the limit that the cause names (ulimit, cgroup), or use less of it."},
    Entry{Reason::kCancelled, StatusCode::kCancelled, "cancelled", "The engine is closing."},
    Entry{Reason::kPasscodeWrong, StatusCode::kInvalidArgument, "passcode_wrong",
          "Ask for the meeting's link with its passcode."},
    Entry{Reason::kMeetingOver, StatusCode::kFailedPrecondition, "meeting_over",
          "Nothing to do: the meeting has ended."},
    Entry{Reason::kMeetingNotStarted, StatusCode::kFailedPrecondition, "meeting_not_started",
          "Send the bot later, or let the host allow to join before him."},
    Entry{Reason::kMeetingLocked, StatusCode::kFailedPrecondition, "meeting_locked",
          "The host must unlock the meeting."},
    Entry{Reason::kMeetingFull, StatusCode::kResourceExhausted, "meeting_full",
          "Somebody must leave, or the host needs a plan for more people."},
    Entry{Reason::kMeetingRestricted, StatusCode::kPermissionDenied, "meeting_restricted",
          "The host must let people from outside of his account in, or the bot join as one of "
          "them."},
    Entry{Reason::kRegistrationRefused, StatusCode::kPermissionDenied, "registration_refused",
          "Register the bot for the webinar, and pass the link of its own that comes by e-mail."},
    Entry{Reason::kRemovedFromMeeting, StatusCode::kPermissionDenied, "removed_from_meeting",
          "Ask the host whether the bot is welcome."},
    Entry{Reason::kSignInRequired, StatusCode::kPermissionDenied, "sign_in_required",
          "Join with the ZAK of a user whom the meeting is for (Identity::kZak)."},
    Entry{Reason::kIdentityRequired, StatusCode::kPermissionDenied, "identity_required",
          "Join with a ZAK or an on-behalf-of token: Zoom demands it for meetings of other "
          "accounts."},
    Entry{Reason::kIdentityRefused, StatusCode::kPermissionDenied, "identity_refused",
          "Check that the identity's owner is still connected, and that the SDK is not signed in "
          "as somebody else."},
    Entry{Reason::kRecordingTokenRefused, StatusCode::kPermissionDenied, "recording_token_refused",
          "Check that the bot joins at once after Mint(), or let the host allow the recording."},
    Entry{Reason::kOwnerNotPresent, StatusCode::kFailedPrecondition, "owner_not_present",
          "The owner of the on-behalf-of token must be in the meeting before the bot, and stay."},
    Entry{Reason::kRecordingDenied, StatusCode::kPermissionDenied, "recording_denied",
          "Ask the host to allow the recording, or to connect the app."},
    Entry{Reason::kRecordingNotSupported, StatusCode::kFailedPrecondition,
          "recording_not_supported",
          "Let the host join with a Zoom client that can allow recordings, or connect the app."},
    Entry{Reason::kAppNotPublished, StatusCode::kPermissionDenied, "app_not_published",
          "Have the app published on Zoom's Marketplace before it joins meetings of other "
          "accounts."},
    Entry{Reason::kAppBlocked, StatusCode::kPermissionDenied, "app_blocked",
          "An admin of the host's account must allow the app."},
    Entry{Reason::kSdkAuthFailed, StatusCode::kUnauthenticated, "sdk_auth_failed",
          "Check the SDK key and secret of the app, and the clock of this machine."},
    Entry{Reason::kSdkTooOld, StatusCode::kFailedPrecondition, "sdk_too_old",
          "Build the bot with a newer Meeting SDK."},
    Entry{Reason::kSdkMisused, StatusCode::kInternal, "sdk_misused",
          "Check the order of the bot's calls: InitSDK, SDKAuth, Join, one bot a process."},
    Entry{Reason::kSdkFailed, StatusCode::kUnavailable, "sdk_failed",
          "Try again later; the code of the SDK stands in the message."},
    Entry{Reason::kAnswerInvalid, StatusCode::kInternal, "answer_invalid",
          "Report it with the tracking id: the answer is not what Zoom documents."},
    Entry{Reason::kAnswerTooLarge, StatusCode::kInternal, "answer_too_large",
          "Report it with the tracking id: the answer is larger than any of Zoom's."},
    Entry{Reason::kCallbackAnswerInvalid, StatusCode::kInternal, "callback_answer_invalid",
          "Have the callback answer with the bare token, fresh and of this app's client id, or "
          "with 404."},
    Entry{Reason::kAddressNotAllowed, StatusCode::kPermissionDenied, "address_not_allowed",
          "Use a URL whose host has a public address, or configure the URL in this process."},
    Entry{Reason::kRedirectRefused, StatusCode::kInternal, "redirect_refused",
          "Check who answers for Zoom: it redirects to a place that must not see a token."},
    Entry{Reason::kRequestRefused, StatusCode::kInternal, "request_refused",
          "Report it with the tracking id: Zoom does not know the request that joinpass made."},
    Entry{Reason::kStoreUnavailable, StatusCode::kUnavailable, "store_unavailable",
          "Check the disk and the rights of the store's folder."},
    Entry{Reason::kStoreForeign, StatusCode::kFailedPrecondition, "store_foreign",
          "Point joinpass at a folder of its own, or at a store that this version can read."},
    Entry{Reason::kStoreCorrupt, StatusCode::kDataLoss, "store_corrupt",
          "Restore the store from a copy, or connect the accounts again in a new folder."},
    Entry{Reason::kKeyInUse, StatusCode::kFailedPrecondition, "key_in_use",
          "Sweep until it is done, then remove the key."},
    Entry{Reason::kKeyMissing, StatusCode::kFailedPrecondition, "key_missing",
          "Give joinpass the key that this store was sealed with."},
    Entry{Reason::kKeyInvalid, StatusCode::kInvalidArgument, "key_invalid",
          "Give a key file of joinpass that only its owner can read (mode 0600)."},
    Entry{Reason::kInternal, StatusCode::kInternal, "internal",
          "Report it: this is a fault of joinpass."},
};

// Never change a name.
constexpr std::pair<Cause, std::string_view> kCauses[] = {
    {Cause::kNone, ""},
    {Cause::kRevokedOrExpired, "revoked_or_expired"},
    {Cause::kAnswerLost, "answer_lost"},
    {Cause::kAccessTokenExpired, "access_token_expired"},
    {Cause::kAccessTokenInvalid, "access_token_invalid"},
    {Cause::kClientIdChanged, "client_id_changed"},
    {Cause::kConsentedAgain, "consented_again"},
    {Cause::kRedirectUriMismatch, "redirect_uri_mismatch"},
    {Cause::kAppDisabled, "app_disabled"},
    {Cause::kClientUnauthorized, "client_unauthorized"},
    {Cause::kNotHost, "not_host"},
    {Cause::kUserPending, "user_pending"},
    {Cause::kPageTokenExpired, "page_token_expired"},
    {Cause::kHttpStatus, "http_status"},
    {Cause::kWrongClient, "wrong_client"},
    {Cause::kTokenRefused, "token_refused"},
    {Cause::kWrongUser, "wrong_user"},
    {Cause::kExpiresTooSoon, "expires_too_soon"},
    {Cause::kCallbackFailed, "callback_failed"},
    {Cause::kCallbackAnswerInvalid, "callback_answer_invalid"},
    {Cause::kTokenNotOffered, "token_not_offered"},
    {Cause::kAddressNotAllowed, "address_not_allowed"},
    {Cause::kSignatureMissing, "signature_missing"},
    {Cause::kSignatureWrong, "signature_wrong"},
    {Cause::kTimestampInvalid, "timestamp_invalid"},
    {Cause::kTimestampTooOld, "timestamp_too_old"},
    {Cause::kTimestampAhead, "timestamp_ahead"},
    {Cause::kBodyTooLarge, "body_too_large"},
    {Cause::kBodyBroken, "body_broken"},
    {Cause::kFieldMissing, "field_missing"},
    {Cause::kChallengeNotPlain, "challenge_not_plain"},
    {Cause::kDescriptors, "descriptors"},
    {Cause::kThreads, "threads"},
    {Cause::kMemory, "memory"},
};

// For the person who set the app up.
constexpr std::pair<Cause, std::string_view> kAppAdvice[] = {
    {Cause::kRedirectUriMismatch,
     "Pass the redirect URI to the letter as the app has it on Zoom's Marketplace, or add it "
     "there."},
    {Cause::kAppDisabled,
     "Have the app enabled again: on Zoom's Marketplace, or by the admin of the user's account."},
    {Cause::kClientUnauthorized,
     "Check on Zoom's Marketplace that the app is an OAuth app of this kind, and is published or "
     "used within its own account."},
};

const Entry& Find(Reason reason) {
  for (const Entry& entry : kEntries) {
    if (entry.reason == reason) return entry;
  }
  return kEntries.back();
}

}  // namespace

std::string_view ReasonName(Reason reason) { return Find(reason).name; }

std::string_view CauseName(Cause cause) {
  for (const auto& [each, name] : kCauses) {
    if (each == cause) return name;
  }
  return "";
}

std::string_view ReasonAdvice(Reason reason, Cause cause) {
  if (reason == Reason::kAppCredentialsInvalid) {
    for (const auto& [named, advice] : kAppAdvice) {
      if (named == cause) return advice;
    }
  }
  return Find(reason).advice;
}

absl::StatusCode base::CodeOf(Reason reason) { return Find(reason).code; }

std::optional<Reason> base::ReasonNamed(std::string_view name) {
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return entry.reason;
  }
  return std::nullopt;
}

Cause base::CauseNamed(std::string_view name) {
  for (const auto& [cause, each] : kCauses) {
    if (each == name) return cause;
  }
  return Cause::kNone;
}

std::string Describe(const absl::Status& status) {
  if (status.ok()) return "ok";
  const ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo());
  std::vector<std::string> facts;
  if (info.cause != Cause::kNone) facts.emplace_back(CauseName(info.cause));
  if (info.befell) facts.emplace_back(ReasonName(*info.befell));
  if (!info.missing_scopes.empty()) {
    facts.push_back(absl::StrCat("missing: ", absl::StrJoin(info.missing_scopes, ", ")));
  }
  if (info.http_status != 0) {
    facts.push_back(info.zoom_code != 0
                        ? absl::StrCat("Zoom ", info.http_status, "/", info.zoom_code)
                        : absl::StrCat("HTTP ", info.http_status));
  }
  if (info.retry_at) facts.push_back(absl::StrCat("not before ", absl::FormatTime(*info.retry_at)));
  if (!info.tracking_id.empty()) facts.push_back(absl::StrCat("tracking ", info.tracking_id));
  std::string line = absl::StrCat(base::ToAbsl(ReasonName(info.reason)), ": ", status.message());
  if (!facts.empty()) absl::StrAppend(&line, " (", absl::StrJoin(facts, "; "), ")");
  absl::StrAppend(&line, ". ", base::ToAbsl(ReasonAdvice(info.reason, info.cause)));
  return line;
}

}  // namespace joinpass
