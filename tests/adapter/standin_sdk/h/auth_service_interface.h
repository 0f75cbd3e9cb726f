// Of the stand-in; see zoom_sdk_def.h.

#ifndef JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_AUTH_SERVICE_INTERFACE_H_
#define JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_AUTH_SERVICE_INTERFACE_H_

#include "zoom_sdk_def.h"

namespace ZOOMSDK {

enum AuthResult : int;
enum LOGINSTATUS : int;
enum LoginFailReason : int;
class IAccountInfo;

struct AuthContext {
  const zchar_t* jwt_token = nullptr;
  const zchar_t* publicAppKey = nullptr;
};

class IAuthServiceEvent {
 public:
  virtual ~IAuthServiceEvent() = default;
  virtual void onAuthenticationReturn(AuthResult result) = 0;
  virtual void onLoginReturnWithReason(LOGINSTATUS status, IAccountInfo* info,
                                       LoginFailReason reason) = 0;
  virtual void onLogout() = 0;
  virtual void onZoomIdentityExpired() = 0;
  virtual void onZoomAuthIdentityExpired() = 0;
};

class IAuthService {
 public:
  virtual ~IAuthService() = default;
  virtual SDKError SetEvent(IAuthServiceEvent* event) = 0;
  virtual SDKError SDKAuth(AuthContext& context) = 0;
};

}  // namespace ZOOMSDK

#endif  // JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_AUTH_SERVICE_INTERFACE_H_
