// Endpoint: one call of Zoom's REST API, ready for whoever has a token.

#ifndef JOINPASS_LIB_ZOOM_ENDPOINT_H_
#define JOINPASS_LIB_ZOOM_ENDPOINT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "joinpass/apps.h"
#include "joinpass/credentials.h"
#include "joinpass/secret.h"
#include "message/http.h"

namespace joinpass::zoom {

struct Access {
  message::Origin api_origin = {};
  Secret access_token = {};
};

// Zoom limits the calls of an account for each of these by itself.
enum class RateLabel { kLight, kMedium, kHeavy, kResourceIntensive };

// A row of Zoom's reference.
struct EndpointRow {
  std::string_view path = {};  // as the reference writes it: "/users/{userId}/token"
  RateLabel label = RateLabel::kLight;
  std::size_t max_answer = 1 << 20;
};

// One call with its arguments. How it is asked for depends on the app, which only
// the bearer of the token knows.
template <typename T>
struct Endpoint {
  struct Form {
    const EndpointRow& row;
    std::string target = {};
  };
  const Form& FormFor(AppKind kind) const {
    return kind == AppKind::kAccountManaged ? of_account : of_user;
  }

  Feature feature;  // whose scopes it needs
  Form of_user;     // as an app managed by users asks
  Form of_account;  // as an app managed by an account asks
  absl::StatusOr<T> (*read)(const message::Response&);
};

// GET, nothing but the token in its header.
message::Request AuthorizedGet(const Access& access, const EndpointRow& row, std::string target);

template <typename T>
message::Request RequestOf(const Endpoint<T>& endpoint, AppKind kind, const Access& access) {
  const auto& form = endpoint.FormFor(kind);
  return AuthorizedGet(access, form.row, form.target);
}

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_ENDPOINT_H_
