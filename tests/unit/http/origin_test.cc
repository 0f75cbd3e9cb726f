#include "message/origin.h"

#include <doctest/doctest.h>

#include "joinpass/reason.h"

namespace joinpass::message {
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
}

}  // namespace
}  // namespace joinpass::message
