#include "http/origin.h"

#include <doctest/doctest.h>

#include "joinpass/reason.h"

namespace joinpass::http {
namespace {

TEST_SUITE("An origin") {
  TEST_CASE("is read and printed in one form") {
    struct Row {
      std::string text;
      std::string printed;
      std::string authority;
    };
    const std::vector<Row> rows = {
        {"https://api.zoom.us", "https://api.zoom.us", "api.zoom.us"},
        {"HTTPS://API.Zoom.US", "https://api.zoom.us", "api.zoom.us"},
        {"https://api.zoom.us:443", "https://api.zoom.us", "api.zoom.us"},
        {"https://api.zoom.us:8443", "https://api.zoom.us:8443", "api.zoom.us:8443"},
        {"https://127.0.0.1:8443", "https://127.0.0.1:8443", "127.0.0.1:8443"},
        {"https://[::1]", "https://[::1]", "[::1]"},
        {"https://[0:0:0:0:0:0:0:1]:65535", "https://[::1]:65535", "[::1]:65535"},
        {"http://127.0.0.1:80", "http://127.0.0.1", "127.0.0.1"},
        {"http://127.255.0.1:8080", "http://127.255.0.1:8080", "127.255.0.1:8080"},
        {"http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"},
        {"https://localhost:1", "https://localhost:1", "localhost:1"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const absl::StatusOr<Origin> origin = ReadOrigin(row.text);
      REQUIRE(origin.ok());
      CHECK(WriteOrigin(*origin) == row.printed);
      CHECK(WriteAuthority(*origin) == row.authority);
      CHECK(*ReadOrigin(row.printed) == *origin);
    }
  }

  TEST_CASE("is refused in any other form") {
    const std::vector<std::string> texts = {
        "",
        "api.zoom.us",
        "ftp://api.zoom.us",
        "http://api.zoom.us",
        "http://localhost",
        "http://128.0.0.1",
        "http://[::2]",
        "https://",
        "https://:443",
        "https://api.zoom.us/",
        "https://api.zoom.us?",
        "https://api.zoom.us:",
        "https://api.zoom.us:0",
        "https://api.zoom.us:65536",
        "https://api.zoom.us:+443",
        "https://api.zoom.us:443x",
        "https://user@api.zoom.us",
        "https://api..zoom.us",
        "https://.zoom.us",
        "https://zoom.us.",
        "https://-zoom.us",
        "https://zoom-.us",
        "https://zoom us",
        "https://zoom\r\n.us",
        "https://127.1",
        "https://0x7f.0.0.1",
        "https://2130706433",
        "https://256.0.0.1",
        "https://[127.0.0.1]",
        "https://[::1",
        "https://[zoom.us]",
        "https://[::1%lo]",
        "https://z\xc3\xb6om.us",
        "https://" + std::string(64, 'a') + ".us",
        std::string("https://127.0.0.1\0.zoom.us", 26),
    };
    for (const std::string& text : texts) {
      CAPTURE(text);
      const absl::StatusOr<Origin> origin = ReadOrigin(text);
      REQUIRE_FALSE(origin.ok());
      CHECK(ReasonOf(origin.status()) == Reason::kInvalidArgument);
    }
  }

  TEST_CASE("has a host of at most 253 characters") {
    std::string host = "us";
    while (host.size() + 4 <= 253) host = "abc." + host;
    host.insert(0, 253 - host.size(), 'x');
    CHECK(host.size() == 253);
    CHECK(ReadOrigin("https://" + host).ok());
    CHECK_FALSE(ReadOrigin("https://x" + host).ok());
  }

  TEST_CASE("is allowed by an equal entry, or by one with a star in its first label") {
    const std::vector<std::string> allowed = {"https://zoom.us", "api-*.Zoom.us",
                                              "https://127.0.0.1:1"};
    CHECK(CheckAllowed(allowed).ok());
    const std::vector<std::string> inside = {"https://zoom.us", "https://api-eu.zoom.us",
                                             "https://API-US2.zoom.us", "https://127.0.0.1:1"};
    const std::vector<std::string> outside = {
        "https://api.zoom.us",      "https://acme.zoom.us",
        "https://api-eu.x.zoom.us", "https://x.api-eu.zoom.us",
        "https://evilzoom.us",      "https://zoom.us.evil.example",
        "https://zoom.us:444",      "https://api-eu.zoom.us:8443",
        "https://127.0.0.1:2",      "http://127.0.0.1:1",
        "https://zoom.com",         "https://us"};
    for (const std::string& text : inside) {
      CAPTURE(text);
      CHECK(IsAllowed(*ReadOrigin(text), allowed));
    }
    for (const std::string& text : outside) {
      CAPTURE(text);
      CHECK_FALSE(IsAllowed(*ReadOrigin(text), allowed));
    }
    CHECK_FALSE(IsAllowed(*ReadOrigin("https://zoom.us"), {"*.zoom.us"}));
    CHECK_FALSE(IsAllowed(*ReadOrigin("https://zoom.us"), {}));
  }

  TEST_CASE("is not allowed by an entry that is malformed, which is refused at once") {
    for (const char* const entry :
         {"*", "*.", "*.us", "*.*.zoom.us", "https://*.zoom.us", "http://zoom.us", "zoom.us",
          "*.1.1", "a.*.zoom.us", "a*b*.zoom.us"}) {
      CAPTURE(entry);
      CHECK(ReasonOf(CheckAllowed({entry})) == Reason::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace joinpass::http
