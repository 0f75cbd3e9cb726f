#include "join/sdk_codes.h"

#include <algorithm>
#include <span>

namespace joinpass::join {
namespace {

// MeetingFailCode.
constexpr SdkCode kFailures[] = {
    {1, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {2, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {3, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {4, Answer::kStop, Reason::kPasscodeWrong},
    {5, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {6, Answer::kStop, Reason::kMeetingOver},
    {7, Answer::kAwaitMeeting, Reason::kMeetingNotStarted},
    {8, Answer::kStop, Reason::kMeetingUnknown},
    {9, Answer::kAwaitMeeting, Reason::kMeetingFull},
    {10, Answer::kStop, Reason::kSdkTooOld},
    {11, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {12, Answer::kStop, Reason::kMeetingLocked},
    {13, Answer::kStop, Reason::kMeetingRestricted},
    {14, Answer::kAwaitMeeting, Reason::kMeetingNotStarted},
    {15, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {16, Answer::kFreshIdentity, Reason::kIdentityRefused},
    {17, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {18, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {19, Answer::kStop, Reason::kMeetingFull},
    {20, Answer::kStop, Reason::kRegistrationRefused},
    {21, Answer::kStop, Reason::kRegistrationRefused},
    {22, Answer::kStop, Reason::kRegistrationRefused},
    {23, Answer::kStop, Reason::kSignInRequired},
    {29, Answer::kStop, Reason::kHostingNotAllowed},
    {60, Answer::kStop, Reason::kMeetingRestricted},
    {61, Answer::kStop, Reason::kRemovedFromMeeting},
    {62, Answer::kStop, Reason::kMeetingRestricted},
    {63, Answer::kStop, Reason::kAppNotPublished},
    {64, Answer::kStop, Reason::kAppBlocked},
    {82, Answer::kStop, Reason::kSignInRequired},
    {88, Answer::kStop, Reason::kMeetingUnknown},
    {89, Answer::kStop, Reason::kMeetingUnknown},
    {500, Answer::kFreshRecording, Reason::kRecordingTokenRefused},
    {501, Answer::kAwaitOwner, Reason::kOwnerNotPresent},
    {502, Answer::kWithoutIdentity, Reason::kIdentityRefused},
    {503, Answer::kWithoutRecording, Reason::kRecordingTokenRefused},
    {504, Answer::kStop, Reason::kIdentityRequired},
    {505, Answer::kFreshIdentity, Reason::kIdentityRefused},
    {506, Answer::kFreshIdentity, Reason::kIdentityRefused},
    {1143, Answer::kStop, Reason::kIdentityRefused},
};

// MeetingEndReason.
constexpr SdkCode kEnds[] = {
    {0, Answer::kStop, Reason::kCancelled},  // the bot itself left
    {1, Answer::kStop, Reason::kRemovedFromMeeting},
    {2, Answer::kStop, Reason::kMeetingOver},
    {3, Answer::kAwaitMeeting, Reason::kMeetingNotStarted},
    {4, Answer::kStop, Reason::kMeetingOver},
    {5, Answer::kStop, Reason::kMeetingOver},
    {6, Answer::kStop, Reason::kMeetingOver},
    {7, Answer::kTryAgain, Reason::kNetworkUnreachable},
    {8, Answer::kAwaitOwner, Reason::kOwnerNotPresent},
};

// SDKError, of Join().
constexpr SdkCode kJoinErrors[] = {
    {0, Answer::kFine, Reason::kInternal},
    {2, Answer::kStop, Reason::kSdkMisused},
    {3, Answer::kStop, Reason::kSdkMisused},
    {7, Answer::kStop, Reason::kSdkMisused},
    {8, Answer::kAuthenticateFirst, Reason::kSdkAuthFailed},
    {12, Answer::kStop, Reason::kMeetingRestricted},
};

// AuthResult.
constexpr SdkCode kAuthResults[] = {
    {0, Answer::kFine, Reason::kInternal},       {1, Answer::kStop, Reason::kSdkAuthFailed},
    {2, Answer::kStop, Reason::kSdkAuthFailed},  {3, Answer::kStop, Reason::kSdkAuthFailed},
    {4, Answer::kStop, Reason::kSdkAuthFailed},  {10, Answer::kStop, Reason::kSdkTooOld},
    {11, Answer::kStop, Reason::kSdkAuthFailed}, {12, Answer::kTryAFewTimes, Reason::kRateLimited},
};

// SDKError, of what concerns recording.
constexpr int kNotSupported = 20;
constexpr int kNotInMeeting = 31;
constexpr SdkCode kRecordingErrors[] = {
    {0, Answer::kFine, Reason::kInternal},
    {2, Answer::kStop, Reason::kSdkMisused},
    {3, Answer::kStop, Reason::kSdkMisused},
    {7, Answer::kStop, Reason::kSdkMisused},
    {8, Answer::kStop, Reason::kSdkMisused},
    {6, Answer::kTryAFewTimes, Reason::kRecordingDenied},  // so says macOS
    {12, Answer::kTryAFewTimes, Reason::kRecordingDenied},
    {kNotSupported, Answer::kStop, Reason::kRecordingNotSupported},
    {kNotInMeeting, Answer::kFine, Reason::kInternal},
};

SdkCode Find(std::span<const SdkCode> table, int code) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const SdkCode& one) { return one.code == code; });
  return found != table.end() ? *found : SdkCode{.code = code};
}

}  // namespace

SdkCode OfMeetingFailCode(int code) { return Find(kFailures, code); }
SdkCode OfMeetingEndReason(int code) { return Find(kEnds, code); }
SdkCode OfJoinError(int code) { return Find(kJoinErrors, code); }
SdkCode OfRecordingError(int code) { return Find(kRecordingErrors, code); }
SdkCode OfAuthResult(int code) { return Find(kAuthResults, code); }

}  // namespace joinpass::join
