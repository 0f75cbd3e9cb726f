#include "http/redirect.h"

#include <doctest/doctest.h>

#include "joinpass/reason.h"

namespace joinpass::http {
namespace {

using message::Request;
using message::Response;

bool MayRedirectTo(const message::Origin& origin) {
  return origin.scheme == message::Scheme::kHttps && origin.port == 443 &&
         (origin.host == "zoom.us" || origin.host == "api-eu.zoom.us");
}

Request Original() {
  Request request;
  request.origin = {.host = "api.zoom.us"};
  request.target = "/v2/users/me?page_size=300";
  request.authorization = Secret("Bearer canary");
  request.max_answer = 77;
  return request;
}

Response To(const std::string& location) {
  Response response;
  response.status = 302;
  response.headers.push_back({"Location", location});
  return response;
}

Reason WhyNot(const Request& request, const Response& answer, int followed = 0) {
  const absl::StatusOr<Request> next = FollowRedirect(request, answer, MayRedirectTo, followed);
  REQUIRE_FALSE(next.ok());
  CHECK(GetErrorInfo(next.status())->request_left);
  CHECK(next.status().message().find("canary") == absl::string_view::npos);
  return ReasonOf(next.status());
}

TEST_SUITE("A redirect") {
  TEST_CASE("is one of five statuses") {
    for (int status = 100; status < 600; ++status) {
      CAPTURE(status);
      CHECK(IsRedirect(status) ==
            (status == 301 || status == 302 || status == 303 || status == 307 || status == 308));
    }
  }

  TEST_CASE("leads to another place, with the same request and its Authorization") {
    struct Row {
      std::string location;
      std::string origin;
      std::string target;
    };
    const std::vector<Row> rows = {
        {"https://api-eu.zoom.us/v2/x?a=%20b", "https://api-eu.zoom.us", "/v2/x?a=%20b"},
        {"https://zoom.us", "https://zoom.us", "/"},
        {"https://zoom.us?a=b", "https://zoom.us", "/?a=b"},
        {"https://ZOOM.us:443/x#part", "https://zoom.us", "/x"},
        {"//zoom.us/x", "https://zoom.us", "/x"},
        {"/v2/other?b=c", "https://api.zoom.us", "/v2/other?b=c"},
        {"you?b=c", "https://api.zoom.us", "/v2/users/you?b=c"},
        {"../x", "https://api.zoom.us", "/v2/x"},
        {"?b=c", "https://api.zoom.us", "/v2/users/me?b=c"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.location);
      const absl::StatusOr<Request> next =
          FollowRedirect(Original(), To(row.location), MayRedirectTo, 0);
      REQUIRE(next.ok());
      CHECK(WriteOrigin(next->origin) == row.origin);
      CHECK(next->target == row.target);
      CHECK(next->authorization == Original().authorization);
      CHECK(next->max_answer == 77);
    }
  }

  TEST_CASE("to an origin that is not allowed is refused") {
    for (const char* const location :
         {"https://evil.example/", "https://zoom.us.evil.example/", "https://evilzoom.us/",
          "http://zoom.us/", "http://127.0.0.1/", "https://zoom.us:444/", "//evil.example/",
          "ftp://zoom.us/", "https://", "https://[::1]/"}) {
      CAPTURE(location);
      CHECK(WhyNot(Original(), To(location)) == Reason::kRedirectRefused);
    }
  }

  TEST_CASE("without a location that can be read is no answer") {
    for (const std::string& location :
         {std::string(), std::string("https://zoom.us/a b"),
          std::string("https://user:word@zoom.us/"), std::string("https://zoom.us/%zz"),
          std::string("mailto:x@zoom.us"), "https://zoom.us/" + std::string(8192, 'a')}) {
      CAPTURE(location);
      CHECK(WhyNot(Original(), To(location)) == Reason::kAnswerInvalid);
    }
    Response bare;
    bare.status = 301;
    CHECK(WhyNot(Original(), bare) == Reason::kAnswerInvalid);
  }

  TEST_CASE("is followed three times, not four") {
    CHECK(FollowRedirect(Original(), To("https://zoom.us/"), MayRedirectTo, 2).ok());
    CHECK(WhyNot(Original(), To("https://zoom.us/"), 3) == Reason::kRedirectRefused);
  }

  TEST_CASE("of a POST, or of what may be sent once, is refused") {
    Request post = Original();
    post.method = message::Method::kPost;
    CHECK(WhyNot(post, To("https://zoom.us/")) == Reason::kRedirectRefused);
    Request once = Original();
    once.send_once = true;
    CHECK(WhyNot(once, To("https://zoom.us/")) == Reason::kRedirectRefused);
  }
}

}  // namespace
}  // namespace joinpass::http
