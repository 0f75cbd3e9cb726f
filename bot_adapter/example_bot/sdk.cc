#include "example_bot/sdk.h"

#include <ctime>
#include <string>
#include <utility>

#include "joinpass/next_step.h"

namespace example_bot {
namespace {

using joinpass::SdkOutcome;

constexpr int kNotInMeeting = 31;  // SDKError, where there is no controller to ask

}  // namespace

// None says `override`: which of these there are differs between the SDK's versions. All but a few
// tell what a bot of this kind has no use for.
class MeetingSdk::Events final : public ZOOMSDK::IAuthServiceEvent,
                                 public ZOOMSDK::IMeetingServiceEvent,
                                 public ZOOMSDK::IMeetingRecordingCtrlEvent {
 public:
  Events(std::function<void(std::function<void()>)> post,
         std::function<void(const SdkOutcome&)> tell)
      : post_(std::move(post)),
        tell_(std::make_shared<std::function<void(const SdkOutcome&)>>(std::move(tell))) {}

  // IAuthServiceEvent
  void onAuthenticationReturn(ZOOMSDK::AuthResult result) {
    Tell(SdkOutcome::Authenticated(result));
  }
  void onLoginReturnWithReason(ZOOMSDK::LOGINSTATUS, ZOOMSDK::IAccountInfo*,
                               ZOOMSDK::LoginFailReason) {}
  void onLogout() {}
  void onZoomIdentityExpired() {}
  void onZoomAuthIdentityExpired() {}

  // IMeetingServiceEvent
  void onMeetingStatusChanged(ZOOMSDK::MeetingStatus status, int result) {
    Tell(SdkOutcome::StatusChanged(status, result));
  }
  void onMeetingStatisticsWarningNotification(ZOOMSDK::StatisticsWarningType) {}
  void onMeetingParameterNotification(const ZOOMSDK::MeetingParameter*) {}
  void onSuspendParticipantsActivities() {}
  void onAICompanionActiveChangeNotice(bool) {}
  void onMeetingTopicChanged(const zchar_t*) {}
  void onMeetingFullToWatchLiveStream(const zchar_t*) {}
  void onUserNetworkStatusChanged(ZOOMSDK::MeetingComponentType, ZOOMSDK::ConnectionQuality,
                                  unsigned int, bool) {}

  // IMeetingRecordingCtrlEvent
  void onRecordPrivilegeChanged(bool may_record) { Tell(SdkOutcome::PrivilegeChanged(may_record)); }
  void onLocalRecordingPrivilegeRequestStatus(ZOOMSDK::RequestLocalRecordingStatus status) {
    Tell(SdkOutcome::PrivilegeAnswered(status));
  }
  void onRecordingStatus(ZOOMSDK::RecordingStatus) {}
  void onCloudRecordingStatus(ZOOMSDK::RecordingStatus) {}
  void onRequestCloudRecordingResponse(ZOOMSDK::RequestStartCloudRecordingStatus) {}
  void onLocalRecordingPrivilegeRequested(ZOOMSDK::IRequestLocalRecordingPrivilegeHandler*) {}
  void onStartCloudRecordingRequested(ZOOMSDK::IRequestStartCloudRecordingHandler*) {}
  void onCloudRecordingStorageFull(time_t) {}
  void onEnableAndStartSmartRecordingRequested(
      ZOOMSDK::IRequestEnableAndStartSmartRecordingHandler*) {}
  void onSmartRecordingEnableActionCallback(ZOOMSDK::ISmartRecordingEnableActionHandler*) {}
  void onTranscodingStatusChanged(ZOOMSDK::TranscodingStatus, const zchar_t*) {}

 private:
  // What is still on its way when this object dies is not told any more: it dies in the main
  // loop's thread, where the posted work would find nobody.
  void Tell(const SdkOutcome& outcome) {
    post_([outcome, tell = std::weak_ptr(tell_)] {
      if (const auto alive = tell.lock()) (*alive)(outcome);
    });
  }

  std::function<void(std::function<void()>)> post_;
  std::shared_ptr<std::function<void(const SdkOutcome&)>> tell_;
};

MeetingSdk::MeetingSdk(std::function<void(std::function<void()>)> post,
                       std::function<void(const SdkOutcome&)> tell)
    : post_(std::move(post)),
      tell_(std::move(tell)),
      events_(std::make_unique<Events>(post_, tell_)) {}

MeetingSdk::~MeetingSdk() {
  if (meeting_ != nullptr) ZOOMSDK::DestroyMeetingService(meeting_);
  if (auth_ != nullptr) ZOOMSDK::DestroyAuthService(auth_);
  if (is_started_) ZOOMSDK::CleanUPSDK();
}

int MeetingSdk::Start() {
  ZOOMSDK::InitParam param;
  param.strWebDomain = "https://zoom.us";
  param.emLanguageID = ZOOMSDK::LANGUAGE_English;
  int error = ZOOMSDK::InitSDK(param);
  if (error != ZOOMSDK::SDKERR_SUCCESS) return error;
  is_started_ = true;
  error = CreateMeeting();
  if (error != ZOOMSDK::SDKERR_SUCCESS) return error;
  error = ZOOMSDK::CreateAuthService(&auth_);
  if (error != ZOOMSDK::SDKERR_SUCCESS) return error;
  return auth_->SetEvent(events_.get());
}

int MeetingSdk::CreateMeeting() {
  const int error = ZOOMSDK::CreateMeetingService(&meeting_);
  return error != ZOOMSDK::SDKERR_SUCCESS ? error : meeting_->SetEvent(events_.get());
}

int MeetingSdk::Renew() {
  ZOOMSDK::DestroyMeetingService(std::exchange(meeting_, nullptr));
  // With the one before goes what it has told, and is not heard yet.
  auto fresh = std::make_unique<Events>(post_, tell_);
  auth_->SetEvent(fresh.get());
  events_ = std::move(fresh);
  return CreateMeeting();
}

int MeetingSdk::Authenticate(const joinpass::Secret& jwt) {
  std::string text;
  text.reserve(jwt.size() + 1);  // a string that grows leaves its bytes behind
  text.append(jwt.Reveal()).push_back('\0');
  jwt_ = joinpass::Secret::Take(std::move(text));
  ZOOMSDK::AuthContext context;
  context.jwt_token = jwt_.Reveal().data();
  return auth_->SDKAuth(context);
}

int MeetingSdk::Join(ZOOMSDK::JoinParam& param) { return meeting_->Join(param); }

int MeetingSdk::Leave() { return meeting_->Leave(ZOOMSDK::LEAVE_MEETING); }

// Its events are set each time: the SDK makes the controller anew for every meeting.
ZOOMSDK::IMeetingRecordingController* MeetingSdk::Recording() {
  auto* controller = meeting_->GetMeetingRecordingController();
  if (controller != nullptr) controller->SetEvent(events_.get());
  return controller;
}

int MeetingSdk::CanStartRawRecording() {
  auto* controller = Recording();
  return controller == nullptr ? kNotInMeeting : controller->CanStartRawRecording();
}

int MeetingSdk::StartRawRecording() {
  auto* controller = Recording();
  return controller == nullptr ? kNotInMeeting : controller->StartRawRecording();
}

int MeetingSdk::IsSupportRequestLocalRecordingPrivilege() {
  auto* controller = Recording();
  return controller == nullptr ? kNotInMeeting
                               : controller->IsSupportRequestLocalRecordingPrivilege();
}

int MeetingSdk::RequestLocalRecordingPrivilege() {
  auto* controller = Recording();
  return controller == nullptr ? kNotInMeeting : controller->RequestLocalRecordingPrivilege();
}

bool MeetingSdk::IsHostPresent() {
  auto* controller = meeting_->GetMeetingParticipantsController();
  if (controller == nullptr) return false;
  auto* users = controller->GetParticipantsList();
  for (int i = 0; users != nullptr && i < users->GetCount(); ++i) {
    auto* user = controller->GetUserByUserID(users->GetItem(i));
    if (user == nullptr) continue;
    const auto role = user->GetUserRole();
    if (role == ZOOMSDK::USERROLE_HOST || role == ZOOMSDK::USERROLE_COHOST) return true;
  }
  return false;
}

}  // namespace example_bot
