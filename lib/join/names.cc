// The names of what stands in the public face of a join.

#include "joinpass/check.h"
#include "joinpass/join.h"
#include "joinpass/next_step.h"

namespace joinpass {

std::string_view PassPartName(PassPart part) {
  return part == PassPart::kRecordingToken ? "recording_token" : "identity";
}

std::string_view StepName(Step step) {
  switch (step) {
    case Step::kGoOn:
      return "go_on";
    case Step::kStartRecording:
      return "start_recording";
    case Step::kAskHost:
      return "ask_host";
    case Step::kJoinAgain:
      return "join_again";
    case Step::kJoinWithoutRecordingToken:
      return "join_without_recording_token";
    case Step::kJoinWithoutIdentity:
      return "join_without_identity";
    case Step::kJoinAsNextUser:
      return "join_as_next_user";
    case Step::kAwaitOwner:
      return "await_owner";
    case Step::kAuthenticateAgain:
      return "authenticate_again";
    case Step::kStop:
      return "stop";
  }
  return "unknown";
}

bool JoinsAgain(Step step) {
  switch (step) {
    case Step::kJoinAgain:
    case Step::kJoinWithoutRecordingToken:
    case Step::kJoinWithoutIdentity:
    case Step::kJoinAsNextUser:
    case Step::kAwaitOwner:
      return true;
    case Step::kGoOn:
    case Step::kStartRecording:
    case Step::kAskHost:
    case Step::kAuthenticateAgain:
    case Step::kStop:
      break;
  }
  return false;
}

std::string_view CheckPointName(CheckPoint point) {
  switch (point) {
    case CheckPoint::kHost:
      return "host";
    case CheckPoint::kConsent:
      return "consent";
    case CheckPoint::kScopes:
      return "scopes";
    case CheckPoint::kLocalRecording:
      return "local_recording";
    case CheckPoint::kRecordingToken:
      return "recording_token";
    case CheckPoint::kIdentity:
      return "identity";
  }
  return "unknown";
}

std::string_view ActorName(Actor actor) {
  switch (actor) {
    case Actor::kNobody:
      return "nobody";
    case Actor::kHost:
      return "host";
    case Actor::kAccountAdmin:
      return "account_admin";
    case Actor::kAppOwner:
      return "app_owner";
    case Actor::kOperator:
      return "operator";
  }
  return "unknown";
}

}  // namespace joinpass
