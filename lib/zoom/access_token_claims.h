// What an access token says of itself. Zoom calls it opaque: hints, never proof.

#ifndef JOINPASS_LIB_ZOOM_ACCESS_TOKEN_CLAIMS_H_
#define JOINPASS_LIB_ZOOM_ACCESS_TOKEN_CLAIMS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "joinpass/secret.h"

namespace joinpass::zoom {

struct AccessTokenClaims {
  enum class Issuer {
    kUnsaid,
    kZoom,   // `iss` is "zm:cid:<client id>", or an origin of Zoom's
    kOther,  // anything else: Zoom takes no such token
  };
  Issuer issuer = Issuer::kUnsaid;
  std::string client_id = {};   // of `iss`, or `client_id` (RFC 9068); empty: it does not say
  std::string user_id = {};     // `uid`
  std::string account_id = {};  // `aid`
  std::optional<absl::Time> expires_at = {};  // `exp`
};

// Reads the payload of a JWT without checking its signature. Nothing if it is no
// JWT, or larger than 16 KiB; a claim of another type or of more than 256 bytes is left out;
// a time is a whole number, or a string of digits.
std::optional<AccessTokenClaims> ReadAccessTokenClaims(const Secret& token);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_ACCESS_TOKEN_CLAIMS_H_
