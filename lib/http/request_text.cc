#include "http/request_text.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/status.h"

namespace joinpass::http {
namespace {

constexpr std::string_view kAgent = "joinpass/" JOINPASS_VERSION;

bool IsTarget(std::string_view target) {
  return !target.empty() && target.front() == '/' &&
         std::all_of(target.begin(), target.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

bool IsHeaderValue(std::string_view value) {
  constexpr std::string_view kForbidden("\r\n\0", 3);
  return value.find_first_of(kForbidden) == std::string_view::npos;
}

void AppendAll(base::Buffer& text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) base::Append(text, part);
}

}  // namespace

absl::Status GoesNowhere() {
  return base::MakeError(Reason::kInvalidArgument, "http: the origin has no host");
}

absl::StatusOr<base::Buffer> WriteRequest(const message::Request& request) {
  if (request.origin.host.empty()) return GoesNowhere();
  const std::string_view target =
      request.secret_target.empty() ? request.target : request.secret_target.Reveal();
  if (!IsTarget(target)) {
    return base::MakeError(Reason::kInvalidArgument, "http: the target is malformed");
  }
  const std::string_view authorization = request.authorization.Reveal();
  if (!IsHeaderValue(authorization) || !IsHeaderValue(request.content_type)) {
    return base::MakeError(Reason::kInvalidArgument, "http: a header holds a line break");
  }
  constexpr std::size_t kRest = 320;  // Names, line ends, and what is always the same.
  base::Buffer text;
  text.reserve(kRest + request.origin.host.size() + target.size() + authorization.size() +
               request.content_type.size() + request.body.size());
  const bool post = request.method == message::Method::kPost;
  AppendAll(text, {post ? "POST " : "GET ", target, " HTTP/1.1\r\nHost: ",
                   message::WriteAuthority(request.origin), "\r\nUser-Agent: ", kAgent,
                   "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"});
  if (!authorization.empty()) AppendAll(text, {"Authorization: ", authorization, "\r\n"});
  if (!request.content_type.empty()) {
    AppendAll(text, {"Content-Type: ", request.content_type, "\r\n"});
  }
  if (post || !request.body.empty()) {
    AppendAll(text, {"Content-Length: ", std::to_string(request.body.size()), "\r\n"});
  }
  AppendAll(text, {"Connection: keep-alive\r\n\r\n", request.body.Reveal()});
  return text;
}

}  // namespace joinpass::http
