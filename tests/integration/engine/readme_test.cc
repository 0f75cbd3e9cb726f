// Runs the programs of README.md.

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "engine_scene.h"

namespace joinpass::testing {
namespace {

constexpr char kRedirectUri[] = "http://127.0.0.1:8765/oauth/callback";

fake_zoom::FakeZoom* zoom_of_browser = nullptr;

std::string SendBrowserTo(const std::string& url) {
  return fake_zoom::Consent(*zoom_of_browser, url, kJill).value();
}

#include "readme_connect.inc"

TEST_SUITE("README.md") {
  TEST_CASE_FIXTURE(EngineScene, "connects a host, and a join records") {
    REQUIRE(NameOf(engine->apps().Remove(app_id)) == "ok");
    const auto app = CreateApp(*engine, Secret("example-secret"));
    REQUIRE(NameOf(app) == "ok");
    zoom_of_browser = zoom.get();
    CHECK(NameOf(ConnectHost(*engine, *app, "cookie")) == "ok");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }
}

}  // namespace
}  // namespace joinpass::testing
