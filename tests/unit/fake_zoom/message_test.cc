#include "fake_zoom/message.h"

#include <doctest/doctest.h>

#include "fake_zoom/consent_page.h"

namespace joinpass::fake_zoom {
namespace {

TEST_SUITE("A form") {
  TEST_CASE("is read with its encoding undone") {
    const auto form = ReadForm("a=1&b=x%20y+z&c=&d&%C3%A4=%26%3D%2B&a=2");
    REQUIRE(form);
    CHECK(*form ==
          Pairs{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"d", ""}, {"\xC3\xA4", "&=+"}, {"a", "2"}});
    CHECK(Get(*form, "a") == "1");
    CHECK(GetAll(*form, "a") == std::vector<std::string>{"1", "2"});
    CHECK(Find(*form, "d") == "");
    CHECK_FALSE(Find(*form, "e"));
  }

  TEST_CASE("is empty when the text is") {
    REQUIRE(ReadForm(""));
    CHECK(ReadForm("")->empty());
  }

  TEST_CASE("is refused when it is malformed or has too many pairs") {
    for (const char* bad : {"a=%zz", "a=%2", "a=\x01", "a b=1", "a=#b"}) {
      CAPTURE(bad);
      CHECK_FALSE(ReadForm(bad));
    }
    std::string pairs = "a=1";
    for (int i = 1; i < 200; ++i) pairs += "&a=1";
    CHECK(ReadForm(pairs));
    CHECK_FALSE(ReadForm(pairs + "&a=1"));
  }
}

TEST_SUITE("A target") {
  TEST_CASE("is read into path and query") {
    Request request;
    REQUIRE(ReadTarget("/v2/users/a%40b.c/meetings?page_size=3&x=%2F", request));
    CHECK(request.path == "/v2/users/a%40b.c/meetings");
    CHECK(request.query == Pairs{{"page_size", "3"}, {"x", "/"}});
    CHECK(Segments(request.path) == std::vector<std::string>{"v2", "users", "a@b.c", "meetings"});
  }

  TEST_CASE("without a query has none") {
    Request request;
    REQUIRE(ReadTarget("/", request));
    CHECK(request.query.empty());
    CHECK(Segments("/") == std::vector<std::string>{""});
  }

  TEST_CASE("is refused when it is none") {
    Request request;
    for (const char* bad : {"", "x", "http://h/", "/a b", "/%zz", "*"}) {
      CAPTURE(bad);
      CHECK_FALSE(ReadTarget(bad, request));
    }
  }
}

TEST_SUITE("A response") {
  TEST_CASE("is written with its length") {
    CHECK(WriteResponse({.status = 404, .headers = {{"X", "y"}}, .body = "{}"}, "close") ==
          "HTTP/1.1 404 Not Found\r\nX: y\r\nContent-Type: application/json;charset=UTF-8\r\n"
          "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
  }
}

TEST_SUITE("The consent page") {
  TEST_CASE("gives back what it was asked with, whatever is in it") {
    World world;
    const App app{.name = "<b>", .scopes = {"must", "may"}, .optional_scopes = {"may"}};
    const Pairs asked = {{"state", "\"><script>&'"}, {"client_id", "c"}};
    const Response page = ConsentPage(world, app, asked);
    CHECK(page.body.find("<script") == std::string::npos);
    CHECK(page.body.find("<b>") == std::string::npos);
    const auto form = ReadForm(FillConsentForm(page.body, "a+b@c", "allow"));
    REQUIRE(form);
    CHECK(*form == Pairs{{"state", "\"><script>&'"},
                         {"client_id", "c"},
                         {"scope", "must"},
                         {"scope", "may"},
                         {"email", "a+b@c"},
                         {"decision", "allow"}});
  }
}

}  // namespace
}  // namespace joinpass::fake_zoom
