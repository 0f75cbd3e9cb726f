#include "adapter/standin_sdk/standin_sdk.h"

#include <auth_service_interface.h>
#include <meeting_service_components/meeting_participants_ctrl_interface.h>
#include <meeting_service_components/meeting_recording_interface.h>
#include <meeting_service_interface.h>
#include <zoom_sdk.h>

#include <algorithm>

namespace {

using ZOOMSDK::SDKError;

joinpass::testing::StandInSdk* current = nullptr;

// What the SDK would tell, and to whom.
ZOOMSDK::IAuthServiceEvent* auth_event = nullptr;
ZOOMSDK::IMeetingServiceEvent* meeting_event = nullptr;
ZOOMSDK::IMeetingRecordingCtrlEvent* recording_event = nullptr;

SDKError Note(std::string_view call) { return static_cast<SDKError>(current->Note(call)); }

class AuthService final : public ZOOMSDK::IAuthService {
 public:
  SDKError SetEvent(ZOOMSDK::IAuthServiceEvent* event) override {
    auth_event = event;
    return ZOOMSDK::SDKERR_SUCCESS;
  }
  SDKError SDKAuth(ZOOMSDK::AuthContext& context) override {
    return static_cast<SDKError>(current->NoteAuthentication(context.jwt_token));
  }
};

class Recording final : public ZOOMSDK::IMeetingRecordingController {
 public:
  SDKError SetEvent(ZOOMSDK::IMeetingRecordingCtrlEvent* event) override {
    recording_event = event;
    return ZOOMSDK::SDKERR_SUCCESS;
  }
  SDKError CanStartRawRecording() override { return Note("CanStartRawRecording"); }
  SDKError StartRawRecording() override { return Note("StartRawRecording"); }
  SDKError IsSupportRequestLocalRecordingPrivilege() override {
    return Note("IsSupportRequestLocalRecordingPrivilege");
  }
  SDKError RequestLocalRecordingPrivilege() override {
    return Note("RequestLocalRecordingPrivilege");
  }
};

// Somebody, and the host where he is there.
class Participants final : public ZOOMSDK::IMeetingParticipantsController,
                           private ZOOMSDK::IList<unsigned int> {
 public:
  ZOOMSDK::IList<unsigned int>* GetParticipantsList() override { return this; }
  ZOOMSDK::IUserInfo* GetUserByUserID(unsigned int user) override {
    return user == 1 ? &host_ : &somebody_;
  }

 private:
  struct User final : ZOOMSDK::IUserInfo {
    explicit User(ZOOMSDK::UserRole role_of_him) : role(role_of_him) {}
    ZOOMSDK::UserRole GetUserRole() override { return role; }
    ZOOMSDK::UserRole role;
  };

  int GetCount() override { return current->is_host_present() ? 2 : 1; }
  unsigned int GetItem(int index) override { return index == 0 ? 2 : 1; }

  User host_{ZOOMSDK::USERROLE_HOST};
  User somebody_{ZOOMSDK::USERROLE_NONE};
};

class MeetingService final : public ZOOMSDK::IMeetingService {
 public:
  SDKError SetEvent(ZOOMSDK::IMeetingServiceEvent* event) override {
    meeting_event = event;
    return ZOOMSDK::SDKERR_SUCCESS;
  }
  SDKError Join(ZOOMSDK::JoinParam& param) override {
    return static_cast<SDKError>(current->NoteJoin(param));
  }
  SDKError Leave(ZOOMSDK::LeaveMeetingCmd) override { return Note("Leave"); }
  ZOOMSDK::IMeetingRecordingController* GetMeetingRecordingController() override {
    return &recording_;
  }
  ZOOMSDK::IMeetingParticipantsController* GetMeetingParticipantsController() override {
    return &participants_;
  }

 private:
  Recording recording_;
  Participants participants_;
};

}  // namespace

namespace ZOOMSDK {

SDKError InitSDK(InitParam&) { return Note("InitSDK"); }
SDKError CleanUPSDK() { return Note("CleanUPSDK"); }

SDKError CreateAuthService(IAuthService** service) {
  *service = new AuthService;
  return SDKERR_SUCCESS;
}
SDKError DestroyAuthService(IAuthService* service) {
  auth_event = nullptr;
  delete service;
  return SDKERR_SUCCESS;
}
SDKError CreateMeetingService(IMeetingService** service) {
  *service = new MeetingService;
  return SDKERR_SUCCESS;
}
SDKError DestroyMeetingService(IMeetingService* service) {
  current->NoteEndOfService();
  meeting_event = nullptr;
  recording_event = nullptr;
  delete service;
  return SDKERR_SUCCESS;
}

}  // namespace ZOOMSDK

