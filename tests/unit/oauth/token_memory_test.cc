// What a AccessTokens keeps in memory, and for how long.

#include <doctest/doctest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "oauth/upkeep.h"
#include "unit/oauth/token_scene.h"

namespace joinpass::oauth {
namespace {

TEST_SUITE("The memory of a AccessTokens") {
  TEST_CASE_FIXTURE(TokenScene, "is bounded, and forgets what was not used for longest") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    for (int i = 0; i < 4095; ++i) {
      clock.Advance(absl::Milliseconds(1));
      (void)Finish(tokens.Get(absl::StrCat("cred_of_nobody_", i), In(absl::Seconds(1))));
    }
    CHECK(tokens.held() == 4096);
    CHECK(Cached());
    (void)Finish(tokens.Get("one_more", In(absl::Seconds(1))));
    CHECK(tokens.held() == 4096);
    CHECK_FALSE(Cached());
    CHECK(Given() == "access-0");
    CHECK(Refreshes() == 0);
  }

  TEST_CASE_FIXTURE(TokenScene, "forgets what nobody used for two hours") {
    Connect(absl::Hours(1));
    CHECK(Given() == "access-0");
    clock.Advance(absl::Hours(2));
    tokens.ForgetUnused();
    CHECK(tokens.held() == 1);
    clock.Advance(absl::Milliseconds(1));
    tokens.ForgetUnused();
    CHECK(tokens.held() == 0);
    CHECK(Given() == "access-1");
  }

  TEST_CASE_FIXTURE(TokenScene, "forgets in a process that nobody asks any more, too") {
    Connect(absl::Hours(1));
    AuthorizedCalls calls(context, tokens);
    Upkeep upkeep(context, tokens, calls);
    const auto settling = Begin(upkeep.SettleWhileOpen());
    CHECK(Given() == "access-0");
    for (int hours = 0; hours < 3; ++hours) loop.Advance(absl::Hours(1));
    CHECK(tokens.held() == 0);
    context.closing->Begin();
    upkeep.Wake();
    loop.Run();
    CHECK(*settling);
  }

  TEST_CASE_FIXTURE(TokenScene, "does not forget what is being refreshed") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto asked = Begin(Ask(absl::Hours(9)));
    clock.Advance(absl::Hours(3));
    tokens.ForgetUnused();
    CHECK(tokens.held() == 1);
    transport.hold = false;
    transport.Release();
    loop.Run();
    REQUIRE(*asked);
    CHECK(Refreshes() == 1);
  }

  TEST_CASE_FIXTURE(TokenScene, "does not forget what the store refused") {
    Connect(absl::ZeroDuration());
    transport.hold = true;
    const auto asked = Begin(Ask());
    BreakStore();
    transport.hold = false;
    transport.Release();
    loop.Run();
    clock.Advance(absl::Hours(3));
    tokens.ForgetUnused();
    CHECK(tokens.held() == 1);
    MendStore();
    loop.Advance(absl::Seconds(10));
    CHECK(Stored().tokens.refresh_token == Secret("refresh-1"));
    clock.Advance(absl::Hours(3));
    tokens.ForgetUnused();
    CHECK(tokens.held() == 0);
  }
}

}  // namespace
}  // namespace joinpass::oauth
