#include "http/redirect.h"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "message/origin.h"

namespace joinpass::http {
namespace {

namespace urls = boost::urls;

constexpr std::size_t kMaxLocation = 8192;

absl::Status Error(Reason reason, int http_status, std::string_view what) {
  ErrorInfo info;
  info.reason = reason;
  info.http_status = http_status;
  info.request_left = true;
  return base::MakeError(info, absl::StrCat("http: redirect: ", base::ToAbsl(what)));
}

bool MayFollow(const message::Request& request) {
  return request.method == message::Method::kGet && !request.send_once && request.body.empty();
}

// `location`, seen from where `request` went to, without its fragment.
bool Resolve(const message::Request& request, std::string_view location, urls::url& url) {
  if (location.empty() || location.size() > kMaxLocation) return false;
  const std::string base_text = WriteOrigin(request.origin) + request.target;
  const auto base = urls::parse_uri(base_text);
  const auto reference = urls::parse_uri_reference({location.data(), location.size()});
  return base && reference && urls::resolve(*base, *reference, url) && url.has_authority() &&
         !url.has_userinfo();
}

}  // namespace

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

absl::StatusOr<message::Request> FollowRedirect(
    const message::Request& request, const message::Response& answer,
    const std::function<bool(const message::Origin&)>& may, int followed) {
  if (!MayFollow(request)) {
    return Error(Reason::kRedirectRefused, answer.status, "this request is sent to one place only");
  }
  if (followed >= kMaxRedirects) {
    return Error(Reason::kRedirectRefused, answer.status, "too many, one after the other");
  }
  urls::url url;
  if (!Resolve(request, answer.Find("Location"), url)) {
    return Error(Reason::kAnswerInvalid, answer.status, "no location that can be read");
  }
  const absl::StatusOr<message::Origin> origin = message::ReadOrigin(absl::StrCat(
      absl::string_view(url.scheme().data(), url.scheme().size()), "://",
      absl::string_view(url.encoded_host_and_port().data(), url.encoded_host_and_port().size())));
  if (!origin.ok() || !(*origin == request.origin || (may && may(*origin)))) {
    return Error(Reason::kRedirectRefused, answer.status, "its origin is not allowed");
  }
  message::Request next = request;
  next.origin = *origin;
  const auto target = url.encoded_target();
  next.target = std::string(target.data(), target.size());
  if (next.target.empty() || next.target.front() != '/') next.target.insert(0, "/");
  return next;
}

}  // namespace joinpass::http
