// SdkOutcome and NextStep: what the Meeting SDK told of a join, and what to do then.

#ifndef JOINPASS_NEXT_STEP_H_
#define JOINPASS_NEXT_STEP_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "joinpass/export.h"

namespace joinpass {

// What the SDK told, in its own integers: Zoom's servers choose some of them, so that an SDK may
// tell one that its own header has no name for.
//
// Source of every code: zoom_sdk_def.h, auth_service_interface.h, meeting_service_interface.h and
// meeting_recording_interface.h of the Linux SDK 5.15 to 6.7.
struct SdkOutcome {
  enum class Kind {
    kAuthenticated,      // onAuthenticationReturn(AuthResult)
    kJoinReturned,       // IMeetingService::Join() returned this SDKError
    kStatusChanged,      // onMeetingStatusChanged(MeetingStatus, iResult)
    kConnectTimedOut,    // MEETING_STATUS_CONNECTING for longer than the bot waits (a minute, say)
    kRecordingReturned,  // CanStartRawRecording(), StartRawRecording() or
                         // IsSupportRequestLocalRecordingPrivilege() returned this SDKError
    kPrivilegeAnswered,  // onLocalRecordingPrivilegeRequestStatus(RequestLocalRecordingStatus)
    kPrivilegeChanged,   // onRecordPrivilegeChanged(bool)
  };

  Kind kind = Kind::kStatusChanged;
  int code = 0;
  int result = 0;  // kStatusChanged: a MeetingFailCode or a MeetingEndReason, as `code` says

  static SdkOutcome Authenticated(int auth_result) { return {Kind::kAuthenticated, auth_result}; }
  static SdkOutcome JoinReturned(int sdk_error) { return {Kind::kJoinReturned, sdk_error}; }
  static SdkOutcome StatusChanged(int meeting_status, int result) {
    return {Kind::kStatusChanged, meeting_status, result};
  }
  static SdkOutcome ConnectTimedOut() { return {Kind::kConnectTimedOut}; }
  static SdkOutcome RecordingReturned(int sdk_error) {
    return {Kind::kRecordingReturned, sdk_error};
  }
  static SdkOutcome PrivilegeAnswered(int status) { return {Kind::kPrivilegeAnswered, status}; }
  static SdkOutcome PrivilegeChanged(bool may_record) {
    return {Kind::kPrivilegeChanged, may_record ? 1 : 0};
  }
};

enum class Step {
  kGoOn,  // nothing to do: the SDK goes on by itself. With a `why`: without a recording that was
          // only preferred

  // In the meeting.
  kStartRecording,  // after `wait`: CanStartRawRecording(), StartRawRecording(); report what each
                    // returns
  kAskHost,         // after `wait`, and again whenever a host comes in:
                    // RequestLocalRecordingPrivilege(); report what is answered

  // Leave if the bot is still in, and after `wait` Mint() and Join(). The session knows by itself
  // what the next pass is to hold; which of these it is says what changes.
  kJoinAgain,                  // nothing but the tokens
  kJoinWithoutRecordingToken,  // then ask the host
  kJoinWithoutIdentity,
  kJoinAsNextUser,  // with the on-behalf-of token of the next of `identity_users`
  kAwaitOwner,      // whoever the on-behalf-of token is of must come into the meeting first; each
                    // attempt has Zoom send the host an e-mail

  kAuthenticateAgain,  // after `wait`: SDKAuth() with a new JWT

  // Nothing is left that leads to what the request asks for; `why` says what stands in the way.
  kStop,
};

// "go_on", "start_recording", …
JOINPASS_EXPORT std::string_view StepName(Step step);

// Whether the step is to Mint() and Join() once more, in whatever way.
JOINPASS_EXPORT bool JoinsAgain(Step step);

struct NextStep {
  Step step = Step::kGoOn;

  // Counted from the report. A Join() is safe only once the SDK has told MEETING_STATUS_ENDED: on
  // Linux that follows MEETING_STATUS_FAILED.
  absl::Duration wait = absl::ZeroDuration();

  // What went wrong, if anything did. Its message has the SDK's code.
  absl::Status why = {};
};

}  // namespace joinpass

#endif  // JOINPASS_NEXT_STEP_H_
