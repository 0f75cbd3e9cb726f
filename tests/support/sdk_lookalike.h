// Structs in the shape of the Meeting SDK's join parameters, one namespace a
// version, written from the names of its fields. No line of the SDK is here.
//
// sdk_5_15, sdk_6_1, sdk_6_2, sdk_6_4, sdk_6_6: Linux. sdk_windows_5_10, sdk_windows_5_14,
// sdk_windows_6_1, sdk_windows: its zchar_t is wchar_t. sdk_windows_16: the last as a Windows
// compiler sees it, whose wchar_t has 16 bits.

#ifndef JOINPASS_TESTS_SUPPORT_SDK_LOOKALIKE_H_
#define JOINPASS_TESTS_SUPPORT_SDK_LOOKALIKE_H_

#include <cstdint>

namespace joinpass::testing {

using Window = void*;

// NOTHING stands where a version has no further fields.
#define JOINPASS_NOTHING

// The fields of both kinds of user stand in the same order; only one that is
// not logged in has userZAK and ON_BEHALF.
#define JOINPASS_SDK_LOOKALIKE(name, zchar, TOKEN, ON_BEHALF, LATER)  \
  namespace name {                                                    \
  using zchar_t = zchar;                                              \
  enum SDKUserType { SDK_UT_NORMALUSER = 100, SDK_UT_WITHOUT_LOGIN }; \
  enum AudioRawdataSamplingRate { AudioRawdataSamplingRate_32K };     \
  enum VideoRawdataColorspace { VideoRawdataColorspace_BT601_L };     \
  struct JoinParam4NormalUser {                                       \
    std::uint64_t meetingNumber;                                      \
    const zchar_t* vanityID;                                          \
    const zchar_t* userName;                                          \
    const zchar_t* psw;                                               \
    const zchar_t* app_privilege_token;                               \
    const zchar_t* customer_key;                                      \
    const zchar_t* webinarToken;                                      \
    bool isVideoOff;                                                  \
    bool isAudioOff;                                                  \
    TOKEN                                                             \
    LATER                                                             \
  };                                                                  \
  struct JoinParam4WithoutLogin {                                     \
    std::uint64_t meetingNumber;                                      \
    const zchar_t* vanityID;                                          \
    const zchar_t* userName;                                          \
    const zchar_t* psw;                                               \
    const zchar_t* app_privilege_token;                               \
    const zchar_t* userZAK;                                           \
    const zchar_t* customer_key;                                      \
    const zchar_t* webinarToken;                                      \
    bool isVideoOff;                                                  \
    bool isAudioOff;                                                  \
    TOKEN                                                             \
    ON_BEHALF                                                         \
    LATER                                                             \
  };                                                                  \
  struct JoinParam {                                                  \
    SDKUserType userType = SDK_UT_WITHOUT_LOGIN;                      \
    union {                                                           \
      JoinParam4NormalUser normaluserJoin;                            \
      JoinParam4WithoutLogin withoutloginuserJoin;                    \
    } param;                                                          \
    JoinParam() : param{.withoutloginuserJoin = {}} {}                \
  };                                                                  \
  }  // namespace name

#define JOINPASS_TOKEN const zchar_t* join_token;
#define JOINPASS_ON_BEHALF const zchar_t* onBehalfToken;
#define JOINPASS_MIX bool isMyVoiceInMix;
#define JOINPASS_STEREO bool isAudioRawDataStereo;
#define JOINPASS_RATE AudioRawdataSamplingRate eAudioRawdataSamplingRate;
#define JOINPASS_COLORSPACE VideoRawdataColorspace eVideoRawdataColorspace;
#define JOINPASS_WINDOW      \
  Window hDirectShareAppWnd; \
  bool isDirectShareDesktop;

JOINPASS_SDK_LOOKALIKE(sdk_5_15, char, JOINPASS_TOKEN, JOINPASS_NOTHING, JOINPASS_MIX)
JOINPASS_SDK_LOOKALIKE(sdk_6_1, char, JOINPASS_TOKEN, JOINPASS_NOTHING,
                       JOINPASS_MIX JOINPASS_STEREO)
JOINPASS_SDK_LOOKALIKE(sdk_6_2, char, JOINPASS_TOKEN, JOINPASS_NOTHING,
                       JOINPASS_MIX JOINPASS_STEREO JOINPASS_RATE)
JOINPASS_SDK_LOOKALIKE(sdk_6_4, char, JOINPASS_TOKEN, JOINPASS_ON_BEHALF,
                       JOINPASS_MIX JOINPASS_STEREO JOINPASS_RATE)
JOINPASS_SDK_LOOKALIKE(sdk_6_6, char, JOINPASS_TOKEN, JOINPASS_ON_BEHALF,
                       JOINPASS_MIX JOINPASS_STEREO JOINPASS_RATE JOINPASS_COLORSPACE)
JOINPASS_SDK_LOOKALIKE(sdk_windows_5_10, wchar_t, JOINPASS_NOTHING, JOINPASS_NOTHING,
                       JOINPASS_WINDOW)
JOINPASS_SDK_LOOKALIKE(sdk_windows_5_14, wchar_t, JOINPASS_TOKEN, JOINPASS_NOTHING,
                       JOINPASS_MIX JOINPASS_WINDOW)
JOINPASS_SDK_LOOKALIKE(sdk_windows_6_1, wchar_t, JOINPASS_TOKEN, JOINPASS_NOTHING,
                       JOINPASS_MIX JOINPASS_WINDOW JOINPASS_STEREO)
JOINPASS_SDK_LOOKALIKE(sdk_windows, wchar_t, JOINPASS_TOKEN, JOINPASS_ON_BEHALF,
                       JOINPASS_MIX JOINPASS_WINDOW JOINPASS_STEREO JOINPASS_RATE
                           JOINPASS_COLORSPACE)
JOINPASS_SDK_LOOKALIKE(sdk_windows_16, char16_t, JOINPASS_TOKEN, JOINPASS_ON_BEHALF,
                       JOINPASS_MIX JOINPASS_WINDOW JOINPASS_STEREO JOINPASS_RATE
                           JOINPASS_COLORSPACE)

#undef JOINPASS_WINDOW
#undef JOINPASS_COLORSPACE
#undef JOINPASS_RATE
#undef JOINPASS_STEREO
#undef JOINPASS_MIX
#undef JOINPASS_ON_BEHALF
#undef JOINPASS_TOKEN
#undef JOINPASS_SDK_LOOKALIKE
#undef JOINPASS_NOTHING

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_SDK_LOOKALIKE_H_
