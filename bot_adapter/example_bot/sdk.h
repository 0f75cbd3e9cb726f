// MeetingSdk: the part of Zoom's Meeting SDK for Linux that a recording bot needs.
//
// Compiled against the SDK's own headers (-isystem); the names are those of 6.7. What another
// version's event classes want besides, the compiler says.

#ifndef JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_SDK_H_
#define JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_SDK_H_

#include <auth_service_interface.h>
#include <meeting_service_components/meeting_participants_ctrl_interface.h>
#include <meeting_service_components/meeting_recording_interface.h>
#include <meeting_service_interface.h>
#include <zoom_sdk.h>

#include <functional>
#include <memory>

#include "joinpass/next_step.h"
#include "joinpass/secret.h"

namespace example_bot {

// Use it in the thread of the main loop only. Every int is the SDK's own: an SDKError where a call
// returns one.
class MeetingSdk {
 public:
  // Whatever the SDK tells goes to `tell`, in the main loop: `post` runs something there, from any
  // thread, since nobody promises in which one the SDK calls back.
  MeetingSdk(std::function<void(std::function<void()>)> post,
             std::function<void(const joinpass::SdkOutcome&)> tell);

  // Leaves nothing running. Not in one of the SDK's callbacks.
  ~MeetingSdk();

  MeetingSdk(const MeetingSdk&) = delete;
  MeetingSdk& operator=(const MeetingSdk&) = delete;

  int Start();  // InitSDK() and its services

  // `jwt` is the SDK's to read until it answers, so it is kept.
  int Authenticate(const joinpass::Secret& jwt);

  // Another meeting service in the place of the one there is, which tells nothing more.
  int Renew();

  int Join(ZOOMSDK::JoinParam& param);
  int Leave();

  int CanStartRawRecording();
  int StartRawRecording();
  int IsSupportRequestLocalRecordingPrivilege();
  int RequestLocalRecordingPrivilege();

  // Whether the host, or a co-host, is in the meeting and could answer the request.
  bool IsHostPresent();

 private:
  class Events;

  int CreateMeeting();

  // Null outside of a meeting.
  ZOOMSDK::IMeetingRecordingController* Recording();

  const std::function<void(std::function<void()>)> post_;
  const std::function<void(const joinpass::SdkOutcome&)> tell_;
  std::unique_ptr<Events> events_;
  joinpass::Secret jwt_;
  ZOOMSDK::IAuthService* auth_ = nullptr;
  ZOOMSDK::IMeetingService* meeting_ = nullptr;
  bool is_started_ = false;
};

}  // namespace example_bot

#endif  // JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_SDK_H_
