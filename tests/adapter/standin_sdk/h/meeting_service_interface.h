// Of the stand-in; see zoom_sdk_def.h.

#ifndef JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_INTERFACE_H_
#define JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_INTERFACE_H_

#include "support/sdk_lookalike.h"
#include "zoom_sdk_def.h"

namespace ZOOMSDK {

using joinpass::testing::sdk_6_6::JoinParam;

enum MeetingStatus : int;
enum StatisticsWarningType : int;
enum LeaveMeetingCmd { LEAVE_MEETING, END_MEETING };
struct MeetingParameter;
class IMeetingRecordingController;
class IMeetingParticipantsController;

class IMeetingServiceEvent {
 public:
  virtual ~IMeetingServiceEvent() = default;
  virtual void onMeetingStatusChanged(MeetingStatus status, int result = 0) = 0;
  virtual void onMeetingStatisticsWarningNotification(StatisticsWarningType type) = 0;
  virtual void onMeetingParameterNotification(const MeetingParameter* parameter) = 0;
  virtual void onSuspendParticipantsActivities() = 0;
  virtual void onAICompanionActiveChangeNotice(bool is_active) = 0;
  virtual void onMeetingTopicChanged(const zchar_t* topic) = 0;
  virtual void onMeetingFullToWatchLiveStream(const zchar_t* url) = 0;
  virtual void onUserNetworkStatusChanged(MeetingComponentType type, ConnectionQuality level,
                                          unsigned int user, bool is_uplink) = 0;
};

class IMeetingService {
 public:
  virtual ~IMeetingService() = default;
  virtual SDKError SetEvent(IMeetingServiceEvent* event) = 0;
  virtual SDKError Join(JoinParam& param) = 0;
  virtual SDKError Leave(LeaveMeetingCmd command) = 0;
  virtual IMeetingRecordingController* GetMeetingRecordingController() = 0;
  virtual IMeetingParticipantsController* GetMeetingParticipantsController() = 0;
};

}  // namespace ZOOMSDK

#endif  // JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_INTERFACE_H_
