#include "fake_zoom/passes.h"

#include <utility>

#include "base/random.h"

namespace joinpass::fake_zoom {
namespace {

// MeetingFailCode of the SDK. Source: the SDK's headers.
constexpr int kPasswordError = 4;
constexpr int kNotExist = 8;
constexpr int kTokenExpired = 16;
constexpr int kExternalMeeting = 63;
constexpr int kPrivilegeTokenError = 500;
constexpr int kAuthorizedUserNotInMeeting = 501;
constexpr int kOnBehalfConflictsLogin = 502;
constexpr int kNoHostIdentity = 503;
constexpr int kNoAnonymousJoin = 504;
constexpr int kOnBehalfInvalid = 505;
constexpr int kOnBehalfOtherMeeting = 506;
constexpr int kUnknown = 65535;

RedeemAnswer Refuse(int fail_code, std::string reason) {
  return {.fail_code = fail_code, .reason = std::move(reason)};
}

// The tokens that were shown, and where to.
struct Join {
  const World& world;
  const RedeemRequest& request;
  const App& app;
  const Room& room;
  const Pass* recording = nullptr;  // null: not given, or unknown
  const Pass* zak = nullptr;
  const Pass* on_behalf = nullptr;
  AccountRecording account_recording = AccountRecording::kBesideAnybody;
  absl::Time now = {};
};

std::optional<RedeemAnswer> CheckMeeting(const Join& join) {
  if (join.room.host == nullptr) return Refuse(kNotExist, "meeting_not_exist");
  const auto& given = join.request.passcode;
  const std::string& passcode =
      join.room.meeting != nullptr ? join.room.meeting->passcode : join.room.host->passcode;
  if (given && *given != passcode &&
      *given != LinkPassword(join.request.meeting_number, passcode)) {
    return Refuse(kPasswordError, "passcode_wrong");
  }
  if (join.room.host->account_id == join.app.account_id) return std::nullopt;
  if (!join.app.published) return Refuse(kExternalMeeting, "app_not_published");
  if (join.request.zak.empty() && join.request.on_behalf_token.empty()) {
    return Refuse(kNoAnonymousJoin, "external_without_identity");
  }
  return std::nullopt;
}

std::optional<RedeemAnswer> CheckZak(const Join& join) {
  if (join.request.zak.empty()) return std::nullopt;
  if (join.zak == nullptr) return Refuse(kTokenExpired, "zak_unknown");
  if (join.zak->expires <= join.now) return Refuse(kTokenExpired, "zak_expired");
  return std::nullopt;
}

std::optional<RedeemAnswer> CheckOnBehalf(const Join& join) {
  if (join.request.on_behalf_token.empty()) return std::nullopt;
  const Pass* pass = join.on_behalf;
  if (pass == nullptr) return Refuse(kOnBehalfInvalid, "on_behalf_token_unknown");
  if (pass->client_id != join.app.client_id) {
    return Refuse(kOnBehalfInvalid, "on_behalf_token_of_another_app");
  }
  if (pass->used) return Refuse(kOnBehalfInvalid, "on_behalf_token_used");
  if (pass->expires <= join.now) return Refuse(kOnBehalfInvalid, "on_behalf_token_expired");
  if (pass->meeting != 0 && pass->meeting != join.request.meeting_number) {
    return Refuse(kOnBehalfOtherMeeting, "on_behalf_token_of_another_meeting");
  }
  if (!join.world.IsPresent(pass->user_id, join.request.meeting_number)) {
    return Refuse(kAuthorizedUserNotInMeeting, "on_behalf_owner_not_in_meeting");
  }
  return std::nullopt;
}

std::optional<RedeemAnswer> CheckRecording(const Join& join) {
  if (join.request.recording_token.empty()) return std::nullopt;
  const Pass* pass = join.recording;
  if (pass == nullptr) return Refuse(kPrivilegeTokenError, "recording_token_unknown");
  if (pass->client_id != join.app.client_id) {
    return Refuse(kPrivilegeTokenError, "recording_token_of_another_app");
  }
  if (pass->used) return Refuse(kPrivilegeTokenError, "recording_token_used");
  if (pass->expires <= join.now) return Refuse(kPrivilegeTokenError, "recording_token_expired");
  if (pass->meeting != join.request.meeting_number) {
    return Refuse(kPrivilegeTokenError, "recording_token_of_another_meeting");
  }
  const Pass* identity = join.zak != nullptr ? join.zak : join.on_behalf;
  const bool bears_anybody =
      pass->of_account && join.account_recording == AccountRecording::kBesideAnybody;
  if (identity != nullptr && identity->user_id != join.room.host->id && !bears_anybody) {
    return Refuse(kNoHostIdentity, "identity_owner_not_host");
  }
  return std::nullopt;
}

// A host's own ZAK and a token minted for it go past the waiting room.
bool Waits(const Join& join) {
  if (join.room.meeting == nullptr || !join.room.meeting->waiting_room) return false;
  if (join.zak != nullptr && join.zak->user_id == join.room.host->id) return false;
  return join.recording == nullptr || !join.recording->bypass_waiting_room;
}

RedeemAnswer Decide(const Join& join) {
  if (!join.request.zak.empty() && !join.request.on_behalf_token.empty()) {
    return Refuse(kOnBehalfConflictsLogin, "two_identities");
  }
  for (auto check : {CheckMeeting, CheckZak, CheckOnBehalf, CheckRecording}) {
    if (auto refusal = check(join)) return *std::move(refusal);
  }
  return {.joined = true, .may_record = join.recording != nullptr, .in_waiting_room = Waits(join)};
}

}  // namespace

std::string Passes::Issue(Pass pass) {
  std::string token = base::SystemRandom().Token(pass.kind == PassKind::kRecording ? 32 : 96);
  passes_.emplace(token, std::move(pass));
  return token;
}

Pass* Passes::Find(std::string_view token, PassKind kind) {
  const auto found = passes_.find(token);
  return found == passes_.end() || found->second.kind != kind ? nullptr : &found->second;
}

RedeemAnswer Passes::Redeem(World& world, const RedeemRequest& request, absl::Time now) {
  const App* app = world.FindApp(request.client_id);
  if (app == nullptr) return Refuse(kUnknown, "app_unknown");
  const Room room = world.FindRoom(request.meeting_number, now);
  Pass* recording = Find(request.recording_token, PassKind::kRecording);
  Pass* on_behalf = Find(request.on_behalf_token, PassKind::kOnBehalf);
  RedeemAnswer answer = Decide({.world = world,
                                .request = request,
                                .app = *app,
                                .room = room,
                                .recording = recording,
                                .zak = Find(request.zak, PassKind::kZak),
                                .on_behalf = on_behalf,
                                .account_recording = account_recording,
                                .now = now});
  if (recording != nullptr) recording->used = true;
  if (on_behalf != nullptr) on_behalf->used = true;
  return answer;
}

}  // namespace joinpass::fake_zoom
