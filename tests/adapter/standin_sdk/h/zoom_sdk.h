// Of the stand-in; see zoom_sdk_def.h.

#ifndef JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_ZOOM_SDK_H_
#define JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_ZOOM_SDK_H_

#include "zoom_sdk_def.h"

namespace ZOOMSDK {

class IAuthService;
class IMeetingService;

SDKError InitSDK(InitParam& param);
SDKError CleanUPSDK();
SDKError CreateAuthService(IAuthService** service);
SDKError DestroyAuthService(IAuthService* service);
SDKError CreateMeetingService(IMeetingService** service);
SDKError DestroyMeetingService(IMeetingService* service);

}  // namespace ZOOMSDK

#endif  // JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_ZOOM_SDK_H_
