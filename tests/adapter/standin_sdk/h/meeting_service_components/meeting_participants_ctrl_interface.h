// Of the stand-in; see zoom_sdk_def.h.

#ifndef JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_COMPONENTS_MEETING_PARTICIPANTS_CTRL_INTERFACE_H_
#define JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_COMPONENTS_MEETING_PARTICIPANTS_CTRL_INTERFACE_H_

#include "zoom_sdk_def.h"

namespace ZOOMSDK {

enum UserRole { USERROLE_NONE, USERROLE_HOST, USERROLE_COHOST };

class IUserInfo {
 public:
  virtual ~IUserInfo() = default;
  virtual UserRole GetUserRole() = 0;
};

class IMeetingParticipantsController {
 public:
  virtual ~IMeetingParticipantsController() = default;
  virtual IList<unsigned int>* GetParticipantsList() = 0;
  virtual IUserInfo* GetUserByUserID(unsigned int user) = 0;
};

}  // namespace ZOOMSDK

#endif  // JOINPASS_TESTS_ADAPTER_STANDIN_SDK_H_MEETING_SERVICE_COMPONENTS_MEETING_PARTICIPANTS_CTRL_INTERFACE_H_
