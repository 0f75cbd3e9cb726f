// The SDK's join parameters, in words that betray no secret.

#ifndef JOINPASS_BOT_ADAPTER_DEMO_PROGRAM_JOIN_PARAM_TEXT_H_
#define JOINPASS_BOT_ADAPTER_DEMO_PROGRAM_JOIN_PARAM_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "joinpass/time.h"

namespace joinpass::demo {

// "app_privilege_token: present, 118 s left", one line a field that matters, by
// the SDK's names.
template <typename JoinParam>
std::vector<std::string> JoinParamText(const JoinParam& param, SteadyTime recording_until,
                                       SteadyTime identity_until, SteadyTime now) {
  const auto& arm = param.param.withoutloginuserJoin;
  const auto secret = [](const char* name, const char* value) {
    return absl::StrCat(name, ": ", value ? "present" : "absent");
  };
  const auto token = [&](const char* name, const char* value, SteadyTime until) {
    const std::int64_t left = absl::ToInt64Seconds(until - now);
    return value ? absl::StrCat(secret(name, value), ", ", left, " s left") : secret(name, value);
  };
  return {
      absl::StrCat("userType: ", static_cast<int>(param.userType)),
      absl::StrCat("meetingNumber: ", arm.meetingNumber),
      absl::StrCat("userName: ", arm.userName ? arm.userName : "absent"),
      secret("psw", arm.psw),
      token("app_privilege_token", arm.app_privilege_token, recording_until),
      token("userZAK", arm.userZAK, identity_until),
      token("onBehalfToken", arm.onBehalfToken, identity_until),
  };
}

}  // namespace joinpass::demo

#endif  // JOINPASS_BOT_ADAPTER_DEMO_PROGRAM_JOIN_PARAM_TEXT_H_
