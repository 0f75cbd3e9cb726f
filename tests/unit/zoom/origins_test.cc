#include "zoom/origins.h"

#include <doctest/doctest.h>

#include "joinpass/reason.h"

namespace joinpass::zoom {
namespace {

const Origins kLocal = {.oauth = "https://127.0.0.1:8443", .api = "https://127.0.0.1:8444"};
const Origins kGov = {.oauth = "https://zoomgov.com", .api = "https://api.zoomgov.com"};

TEST_SUITE("CheckOrigin") {
  TEST_CASE("takes https, a host, and perhaps a port") {
    for (const char* good :
         {"https://zoom.us", "https://api.zoom.us", "https://127.0.0.1:8443", "https://[::1]:443",
          "https://localhost:1", "https://localhost:65535", "https://Zoom.US"}) {
      CAPTURE(good);
      CHECK(CheckOrigin(good).ok());
    }
  }

  TEST_CASE("takes nothing else") {
    for (const char* bad : {"",
                            "zoom.us",
                            "http://zoom.us",
                            "HTTPS://zoom.us",
                            "https://",
                            "https://zoom.us/",
                            "https://zoom.us/v2",
                            "https://zoom.us?",
                            "https://zoom.us?a=b",
                            "https://zoom.us#",
                            "https://zoom.us#a",
                            "https://user@zoom.us",
                            "https://@zoom.us",
                            "https://zoom.us:",
                            "https://zoom.us:0",
                            "https://zoom.us:65536",
                            "https://zoom.us:123456",
                            "https://zoom.us:0443",
                            "https://zoom.us:+80",
                            "https://zoom.us ",
                            " https://zoom.us",
                            "https://zoom%2eus",
                            "https://zo,om.us",
                            "https://.zoom.us",
                            "https://zoom..us",
                            "https://zoom.us.",
                            "https://zoom.us\r\nHost: evil",
                            "https://zoom.us\\evil.com",
                            "https:zoom.us",
                            "https://:443"}) {
      CAPTURE(bad);
      CHECK(ReasonOf(CheckOrigin(bad)) == Reason::kInvalidArgument);
    }
  }

  TEST_CASE("takes 300 bytes and not one more") {
    const std::string host = "https://" + std::string(288, 'a') + ".com";
    REQUIRE(host.size() == 300);
    CHECK(CheckOrigin(host).ok());
    CHECK_FALSE(CheckOrigin(host + "m").ok());
  }
}

TEST_SUITE("RedirectOrigins") {
  using Entries = std::vector<std::string>;

  TEST_CASE("are Zoom's own where Zoom is what we talk to") {
    CHECK(RedirectOrigins({}) ==
          Entries{"https://zoom.us", "https://api.zoom.us", "api-*.zoom.us"});
    CHECK(RedirectOrigins(kGov) ==
          Entries{"https://zoomgov.com", "https://api.zoomgov.com", "api-*.zoomgov.com"});
    CHECK(RedirectOrigins({.oauth = "https://zoom.us", .api = "https://api.zoomgov.com"}).size() ==
          6);
  }

  TEST_CASE("are exactly what was set up otherwise") {
    CHECK(RedirectOrigins(kLocal) == Entries{kLocal.oauth, kLocal.api});
    CHECK(RedirectOrigins({.oauth = kLocal.oauth, .api = kLocal.oauth}) == Entries{kLocal.oauth});
    // One foreign origin is enough: a test's token must not reach Zoom.
    CHECK(RedirectOrigins({.oauth = "https://zoom.us", .api = kLocal.api}) ==
          Entries{"https://zoom.us", kLocal.api});
  }
}

TEST_SUITE("ApiOriginFor") {
  TEST_CASE("follows Zoom to a region of its own") {
    CHECK(ApiOriginFor({}, "https://api-eu.zoom.us") == "https://api-eu.zoom.us");
    CHECK(ApiOriginFor({}, "https://API-EU.zoom.us/") == "https://api-eu.zoom.us");
    CHECK(ApiOriginFor(kGov, "https://api-x.zoomgov.com") == "https://api-x.zoomgov.com");
  }

  TEST_CASE("knows Zoom on the border of a label") {
    for (const char* zoom : {"https://zoom.us", "https://api-eu.zoom.us", "https://a.b.zoom.us",
                             "https://zoom.us:443"}) {
      CAPTURE(zoom);
      CHECK(ApiOriginFor({}, zoom) == zoom);
    }
    for (const char* foreign : {"https://zoom.us.evil.com", "https://zoom.us:8443",
                                "https://zoom.com", "https://zoomgov.com.evil.com", "https://us",
                                "https://zoom.us@evil.com", "https://.zoom.us"}) {
      CAPTURE(foreign);
      CHECK(ApiOriginFor({}, foreign) == "https://api.zoom.us");
    }
  }

  TEST_CASE("sends the token nowhere else") {
    for (const char* url :
         {"", "https://evil.com", "https://evilzoom.us", "http://api.zoom.us",
          "https://api.zoomgov.com", "https://api.zoom.us/v2", "https://api.zoom.us//",
          "https://api.zoom.us:8443", "https://u@api.zoom.us", "https://127.0.0.1:8444"}) {
      CAPTURE(url);
      CHECK(ApiOriginFor({}, url) == "https://api.zoom.us");
    }
    for (const char* url : {"https://api.zoom.us", "https://127.0.0.1:8445", ""}) {
      CAPTURE(url);
      CHECK(ApiOriginFor(kLocal, url) == kLocal.api);
    }
    CHECK(ApiOriginFor(kLocal, kLocal.oauth) == kLocal.oauth);
    CHECK(ApiOriginFor(kLocal, kLocal.api + "/") == kLocal.api);
  }
}

}  // namespace
}  // namespace joinpass::zoom
