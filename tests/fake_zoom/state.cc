#include "fake_zoom/state.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

std::string TokenEndpoint(const Request& request) {
  const auto parameters = TokenParameters(request);
  const std::string type = parameters ? Get(*parameters, "grant_type") : "";
  for (const char* known :
       {"authorization_code", "refresh_token", "client_credentials", "account_credentials"}) {
    if (type == known) return absl::StrCat("token/", type);
  }
  return "token/unknown";
}

}  // namespace

Response State::Act(const Request& request, absl::Time now) {
  const auto is = [&request](std::string_view method, std::string_view path) {
    return request.method == method && request.path == path;
  };
  if (is("GET", "/oauth/authorize")) return Authorize(oauth, request);
  if (is("POST", "/oauth/consent")) return Consented(oauth, request, now);
  if (is("POST", "/oauth/token")) return ExchangeToken(oauth, request, now);
  if (is("POST", "/oauth/revoke")) return RevokeToken(oauth, request);
  if (request.path.starts_with("/v2/")) return AnswerRest(rest, request, now);
  return {.status = request.path.starts_with("/oauth/") ? 405 : 404, .body = "{}"};
}

Answer State::Handle(const Request& request, absl::Time now) {
  const std::string endpoint = EndpointOf(request);
  ++calls[endpoint];
  const auto fault = faults.Take(endpoint);
  Answer answer;
  answer.response = fault && !Acts(*fault) ? AnswerWithoutActing(*fault) : Act(request, now);
  if (fault) {
    answer.response = Spoil(*fault, std::move(answer.response));
    answer.delivery = DeliveryOf(*fault, now);
  }
  answer.response.headers.emplace_back("x-zm-trackingid",
                                       absl::StrCat("v=2.0;clid=us04;rid=WEB_", RandomHex(16)));
  return answer;
}

std::string EndpointOf(const Request& request) {
  if (request.path == "/oauth/authorize") return "oauth/authorize";
  if (request.path == "/oauth/consent") return "oauth/consent";
  if (request.path == "/oauth/revoke") return "oauth/revoke";
  if (request.path == "/oauth/token") return TokenEndpoint(request);
  return std::string(RestEndpoint(request));
}

}  // namespace joinpass::fake_zoom
