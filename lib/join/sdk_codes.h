// What each code of the Meeting SDK means for a join: the table alone.

#ifndef JOINPASS_LIB_JOIN_SDK_CODES_H_
#define JOINPASS_LIB_JOIN_SDK_CODES_H_

#include "joinpass/reason.h"

namespace joinpass::join {

// What a code leads to.
enum class Answer {
  kFine,
  kStop,
  kTryAgain,           // the network, or a server of Zoom
  kTryAFewTimes,       // another trouble, perhaps a passing one
  kAfterSilence,       // the SDK says nothing
  kAwaitMeeting,       // it has not begun, or nobody fits in
  kFreshRecording,     // the recording token was refused
  kWithoutRecording,   // the recording token stands in the way
  kFreshIdentity,      // the identity token was refused
  kWithoutIdentity,    // the identity token stands in the way
  kAwaitOwner,         // whoever the on-behalf-of token is of is not there
  kAuthenticateFirst,  // the SDK is not authenticated, any more
};

struct Row {
  int code;
  Answer answer;
  Reason reason;
};

// What is said of one code, and of each that no table has: a few further tries.
struct SdkCode {
  int code = 0;
  Answer answer = Answer::kTryAFewTimes;
  Reason reason = Reason::kSdkFailed;
};

SdkCode OfMeetingFailCode(int code);
SdkCode OfMeetingEndReason(int code);
SdkCode OfJoinError(int code);       // SDKError, of Join()
SdkCode OfRecordingError(int code);  // SDKError, of what concerns recording
SdkCode OfAuthResult(int code);

// MeetingStatus.
inline constexpr int kStatusIdle = 0;
inline constexpr int kStatusInMeeting = 3;
inline constexpr int kStatusDisconnecting = 4;
inline constexpr int kStatusFailed = 6;
inline constexpr int kStatusEnded = 7;

inline constexpr int kFailureUnknown = 65535;  // of MeetingFailCode
inline constexpr int kErrorTooFrequent = 18;   // of SDKError
inline constexpr int kPrivilegeGranted = 0;    // of RequestLocalRecordingStatus
inline constexpr int kPrivilegeDenied = 1;

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_SDK_CODES_H_