namespace joinpass::testing {
namespace {

std::string TextAt(const char* text) { return text == nullptr ? "-" : text; }

StandInSdk::Joined Read(const sdk_6_6::JoinParam& param) {
  const auto& arm = param.param.withoutloginuserJoin;
  return {.meeting_number = arm.meetingNumber,
          .user_name = TextAt(arm.userName),
          .recording_token = TextAt(arm.app_privilege_token),
          .zak = TextAt(arm.userZAK),
          .on_behalf_token = TextAt(arm.onBehalfToken),
          .is_video_off = arm.isVideoOff};
}

}  // namespace

StandInSdk::StandInSdk() { ::current = this; }
StandInSdk::~StandInSdk() { ::current = nullptr; }

bool StandInSdk::Await(std::string_view call) {
  base::MutexLock lock(mutex_);
  const int wanted = ++awaited_[std::string(call)];
  while (std::count(calls_.begin(), calls_.end(), call) < wanted) {
    if (has_ended_) return false;
    called_.Wait(mutex_);
  }
  return true;
}

void StandInSdk::Return(std::string_view call, int error) {
  base::MutexLock lock(mutex_);
  results_[std::string(call)] = error;
}

void StandInSdk::TellAuthenticated(int result) {
  {
    base::MutexLock lock(mutex_);
    texts_have_lived_ = texts_have_lived_ && TextAt(jwt_) == first_jwt_;
  }
  auth_event->onAuthenticationReturn(static_cast<ZOOMSDK::AuthResult>(result));
}

void StandInSdk::TellStatus(int status, int result) {
  constexpr int kInMeeting = 3;
  constexpr int kFailed = 6;
  constexpr int kEnded = 7;
  ReadTextsAgain(status == kInMeeting || status == kFailed || status == kEnded);
  if (status == kEnded) {
    base::MutexLock lock(mutex_);
    is_in_attempt_ = false;
  }
  if (meeting_event == nullptr) return;
  meeting_event->onMeetingStatusChanged(static_cast<ZOOMSDK::MeetingStatus>(status), result);
}

void StandInSdk::TellPrivilegeAnswered(int status) {
  recording_event->onLocalRecordingPrivilegeRequestStatus(
      static_cast<ZOOMSDK::RequestLocalRecordingStatus>(status));
}

void StandInSdk::TellPrivilegeChanged(bool may_record) {
  recording_event->onRecordPrivilegeChanged(may_record);
}

void StandInSdk::SetHostPresent(bool is_present) {
  base::MutexLock lock(mutex_);
  is_host_present_ = is_present;
}

void StandInSdk::End() {
  base::MutexLock lock(mutex_);
  has_ended_ = true;
  called_.NotifyAll();
}

std::vector<std::string> StandInSdk::Calls() const {
  base::MutexLock lock(mutex_);
  return calls_;
}

std::vector<StandInSdk::Joined> StandInSdk::Joins() const {
  base::MutexLock lock(mutex_);
  return joins_;
}

bool StandInSdk::texts_have_lived() const {
  base::MutexLock lock(mutex_);
  return texts_have_lived_;
}

bool StandInSdk::joins_were_in_turn() const {
  base::MutexLock lock(mutex_);
  return joins_were_in_turn_;
}

void StandInSdk::NoteEndOfService() {
  ReadTextsAgain(true);
  base::MutexLock lock(mutex_);
  is_in_attempt_ = false;
}

bool StandInSdk::calls_are_of_one_thread() const {
  base::MutexLock lock(mutex_);
  return calls_are_of_one_thread_;
}

int StandInSdk::Note(std::string_view call) {
  base::MutexLock lock(mutex_);
  NoteLocked(call);
  return ResultOf(call);
}

int StandInSdk::NoteAuthentication(const char* jwt) {
  base::MutexLock lock(mutex_);
  jwt_ = jwt;
  first_jwt_ = TextAt(jwt);
  NoteLocked("SDKAuth");
  return ResultOf("SDKAuth");
}

int StandInSdk::NoteJoin(sdk_6_6::JoinParam& param) {
  base::MutexLock lock(mutex_);
  joins_.push_back(Read(param));
  NoteLocked("Join");
  const int error = ResultOf("Join");
  joins_were_in_turn_ = joins_were_in_turn_ && !is_in_attempt_;
  is_in_attempt_ = error == 0;
  kept_ = param;
  keeps_ = error == 0;
  return error;
}

bool StandInSdk::is_host_present() const {
  base::MutexLock lock(mutex_);
  return is_host_present_;
}

void StandInSdk::NoteLocked(std::string_view call) {
  if (calls_.empty()) thread_ = std::this_thread::get_id();
  calls_are_of_one_thread_ = calls_are_of_one_thread_ && thread_ == std::this_thread::get_id();
  calls_.emplace_back(call);
  called_.NotifyAll();
}

int StandInSdk::ResultOf(std::string_view call) const {
  const auto found = results_.find(call);
  return found == results_.end() ? 0 : found->second;
}

void StandInSdk::ReadTextsAgain(bool for_the_last_time) {
  base::MutexLock lock(mutex_);
  if (!keeps_) return;
  texts_have_lived_ = texts_have_lived_ && Read(kept_) == joins_.back();
  keeps_ = !for_the_last_time;
}

}  // namespace joinpass::testing
