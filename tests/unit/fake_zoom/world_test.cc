#include "fake_zoom/world.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/status.h"
#include "fake_zoom/world_reader.h"
#include "fake_zoom/world_seed.h"

namespace joinpass::fake_zoom {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kTick = absl::Nanoseconds(1);

std::string ErrorOf(const std::string& text) {
  const auto world = ReadWorld(text, kNow);
  if (world.ok()) return "none";
  CHECK(ReasonOf(world.status()) == Reason::kInvalidArgument);
  return std::string(world.status().message());
}

TEST_SUITE("A world's JSON") {
  TEST_CASE("is the example's, and reads") {
    std::ifstream file(FAKE_ZOOM_EXAMPLE_WORLD);
    auto world = ReadWorld(std::string(std::istreambuf_iterator<char>(file), {}), kNow);
    REQUIRE(world.ok());
    CHECK(world->accounts.size() == 2);
    CHECK(world->users.size() == 4);
    CHECK(world->meetings.size() == 6);
    const User* jill = world->FindUser("Jill@ACME.example");
    REQUIRE(jill != nullptr);
    CHECK(jill->id.size() == 22);
    CHECK(world->MeetingsOf(jill->id).size() == 4);
    CHECK(world->FindRoom(97763643886, kNow).host == jill);
    CHECK(world->FindRoom(jill->pmi, kNow).host == jill);
    CHECK(world->IsPresent(world->FindUser("hank@globex.example")->id, 88230014577));
  }

  TEST_CASE("is refused with the place of what is wrong in it") {
    const std::string user = R"({"accounts":[{"name":"a"}],"users":[)";
    const std::string account = R"({"account":"a","email":"e")";
    CHECK(ErrorOf("{") == "world: is not JSON");
    CHECK(ErrorOf("[]") == "world: must be an object");
    CHECK(ErrorOf(R"({"acounts":[]})") == "world.acounts: is not a field that is known");
    CHECK(ErrorOf(R"({"users":{}})") == "world.users: must be a list");
    CHECK(ErrorOf(R"({"users":[1]})") == "world: users[0]: must be an object");
    CHECK(ErrorOf(R"({"accounts":[{}]})") ==
          "world: accounts[0].name: must not be missing or empty");
    CHECK(ErrorOf(R"({"accounts":[{"name":"a","plan":"x"}]})") ==
          "world: accounts[0].plan: must be one of: pro, free, business");
    CHECK(ErrorOf(user + R"({"account":"b","email":"e"}]})") ==
          "world: users[0].account: names no account");
    CHECK(ErrorOf(user + account + R"(,"pmi":99}]})") ==
          "world: users[0].pmi: must be a whole number from 1000000000 to 99999999999");
    CHECK(ErrorOf(user + account + "}," + account + "}]}") ==
          "world: users[1].email: or id or pmi is taken already");
    CHECK(ErrorOf(user + account + R"(}],"meetings":[{"host":"e"}]})") ==
          "world: meetings[0].number: must not be missing");
    CHECK(ErrorOf(user + account + R"(}],"meetings":[{"host":"x"}]})") ==
          "world: meetings[0].host: names no user");
    CHECK(ErrorOf(user + account + R"(}],"meetings":[{"host":"e","number":1}]})") ==
          "world: meetings[0].number: must be a whole number from 100000000 to 99999999999");
    CHECK(ErrorOf(std::string(40, '[') + std::string(40, ']')) == "world: is not JSON");
  }
}

TEST_SUITE("A meeting") {
  TEST_CASE("expires as Zoom says, to the tick") {
    const Meeting once{.type = 2, .start = kNow, .minutes = 60};
    const absl::Time end = kNow + absl::Hours(1) + 30 * kDay;
    CHECK_FALSE(IsExpired(once, end));
    CHECK(IsExpired(once, end + kTick));
    const Meeting series{.type = 8, .start = kNow, .occurrences = 3};
    CHECK_FALSE(IsExpired(series, kNow + 379 * kDay));
    CHECK(IsExpired(series, kNow + 379 * kDay + kTick));
    const Meeting recurring{.type = 3, .created_at = kNow};
    CHECK_FALSE(IsExpired(recurring, kNow + 365 * kDay));
    CHECK(IsExpired(recurring, kNow + 365 * kDay + kTick));
    CHECK_FALSE(IsExpired({.type = 1}, kNow));
  }
}

TEST_SUITE("A world") {
  TEST_CASE("moves a meeting scheduled with the PMI when the PMI changes") {
    World world;
    CHECK(world.AddUser({.id = "j", .email = "j", .pmi = 1000000001}));
    CHECK(world.AddUser({.id = "p", .email = "p", .pmi = 1000000002}));
    CHECK(world.AddMeeting(
        {.number = 1000000001, .host_id = "j", .type = 3, .use_pmi = true, .created_at = kNow}));
    CHECK_FALSE(world.AddMeeting({.number = 1000000002, .host_id = "j"}));
    User& jill = *world.FindUser("j");
    CHECK_FALSE(world.SetPmi(jill, 1000000002));
    CHECK(world.SetPmi(jill, 1000000003));
    CHECK(world.FindRoom(1000000001, kNow).host == nullptr);
    const Room room = world.FindRoom(1000000003, kNow);
    REQUIRE(room.meeting != nullptr);
    CHECK(room.meeting->number == 1000000003);
    CHECK(world.MeetingsOf("j") == std::vector<std::int64_t>{1000000003});
  }

  TEST_CASE("knows no room of a host who is not active") {
    World world;
    world.AddUser({.id = "j", .email = "j", .status = "inactive", .pmi = 1000000001});
    CHECK(world.FindRoom(1000000001, kNow).host == nullptr);
  }

  TEST_CASE("grows from its seed, and within its bounds") {
    const auto one = GrowWorld({.seed = 7, .users = 20, .meetings_per_user = 5}, kNow);
    const auto same = GrowWorld({.seed = 7, .users = 20, .meetings_per_user = 5}, kNow);
    const auto other = GrowWorld({.seed = 8, .users = 20, .meetings_per_user = 5}, kNow);
    REQUIRE(one.ok());
    REQUIRE(same.ok());
    REQUIRE(other.ok());
    CHECK(one->users.size() == 20);
    CHECK(one->meetings.size() == 100);
    CHECK(one->meetings.begin()->first == same->meetings.begin()->first);
    CHECK(one->users.begin()->first == same->users.begin()->first);
    CHECK(one->users.begin()->first != other->users.begin()->first);
    CHECK_FALSE(GrowWorld({.users = 0}, kNow).ok());
    CHECK_FALSE(GrowWorld({.users = 1'000'001}, kNow).ok());
    CHECK_FALSE(GrowWorld({.users = 1, .meetings_per_user = 10'001}, kNow).ok());
    CHECK_FALSE(GrowWorld({.users = 1'000'000, .meetings_per_user = 6}, kNow).ok());
  }
}

}  // namespace
}  // namespace joinpass::fake_zoom
