// An account of thousands of users, over TLS.

#include <doctest/doctest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "integration/engine/app_kinds.h"
#include "integration/engine/engine_scene.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::kJill;
using testing::NameOf;

constexpr int kUsers = 2'000;
constexpr std::int64_t kFirstPmi = 4'000'000'000;
constexpr std::int64_t kFirstMeeting = 91'000'000'000;

// The example world, whose first account has so many users more, each with a meeting.
fake_zoom::Options LargeWorld() {
  fake_zoom::Options options =
      testing::WorldWith("account_managed", testing::kAccountScopes, false);
  std::string users = "\"users\": [";
  std::string meetings = "\"meetings\": [";
  for (int i = 0; i < kUsers; ++i) {
    const std::string email = absl::StrCat("user", i, "@acme.example");
    absl::StrAppend(&users, R"({"account": "acme", "email": ")", email, R"(", "pmi": )",
                    kFirstPmi + i, "}, ");
    absl::StrAppend(&meetings, R"({"number": )", kFirstMeeting + i, R"(, "host": ")", email,
                    R"(", "topic": "Weekly", "start_in_minutes": 60}, )");
  }
  options.world_json = absl::StrReplaceAll(
      options.world_json, {{"\"users\": [", users}, {"\"meetings\": [", meetings}});
  return options;
}

TEST_SUITE("An account of thousands of users") {
  TEST_CASE("is synced over TLS, and known to the last of its meetings") {
    EngineScene scene(LargeWorld(), AppKind::kAccountManaged);
    const auto credential = scene.TryConnect(kJill);
    REQUIRE(NameOf(credential) == "ok");
    const std::string& id = credential->id;
    const auto report = scene.engine->directory().Sync(id, absl::Minutes(10));
    REQUIRE(NameOf(report) == "ok");
    CHECK(report->users == kUsers + 2);
    CHECK(report->meetings >= kUsers);
    CHECK(scene.zoom->Calls("users/list") >= kUsers / 300);
    for (const int i : {0, 299, 300, kUsers - 1}) {
      CAPTURE(i);
      for (const std::int64_t number : {kFirstMeeting + i, kFirstPmi + i}) {
        const auto found =
            scene.engine->directory().Resolve(*MeetingLink::Parse(absl::StrCat(number)));
        REQUIRE(NameOf(found) == "ok");
        CHECK(found->candidates.size() == 1);
        CHECK(found->candidates[0].credential_id == id);
      }
    }
  }
}

}  // namespace
}  // namespace joinpass
