#include "fake_zoom/passes.h"

#include <doctest/doctest.h>

#include <string>

namespace joinpass::fake_zoom {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kTick = absl::Nanoseconds(1);
constexpr std::int64_t kInside = 91111111111;
constexpr std::int64_t kOutside = 92222222222;

World MakeWorld() {
  World world;
  world.accounts["a"] = {.id = "a"};
  world.accounts["b"] = {.id = "b"};
  world.apps["app"] = {.client_id = "app", .account_id = "a"};
  world.AddUser({.id = "jill", .account_id = "a", .email = "jill"});
  world.AddUser({.id = "hank", .account_id = "b", .email = "hank"});
  world.AddMeeting({.number = kInside, .host_id = "jill", .start = kNow, .passcode = "1"});
  world.AddMeeting({.number = kOutside, .host_id = "hank", .start = kNow});
  world.SetPresent("hank", kOutside, true);
  return world;
}

// A token of each kind, by whom and for what is given.
struct Desk {
  World world = MakeWorld();
  Passes passes = {};

  std::string Recording(std::int64_t meeting) {
    return passes.Issue({.kind = PassKind::kRecording,
                         .client_id = "app",
                         .user_id = "hank",
                         .meeting = meeting,
                         .expires = kNow + absl::Seconds(120)});
  }
  std::string Zak(const char* user) {
    return passes.Issue({.kind = PassKind::kZak,
                         .client_id = "app",
                         .user_id = user,
                         .expires = kNow + absl::Minutes(5)});
  }
  std::string OnBehalf(const char* user, std::int64_t meeting) {
    return passes.Issue({.kind = PassKind::kOnBehalf,
                         .client_id = "app",
                         .user_id = user,
                         .meeting = meeting,
                         .expires = kNow + absl::Hours(2)});
  }
  RedeemAnswer Redeem(RedeemRequest request, absl::Time now = kNow) {
    request.client_id = "app";
    return passes.Redeem(world, request, now);
  }
};

TEST_SUITE("A join") {
  TEST_CASE("inside the app's account needs nothing, and outside an identity") {
    Desk desk;
    CHECK(desk.Redeem({.meeting_number = kInside}).joined);
    const RedeemAnswer refused = desk.Redeem({.meeting_number = kOutside});
    CHECK_FALSE(refused.joined);
    CHECK(refused.fail_code == 504);
    CHECK(refused.reason == "external_without_identity");
    CHECK(desk.Redeem({.meeting_number = kOutside, .zak = desk.Zak("hank")}).joined);
    CHECK(desk.Redeem(
                  {.meeting_number = kOutside, .on_behalf_token = desk.OnBehalf("hank", kOutside)})
              .joined);
  }

  TEST_CASE("with two identities is refused, however good they are") {
    Desk desk;
    CHECK(desk.Redeem({.meeting_number = kOutside,
                       .zak = desk.Zak("hank"),
                       .on_behalf_token = desk.OnBehalf("hank", kOutside)})
              .fail_code == 502);
  }

  TEST_CASE("with a recording token may record for 120 seconds, once") {
    Desk desk;
    const std::string late = desk.Recording(kInside);
    CHECK(
        desk.Redeem({.meeting_number = kInside, .recording_token = late}, kNow + absl::Seconds(120))
            .reason == "recording_token_expired");
    const std::string token = desk.Recording(kInside);
    const RedeemAnswer answer = desk.Redeem({.meeting_number = kInside, .recording_token = token},
                                            kNow + absl::Seconds(120) - kTick);
    CHECK(answer.joined);
    CHECK(answer.may_record);
    CHECK(desk.Redeem({.meeting_number = kInside, .recording_token = token}).reason ==
          "recording_token_used");
    CHECK(desk.Redeem({.meeting_number = kOutside,
                       .recording_token = desk.Recording(kInside),
                       .zak = desk.Zak("hank")})
              .fail_code == 500);
  }

  TEST_CASE("with a recording token takes the host's identity only") {
    Desk desk;
    desk.world.SetPresent("jill", kOutside, true);
    CHECK(desk.Redeem({.meeting_number = kOutside,
                       .recording_token = desk.Recording(kOutside),
                       .on_behalf_token = desk.OnBehalf("hank", kOutside)})
              .joined);
    CHECK(desk.Redeem({.meeting_number = kOutside,
                       .recording_token = desk.Recording(kOutside),
                       .on_behalf_token = desk.OnBehalf("jill", kOutside)})
              .fail_code == 503);
    CHECK(desk.Redeem({.meeting_number = kOutside,
                       .recording_token = desk.Recording(kOutside),
                       .zak = desk.Zak("jill")})
              .fail_code == 503);
  }

  TEST_CASE("on behalf of somebody needs him in that meeting") {
    Desk desk;
    CHECK(desk.Redeem(
                  {.meeting_number = kOutside, .on_behalf_token = desk.OnBehalf("jill", kOutside)})
              .fail_code == 501);
    desk.world.SetPresent("jill", kInside, true);
    CHECK(desk.Redeem(
                  {.meeting_number = kOutside, .on_behalf_token = desk.OnBehalf("jill", kOutside)})
              .fail_code == 501);
    desk.world.SetPresent("hank", kOutside, false);
    CHECK(desk.Redeem(
                  {.meeting_number = kOutside, .on_behalf_token = desk.OnBehalf("hank", kOutside)})
              .fail_code == 501);
    CHECK(
        desk.Redeem({.meeting_number = kOutside, .on_behalf_token = desk.OnBehalf("hank", kInside)})
            .fail_code == 506);
  }

  TEST_CASE("that is refused spends what is good once") {
    Desk desk;
    const std::string token = desk.OnBehalf("hank", kOutside);
    desk.world.SetPresent("hank", kOutside, false);
    CHECK(desk.Redeem({.meeting_number = kOutside, .on_behalf_token = token}).fail_code == 501);
    desk.world.SetPresent("hank", kOutside, true);
    CHECK(desk.Redeem({.meeting_number = kOutside, .on_behalf_token = token}).reason ==
          "on_behalf_token_used");
  }

  TEST_CASE("checks a passcode that is given") {
    Desk desk;
    CHECK(desk.Redeem({.meeting_number = kInside, .passcode = "2"}).fail_code == 4);
    CHECK(desk.Redeem({.meeting_number = kInside, .passcode = "1"}).joined);
    CHECK(desk.Redeem({.meeting_number = kInside, .passcode = LinkPassword(kInside, "1")}).joined);
  }

  TEST_CASE("of an unknown meeting or app is refused") {
    Desk desk;
    CHECK(desk.Redeem({.meeting_number = 93333333333}).fail_code == 8);
    CHECK(desk.passes.Redeem(desk.world, {.client_id = "x", .meeting_number = kInside}, kNow)
              .reason == "app_unknown");
  }
}

}  // namespace
}  // namespace joinpass::fake_zoom
