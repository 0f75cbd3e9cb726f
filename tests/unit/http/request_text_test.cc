#include "http/request_text.h"

#include <doctest/doctest.h>

#include "joinpass/reason.h"
#include "support/origin.h"

namespace joinpass::http {
namespace {

using message::Request;

Request To(const std::string& target) {
  Request request;
  request.origin = testing::OriginOf("https://api.zoom.us:8443");
  request.target = target;
  return request;
}

TEST_SUITE("A request's text") {
  TEST_CASE("is a GET without a body") {
    Request request = To("/v2/users/me?a=b");
    request.authorization = Secret("Bearer abc");
    const absl::StatusOr<base::Buffer> text = WriteRequest(request);
    REQUIRE(text.ok());
    CHECK(base::View(*text) ==
          "GET /v2/users/me?a=b HTTP/1.1\r\n"
          "Host: api.zoom.us:8443\r\n"
          "User-Agent: joinpass/" JOINPASS_VERSION
          "\r\n"
          "Accept: application/json\r\n"
          "Accept-Encoding: identity\r\n"
          "Authorization: Bearer abc\r\n"
          "Connection: keep-alive\r\n\r\n");
  }

  TEST_CASE("is a POST with a body of the length that it says") {
    Request request = To("/oauth/token");
    request.method = message::Method::kPost;
    request.content_type = "application/x-www-form-urlencoded";
    request.body = Secret("grant_type=refresh_token");
    const absl::StatusOr<base::Buffer> text = WriteRequest(request);
    REQUIRE(text.ok());
    CHECK(base::View(*text) ==
          "POST /oauth/token HTTP/1.1\r\n"
          "Host: api.zoom.us:8443\r\n"
          "User-Agent: joinpass/" JOINPASS_VERSION
          "\r\n"
          "Accept: application/json\r\n"
          "Accept-Encoding: identity\r\n"
          "Content-Type: application/x-www-form-urlencoded\r\n"
          "Content-Length: 24\r\n"
          "Connection: keep-alive\r\n\r\n"
          "grant_type=refresh_token");
  }

  TEST_CASE("of a POST says so if there is no body") {
    Request request = To("/x");
    request.method = message::Method::kPost;
    const absl::StatusOr<base::Buffer> text = WriteRequest(request);
    REQUIRE(text.ok());
    CHECK(base::View(*text).find("Content-Length: 0\r\n") != std::string_view::npos);
  }

  TEST_CASE("is refused where a value could end its line, or the target is none") {
    const std::vector<std::string> breaks = {"a\rb", "a\nb", "a\r\nX: y", std::string("a\0b", 3)};
    for (const std::string& value : breaks) {
      CAPTURE(value);
      Request request = To("/x");
      request.authorization = Secret(value);
      CHECK(ReasonOf(WriteRequest(request).status()) == Reason::kInvalidArgument);
      request.authorization = Secret();
      request.content_type = value;
      CHECK(ReasonOf(WriteRequest(request).status()) == Reason::kInvalidArgument);
    }
    for (const char* const target :
         {"", "x", "*", "/a b", "/a\r\nX: y", "/a#b", "/\x7f", "/\xc3\xb6", "https://zoom.us/"}) {
      CAPTURE(target);
      CHECK(ReasonOf(WriteRequest(To(target)).status()) == Reason::kInvalidArgument);
    }
    Request nowhere = To("/x");
    nowhere.origin = {};
    CHECK(ReasonOf(WriteRequest(nowhere).status()) == Reason::kInvalidArgument);
  }
}

}  // namespace
}  // namespace joinpass::http
