// The stable names of what is kept of a credential.

#include "joinpass/credentials.h"

namespace joinpass {

std::string_view HealthName(Health health) {
  switch (health) {
    case Health::kHealthy:
      return "healthy";
    case Health::kIdentifying:
      return "identifying";
    case Health::kPaused:
      return "paused";
    case Health::kReauthorizationRequired:
      return "reauthorization_required";
    case Health::kDisconnecting:
      return "disconnecting";
  }
  return "";
}

std::string_view CredentialEventName(CredentialEventKind kind) {
  switch (kind) {
    case CredentialEventKind::kConnected:
      return "connected";
    case CredentialEventKind::kReconnected:
      return "reconnected";
    case CredentialEventKind::kRefreshed:
      return "refreshed";
    case CredentialEventKind::kRecovered:
      return "recovered";
    case CredentialEventKind::kRefreshFailed:
      return "refresh_failed";
    case CredentialEventKind::kRefreshUnanswered:
      return "refresh_unanswered";
    case CredentialEventKind::kReauthorizationRequired:
      return "reauthorization_required";
    case CredentialEventKind::kValidated:
      return "validated";
    case CredentialEventKind::kValidationFailed:
      return "validation_failed";
    case CredentialEventKind::kDisconnecting:
      return "disconnecting";
    case CredentialEventKind::kIdentificationFailed:
      return "identification_failed";
    case CredentialEventKind::kAccessTokenGiven:
      return "access_token_given";
  }
  return "";
}

std::string_view FeatureName(Feature feature) {
  switch (feature) {
    case Feature::kReadUser:
      return "read_user";
    case Feature::kListMeetings:
      return "list_meetings";
    case Feature::kRecordingToken:
      return "recording_token";
    case Feature::kZak:
      return "zak";
    case Feature::kOnBehalfOf:
      return "on_behalf_of";
    case Feature::kListUsers:
      return "list_users";
    case Feature::kListWebinars:
      return "list_webinars";
    case Feature::kWebinarRecordingToken:
      return "webinar_recording_token";
    case Feature::kReadMeeting:
      return "read_meeting";
    case Feature::kReadWebinar:
      return "read_webinar";
    case Feature::kReadSettings:
      return "read_settings";
  }
  return "";
}

}  // namespace joinpass
