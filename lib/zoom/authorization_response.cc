#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "base/wipe.h"
#include "zoom/encode.h"
#include "zoom/harmless_text.h"
#include "zoom/token_calls.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kLongest = 8 * 1024;
constexpr std::size_t kLongestState = 1024;
constexpr std::size_t kLongestCode = 4 * 1024;
constexpr std::size_t kLongestError = 128;

absl::Status Wrong(std::string_view what) {
  return base::MakeError(Reason::kInvalidArgument, absl::StrCat("redirect: ", base::ToAbsl(what)));
}

std::string_view QueryOf(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const std::size_t mark = text.find('?');
  if (mark != std::string_view::npos) return text.substr(mark + 1);
  return text.find("://") == std::string_view::npos ? text : std::string_view();
}

// The three parameters that matter. `twice` is set if one of them is there twice.
struct Parameters {
  base::Buffer state = {};
  base::Buffer code = {};
  base::Buffer error = {};
  bool twice = false;
};

Parameters Split(std::string_view query) {
  Parameters found;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::string_view key = pair.substr(0, pair.find('='));
    base::Buffer* const to = key == "state"   ? &found.state
                             : key == "code"  ? &found.code
                             : key == "error" ? &found.error
                                              : nullptr;
    if (to == nullptr || key.size() == pair.size()) continue;
    if (!to->empty()) found.twice = true;
    *to = PercentDecoded(pair.substr(key.size() + 1), Plus::kIsSpace);
  }
  return found;
}

}  // namespace

absl::StatusOr<AuthorizationResponse> ReadAuthorizationResponse(std::string_view redirected_to) {
  if (redirected_to.size() > kLongest) return Wrong("longer than 8 KiB");
  const Parameters found = Split(QueryOf(redirected_to));
  if (found.twice) return Wrong("state, code or error is there twice");
  if (!IsToken(base::View(found.state), kLongestState)) return Wrong("no usable state");
  if (found.code.empty() == found.error.empty()) return Wrong("neither or both of code and error");
  if (!found.code.empty() && !IsToken(base::View(found.code), kLongestCode)) {
    return Wrong("no usable code");
  }
  return AuthorizationResponse{
      .state = std::string(base::View(found.state)),
      .code = Secret(base::View(found.code)),
      .error = HarmlessText(base::View(found.error)).substr(0, kLongestError)};
}

absl::Status CheckAuthorization(const AuthorizationResponse& answer) {
  if (!answer.code.empty()) return absl::OkStatus();
  ErrorInfo info;
  info.server_text = answer.error;
  if (answer.error == "unauthorized_client" || answer.error == "invalid_client") {
    info.reason = Reason::kAppCredentialsInvalid;
    info.cause = Cause::kClientUnauthorized;
    return base::MakeError(info, "consent: Zoom does not let the app ask for it");
  }
  if (answer.error == "server_error" || answer.error == "temporarily_unavailable") {
    info.reason = Reason::kZoomUnavailable;
    return base::MakeError(info, "consent: Zoom could not ask for it");
  }
  info.reason = Reason::kConsentDeclined;
  return base::MakeError(info, "consent: declined");
}

}  // namespace joinpass::zoom
