#include "fake_zoom/rest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fake_zoom/rest_calls.h"
#include "fake_zoom/rest_routes.h"
#include "fake_zoom/scopes.h"

namespace joinpass::fake_zoom {
namespace {

std::optional<Response> CheckToken(const Request& request, const Rest& rest, absl::Time now) {
  if (Find(request.query, "access_token")) {
    return RestError(401, 124,
                     "Invalid access token, this access token is not supported as query "
                     "parameter string.");
  }
  const std::string header = Get(request.headers, "authorization");
  if (header.empty()) return RestError(401, 124, "Requires an access token.");
  const bool bearer = absl::StartsWithIgnoreCase(header, "bearer ");
  switch (rest.tokens.CheckAccess(bearer ? header.substr(7) : "", now).verdict) {
    case AccessVerdict::kGood:
      return std::nullopt;
    case AccessVerdict::kExpired:
      return RestError(401, 124, "Access token is expired.");
    case AccessVerdict::kUnknown:
      break;
  }
  return RestError(401, 124, "Invalid access token.");
}

// An id of the path that is a user's, rather than a meeting's, makes a call of
// a user-managed app an admin's call: even with one's own id.
Judged JudgedAs(const RestRoute& route, const App& app, std::string_view id) {
  if (app.kind != AppKind::kUser) return Judged::kAsAdmin;
  const bool names_a_user = route.path[0] == "users" && id != "me";
  return names_a_user ? Judged::kAsAdmin : Judged::kAsUser;
}

Response Answer(const Call& call, const RestRoute& route) {
  if (auto refusal = CheckScope(route.scopes, call.app, JudgedAs(route, call.app, call.id),
                                call.grant.scope)) {
    return *std::move(refusal);
  }
  if (call.id == "me" && call.caller == nullptr &&
      call.rest.server_to_server_me == AccountOwner::kRefused) {
    return RestError(400, 1001, "User not exist.");
  }
  return route.answer(call);
}

Response CheckAndAnswer(Rest& rest, const Request& request, absl::Time now) {
  if (auto refusal = CheckToken(request, rest, now)) return *std::move(refusal);
  const auto [route, id] = FindRoute(request);
  if (route == nullptr) return RestError(400, 2300, "This API endpoint is not recognized.");
  const std::string token = Get(request.headers, "authorization").substr(7);
  const Grant& grant = *rest.tokens.CheckAccess(token, now).grant;
  const Call call{.rest = rest,
                  .request = request,
                  .grant = grant,
                  .app = *rest.world.FindApp(grant.client_id),
                  .account = *rest.world.FindAccount(grant.account_id),
                  .caller = rest.world.FindUser(grant.user_id),
                  .id = id,
                  .now = now};
  return Answer(call, *route);
}

Response TooMany(LimitVerdict verdict, absl::Time now) {
  if (verdict == LimitVerdict::kTooManyASecond) {
    return RestError(429, 429,
                     "You have reached the maximum per-second rate limit for this API. Try again "
                     "later.");
  }
  Response response = RestError(429, 429,
                                "You have reached the maximum daily rate limit for this API. Refer "
                                "to the response header for details on when you can make another "
                                "request.");
  const absl::Time midnight =
      absl::FromCivil(absl::ToCivilDay(now, absl::UTCTimeZone()) + 1, absl::UTCTimeZone());
  response.headers.emplace_back(
      "Retry-After", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", midnight, absl::UTCTimeZone()));
  return response;
}

// Whose account a call counts against: that of its token, or nobody's.
std::string AccountOf(const Rest& rest, const Request& request, absl::Time now) {
  const std::string header = Get(request.headers, "authorization");
  const Grant* grant =
      header.size() < 7 ? nullptr : rest.tokens.CheckAccess(header.substr(7), now).grant;
  return grant == nullptr ? "" : grant->account_id;
}

Limited Limit(Rest& rest, const Request& request, Label label, absl::Time now) {
  const std::string account = AccountOf(rest, request, now);
  const Account* known = rest.world.FindAccount(account);
  return rest.limits.Take(account, known == nullptr ? Plan::kPro : known->plan, label, now);
}

void AddHeaders(const Limited& limited, Label label, Response& response) {
  const bool daily = limited.verdict == LimitVerdict::kTooManyADay;
  response.headers.insert(response.headers.end(),
                          {{"X-RateLimit-Category", label == Label::kLight ? "Light" : "Medium"},
                           {"X-RateLimit-Type", daily ? "Daily-limit" : "QPS"},
                           {"X-RateLimit-Limit", absl::StrCat(limited.limit)},
                           {"X-RateLimit-Remaining", absl::StrCat(limited.remaining)},
                           {"Cache-Control", "no-store, no-transform, must-revalidate, no-cache"},
                           {"Pragma", "no-cache"},
                           {"X-Content-Type-Options", "nosniff"}});
}

}  // namespace

Response AnswerRest(Rest& rest, const Request& request, absl::Time now) {
  const RestRoute* route = FindRoute(request).first;
  const Label label = route == nullptr ? Label::kLight : route->label;
  const Limited limited = Limit(rest, request, label, now);
  Response response = limited.verdict == LimitVerdict::kServed ? CheckAndAnswer(rest, request, now)
                                                               : TooMany(limited.verdict, now);
  AddHeaders(limited, label, response);
  return response;
}

std::string_view RestEndpoint(const Request& request) {
  const RestRoute* route = FindRoute(request).first;
  return route == nullptr ? "unknown" : route->endpoint;
}

}  // namespace joinpass::fake_zoom
