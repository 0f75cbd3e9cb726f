#include "oauth/callback.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "base/wipe.h"
#include "message/http.h"
#include "zoom/access_token_claims.h"
#include "zoom/origins.h"
#include "zoom/url.h"

namespace joinpass::oauth {
namespace {

// Source: what services that take tokens from their customers promise them.
constexpr absl::Duration kCallbackTime = absl::Seconds(5);
constexpr absl::Duration kLeastLife = absl::Seconds(120);
constexpr absl::Duration kLongestCached = absl::Hours(1);

constexpr std::size_t kLongestUrl = 2048;
constexpr std::size_t kLongestBody = 16 * 1024;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

absl::Status WrongUrl() {
  return base::MakeError(Reason::kInvalidArgument,
                         "callback: must be an https URL of at most 2048 bytes, without user and "
                         "fragment");
}

struct CallbackUrl {
  message::Origin origin;
  Secret target;
};

absl::StatusOr<CallbackUrl> ReadCallbackUrl(std::string_view url) {
  if (url.size() > kLongestUrl || !IsPrintable(url) || url.find('#') != std::string_view::npos) {
    return WrongUrl();
  }
  const std::optional<zoom::Url> parts = zoom::SplitUrl(url);
  if (!parts || parts->has_user) return WrongUrl();
  const std::size_t end = std::min(url.find_first_of("/?", url.find("//") + 2), url.size());
  absl::StatusOr<message::Origin> origin = zoom::ReadHttpsOrigin(url.substr(0, end));
  if (!origin.ok()) return WrongUrl();
  const std::string_view rest = url.substr(end);
  base::Buffer target;
  target.reserve(rest.size() + 1);
  if (rest.empty() || rest.front() == '?') target.push_back('/');
  base::Append(target, rest);
  return CallbackUrl{*std::move(origin), Secret(base::View(target))};
}

absl::Status NotServed(const absl::Status& error) {
  ErrorInfo info = GetErrorInfo(error).value_or(ErrorInfo());
  if (info.reason == Reason::kAddressNotAllowed || info.reason == Reason::kCancelled) return error;
  info.befell = info.reason;
  info.reason = info.reason == Reason::kAnswerTooLarge ? Reason::kCallbackAnswerInvalid
                                                       : Reason::kCallbackFailed;
  return base::MakeError(info, "callback: the customer's URL gave no token");
}

absl::StatusOr<Secret> ReadToken(const message::Response& response) {
  ErrorInfo info;
  info.http_status = response.status;
  info.request_left = true;
  if (response.status == 404) {
    info.reason = Reason::kTokenNotOffered;
    return base::MakeError(info, "callback: the customer's URL has no such token");
  }
  if (response.status != 200) {
    info.reason = Reason::kCallbackFailed;
    info.cause = Cause::kHttpStatus;
    return base::MakeError(info, absl::StrCat("callback: HTTP ", response.status));
  }
  const auto body = absl::StripAsciiWhitespace(base::ToAbsl(base::View(response.body)));
  const std::string_view token(body.data(), body.size());
  if (token.empty() || token.size() > kLongestBody || !IsPrintable(token) ||
      token.find_first_of("<>{}\"") != std::string_view::npos) {
    info.reason = Reason::kCallbackAnswerInvalid;
    return base::MakeError(info, "callback: HTTP 200, and the body is no token");
  }
  return Secret(token);
}

absl::Status BadToken(Cause cause, std::string_view message) {
  ErrorInfo info;
  info.reason = Reason::kCallbackAnswerInvalid;
  info.cause = cause;
  return base::MakeError(info, message);
}

}  // namespace

absl::Status CheckCallbackUrl(const Secret& url) { return ReadCallbackUrl(url.Reveal()).status(); }

base::Task<absl::StatusOr<Secret>> FetchToken(const service::Context& context, Secret url,
                                              UrlSource source, SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(CallbackUrl read, ReadCallbackUrl(url.Reveal()));
  message::Request request;
  request.origin = std::move(read.origin);
  request.secret_target = std::move(read.target);
  request.follow_redirects = false;
  request.public_address_only = source == UrlSource::kNetwork;
  request.send_once = true;
  request.max_answer = kLongestBody;
  const SteadyTime until = std::min(deadline, context.clock.SteadyNow() + kCallbackTime);
  const absl::StatusOr<message::Response> response =
      co_await context.transport.Send(std::move(request), until);
  if (!response.ok()) co_return NotServed(response.status());
  co_return ReadToken(*response);
}

std::optional<Cause> PauseFor(const absl::Status& error) {
  const ErrorInfo info = GetErrorInfo(error).value_or(ErrorInfo());
  // Ours, and not the callback's.
  if (info.befell == Reason::kResourcesExhausted || info.befell == Reason::kProxyRefused) {
    return std::nullopt;
  }
  switch (info.reason) {
    case Reason::kCallbackFailed:
      return info.cause == Cause::kNone ? Cause::kCallbackFailed : info.cause;
    case Reason::kCallbackAnswerInvalid:
      return info.cause == Cause::kNone ? Cause::kCallbackAnswerInvalid : info.cause;
    case Reason::kTokenNotOffered:
      return Cause::kTokenNotOffered;
    case Reason::kAddressNotAllowed:
      return Cause::kAddressNotAllowed;
    default:
      return std::nullopt;
  }
}

absl::StatusOr<absl::Time> WhenToAskAgain(const Secret& token, std::string_view client_id,
                                          absl::Time now) {
  const absl::Time latest = now + kLongestCached;
  const std::optional<zoom::AccessTokenClaims> claims = zoom::ReadAccessTokenClaims(token);
  if (!claims) return latest;
  if (claims->issuer == zoom::AccessTokenClaims::Issuer::kOther) {
    return BadToken(Cause::kWrongClient, "callback: the token is not one of Zoom's");
  }
  if (!claims->client_id.empty() && claims->client_id != client_id) {
    return BadToken(Cause::kWrongClient, "callback: the token is another client id's");
  }
  if (!claims->expires_at) return latest;
  if (*claims->expires_at - now < kLeastLife) {
    return BadToken(Cause::kExpiresTooSoon, "callback: the token has less than 120 s left");
  }
  return std::min(latest, *claims->expires_at);
}

}  // namespace joinpass::oauth
