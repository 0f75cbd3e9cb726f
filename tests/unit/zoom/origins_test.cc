#include "zoom/origins.h"

#include <doctest/doctest.h>

#include "joinpass/reason.h"
#include "support/origin.h"

namespace joinpass::zoom {
namespace {

using message::Origin;
using testing::OriginOf;

const Origins kLocal = {.oauth = {.host = "127.0.0.1", .is_address = true, .port = 8443},
                        .api = {.host = "127.0.0.1", .is_address = true, .port = 8444}};
const Origins kGov = {.oauth = {.host = "zoomgov.com"}, .api = {.host = "api.zoomgov.com"}};

TEST_SUITE("ReadHttpsOrigin") {
  TEST_CASE("takes https alone, not even loopback without it") {
    CHECK(ReadHttpsOrigin("https://zoom.us").value() == Origins().oauth);
    CHECK(ReadHttpsOrigin("https://127.0.0.1:8443").value() == kLocal.oauth);
    for (const char* bad : {"http://127.0.0.1:8443", "http://zoom.us", "zoom.us", ""}) {
      CAPTURE(bad);
      CHECK(ReasonOf(ReadHttpsOrigin(bad).status()) == Reason::kInvalidArgument);
    }
  }
}

TEST_SUITE("MayRedirectTo") {
  TEST_CASE("is Zoom's own where Zoom is what we talk to") {
    for (const char* inside : {"https://zoom.us", "https://api.zoom.us", "https://api-eu.zoom.us",
                               "https://API-US2.zoom.us", "https://zoom.us:443"}) {
      CAPTURE(inside);
      CHECK(MayRedirectTo({}, OriginOf(inside)));
    }
    for (const char* outside :
         {"https://acme.zoom.us", "https://api-eu.x.zoom.us", "https://x.api-eu.zoom.us",
          "https://x.api.zoom.us", "https://apix.zoom.us", "https://evilzoom.us",
          "https://api-evilzoom.us", "https://zoom.us.evil.example", "https://zoom.us:444",
          "https://api-eu.zoom.us:8443", "https://zoom.com", "https://zoomgov.com", "https://us",
          "https://127.0.0.1:8443", "http://127.0.0.1:443"}) {
      CAPTURE(outside);
      CHECK_FALSE(MayRedirectTo({}, OriginOf(outside)));
    }
    CHECK(MayRedirectTo(kGov, {.host = "api-x.zoomgov.com"}));
    CHECK_FALSE(MayRedirectTo(kGov, {.host = "api.zoom.us"}));
    const Origins mixed = {.api = kGov.api};
    CHECK(MayRedirectTo(mixed, {.host = "zoom.us"}));
    CHECK(MayRedirectTo(mixed, {.host = "api-x.zoomgov.com"}));
  }

  TEST_CASE("is exactly what was set up otherwise") {
    CHECK(MayRedirectTo(kLocal, kLocal.oauth));
    CHECK(MayRedirectTo(kLocal, kLocal.api));
    CHECK_FALSE(MayRedirectTo(kLocal, OriginOf("https://127.0.0.1:8445")));
    CHECK_FALSE(MayRedirectTo(kLocal, {.host = "zoom.us"}));
    // One foreign origin is enough: a test's token must not reach Zoom.
    const Origins half = {.api = kLocal.api};
    CHECK(MayRedirectTo(half, {.host = "zoom.us"}));
    CHECK_FALSE(MayRedirectTo(half, {.host = "api.zoom.us"}));
  }
}

TEST_SUITE("ApiOriginFor") {
  TEST_CASE("follows Zoom to a region of its own, or an account's vanity host") {
    for (const char* good : {"https://zoom.us", "https://api-eu.zoom.us", "https://acme.zoom.us",
                             "https://a.b.zoom.us", "https://zoom.us:443"}) {
      CAPTURE(good);
      CHECK(ApiOriginFor({}, good) == OriginOf(good));
    }
    CHECK(ApiOriginFor({}, "https://API-EU.zoom.us/") == Origin{.host = "api-eu.zoom.us"});
    CHECK(ApiOriginFor(kGov, "https://api-x.zoomgov.com") == Origin{.host = "api-x.zoomgov.com"});
  }

  TEST_CASE("sends the token nowhere else") {
    for (const char* url :
         {"", "https://evil.com", "https://evilzoom.us", "http://api.zoom.us",
          "https://zoom.us.evil.com", "https://zoom.us:8443", "https://zoom.com",
          "https://zoomgov.com.evil.com", "https://us", "https://zoom.us@evil.com",
          "https://.zoom.us", "https://api.zoomgov.com", "https://api-eu.zoom.us/v2",
          "https://api-eu.zoom.us//", "https://api.zoom.us:8443", "https://u@api-eu.zoom.us",
          "https://127.0.0.1:8444", "http://127.0.0.1:443"}) {
      CAPTURE(url);
      CHECK(ApiOriginFor({}, url) == Origins().api);
    }
    for (const char* url : {"https://api.zoom.us", "https://127.0.0.1:8445", ""}) {
      CAPTURE(url);
      CHECK(ApiOriginFor(kLocal, url) == kLocal.api);
    }
    CHECK(ApiOriginFor(kLocal, "https://127.0.0.1:8443") == kLocal.oauth);
    CHECK(ApiOriginFor(kLocal, "https://127.0.0.1:8444/") == kLocal.api);
  }
}

}  // namespace
}  // namespace joinpass::zoom
