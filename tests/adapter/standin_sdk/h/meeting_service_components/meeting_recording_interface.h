// Of the stand-in; see zoom_sdk_def.h.

#ifndef JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_COMPONENTS_MEETING_RECORDING_INTERFACE_H_
#define JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_COMPONENTS_MEETING_RECORDING_INTERFACE_H_

#include <ctime>

#include "zoom_sdk_def.h"

namespace ZOOMSDK {

enum RecordingStatus : int;
enum RequestLocalRecordingStatus : int;
enum RequestStartCloudRecordingStatus : int;
enum TranscodingStatus : int;
class IRequestLocalRecordingPrivilegeHandler;
class IRequestStartCloudRecordingHandler;
class IRequestEnableAndStartSmartRecordingHandler;
class ISmartRecordingEnableActionHandler;

class IMeetingRecordingCtrlEvent {
 public:
  virtual ~IMeetingRecordingCtrlEvent() = default;
  virtual void onRecordingStatus(RecordingStatus status) = 0;
  virtual void onCloudRecordingStatus(RecordingStatus status) = 0;
  virtual void onRecordPrivilegeChanged(bool may_record) = 0;
  virtual void onLocalRecordingPrivilegeRequestStatus(RequestLocalRecordingStatus status) = 0;
  virtual void onRequestCloudRecordingResponse(RequestStartCloudRecordingStatus status) = 0;
  virtual void onLocalRecordingPrivilegeRequested(IRequestLocalRecordingPrivilegeHandler* h) = 0;
  virtual void onStartCloudRecordingRequested(IRequestStartCloudRecordingHandler* handler) = 0;
  virtual void onCloudRecordingStorageFull(time_t grace_period_date) = 0;
  virtual void onEnableAndStartSmartRecordingRequested(
      IRequestEnableAndStartSmartRecordingHandler* handler) = 0;
  virtual void onSmartRecordingEnableActionCallback(ISmartRecordingEnableActionHandler* h) = 0;
  virtual void onTranscodingStatusChanged(TranscodingStatus status, const zchar_t* path) = 0;
};

class IMeetingRecordingController {
 public:
  virtual ~IMeetingRecordingController() = default;
  virtual SDKError SetEvent(IMeetingRecordingCtrlEvent* event) = 0;
  virtual SDKError CanStartRawRecording() = 0;
  virtual SDKError StartRawRecording() = 0;
  virtual SDKError IsSupportRequestLocalRecordingPrivilege() = 0;
  virtual SDKError RequestLocalRecordingPrivilege() = 0;
};

}  // namespace ZOOMSDK

#endif  // JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_COMPONENTS_MEETING_RECORDING_INTERFACE_H_
