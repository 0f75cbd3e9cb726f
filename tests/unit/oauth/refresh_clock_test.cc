#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "oauth/app_pause.h"
#include "unit/oauth/token_scene.h"

namespace joinpass::oauth {
namespace {

TEST_SUITE("A wall clock") {
  TEST_CASE_FIXTURE(TokenScene, "that is set back makes no token live longer") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    clock.SetBack(absl::Hours(1));
    clock.Advance(absl::Minutes(49));
    CHECK(Given() == "access-0");
    REQUIRE(Cached());
    clock.Advance(absl::Minutes(10));
    CHECK_FALSE(Cached());
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
    // What is said outside is what is left, and not what the wall clock makes of it.
    CHECK(Stored().tokens.access_expires_at == clock.Now() + absl::Seconds(3599));
  }

  TEST_CASE_FIXTURE(TokenScene, "that is set back leaves no app paused for longer") {
    Connect(absl::ZeroDuration());
    AnswerWith(JsonAnswer(401, R"({"reason":"Invalid client","error":"invalid_client"})"));
    CHECK(Given() == "app_credentials_invalid");
    clock.SetBack(absl::Hours(24 * 365));
    AnswerWith(TokenAnswer(1));
    clock.Advance(absl::Minutes(30));
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(TokenScene, "that is set ahead costs one refresh") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    clock.SetBack(-absl::Hours(1));
    CHECK(Given() == "access-1");
    CHECK(Given() == "access-1");
    clock.SetBack(absl::Hours(1));
    CHECK(Given() == "access-1");
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene, "that is set while Zoom is asked changes no lifetime") {
    for (const absl::Duration step : {absl::Hours(1), -absl::Hours(1)}) {
      CAPTURE(absl::FormatDuration(step));
      TokenScene scene;
      scene.Connect(absl::ZeroDuration());
      scene.transport.hold = true;
      const auto asked = scene.Begin(scene.Ask());
      scene.clock.SetBack(step);
      scene.clock.Advance(absl::Seconds(20));
      scene.transport.Release();
      scene.loop.Run();
      REQUIRE(*asked);
      CHECK(Name(**asked) == "access-1");
      CHECK(scene.Stored().tokens.access_expires_at == scene.clock.Now() + absl::Seconds(3579));
    }
  }
}

}  // namespace
}  // namespace joinpass::oauth
