// MakeSdkJwt: what SDKAuth() wants in AuthContext::jwt_token.

#ifndef JOINPASS_SDK_JWT_H_
#define JOINPASS_SDK_JWT_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/export.h"
#include "joinpass/secret.h"

namespace joinpass {

// The bounds that Zoom has for a JWT's life.
inline constexpr absl::Duration kShortestSdkJwt = absl::Minutes(30);
inline constexpr absl::Duration kLongestSdkJwt = absl::Hours(48);

// A JWT (HS256) with the claims appKey, iat, exp and tokenExp, signed with the secret of the SDK
// app. `sdk_key` is the app's client id. It begins 30 s before `now`, since Zoom's clock may be
// behind, and ends `lifetime` after `now`, but no later than 48 hours after its begin. Pure: reads no clock, asks nobody. Keep it alive until
// onAuthenticationReturn(); onZoomAuthIdentityExpired() asks for a new one.
//
// Errors: invalid_argument: the key or the secret is empty, longer than 256 bytes or holds what is
// no printable ASCII, or a space, a quote or a backslash; `lifetime` passes the bounds; `now` is no time of this century
// Source: the comment of AuthContext in auth_service_interface.h of the Linux SDK.
JOINPASS_EXPORT absl::StatusOr<Secret> MakeSdkJwt(std::string_view sdk_key,
                                                  const Secret& sdk_secret, absl::Time now,
                                                  absl::Duration lifetime = absl::Hours(24));

}  // namespace joinpass

#endif  // JOINPASS_SDK_JWT_H_
