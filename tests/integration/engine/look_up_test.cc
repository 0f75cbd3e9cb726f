// Meetings that no sync has shown yet: found by a hint, or by asking Zoom.

#include <doctest/doctest.h>

#include <string>

#include "integration/engine/app_kinds.h"
#include "integration/engine/engine_scene.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::kHank;
using testing::kJill;
using testing::NameOf;
using testing::Scopes;

constexpr char kNewLink[] = "https://acme.zoom.us/j/81112223334?pwd=998877";
constexpr std::int64_t kNewNumber = 81'112'223'334;

Scopes With(Scopes scopes, std::initializer_list<const char*> more) {
  scopes.insert(scopes.end(), more.begin(), more.end());
  return scopes;
}

struct Scene : EngineScene {
  Scene(const char* kind, AppKind app_kind, const Scopes& scopes)
      : EngineScene(testing::WorldWith(kind, scopes, false), app_kind) {}

  // Jill schedules one after the sync.
  void Schedule(bool webinar = false) {
    REQUIRE(zoom->SetWebinarPlan(kJill, fake_zoom::Setting::kOn).ok());
    fake_zoom::Meeting meeting;
    meeting.number = kNewNumber;
    meeting.host_id = kJill;
    meeting.passcode = "998877";
    meeting.is_webinar = webinar;
    meeting.start = zoom->Now() + absl::Hours(1);
    REQUIRE(zoom->AddMeeting(meeting).ok());
  }

  std::string Recorded(std::vector<std::string> hints = {}) {
    JoinRequest request = RequestFor(kNewLink);
    request.host_hints = std::move(hints);
    const auto pass = Prepare(std::move(request));
    if (!pass.ok()) return NameOf(pass);
    const auto redeemed = Redeem(*pass);
    return redeemed.may_record ? "recorded" : "not recorded";
  }
};

struct UserScene : Scene {
  explicit UserScene(std::initializer_list<const char*> more = {})
      : Scene("user_managed", AppKind::kUserManaged, With(testing::kUserScopes, more)) {}
};

struct AccountScene : Scene {
  explicit AccountScene(std::initializer_list<const char*> more = {})
      : Scene("account_managed", AppKind::kAccountManaged, With(testing::kAccountScopes, more)) {}
};

TEST_SUITE("A meeting that no sync has shown") {
  TEST_CASE("is recorded through the user hinted at, by whatever name") {
    UserScene scene;
    const std::string id = scene.Connect(kJill);
    scene.Connect(kHank);
    scene.Schedule();
    CHECK(scene.Recorded() == "host_not_connected");
    const Credential jill = scene.Get(id);
    for (const std::string& hint : {jill.id, jill.user_id, std::string("Jill@ACME.example")}) {
      CAPTURE(hint);
      CHECK(scene.Recorded({kHank, hint}) == "recorded");
    }
    CHECK(scene.zoom->Calls("meetings/one") == 0);  // without the scope nobody asks
    CHECK(scene.Recorded({kHank}) == "meeting_unknown");
  }

  TEST_CASE("is known from then on where the consent may ask for it") {
    UserScene scene({"meeting:read:meeting"});
    scene.Connect(kJill);
    scene.Schedule();
    CHECK(scene.Recorded({kJill}) == "recorded");
    CHECK(scene.Recorded() == "recorded");
    CHECK(scene.zoom->Calls("meetings/one") == 1);
  }

  TEST_CASE("is found through an account's consent without a hint") {
    AccountScene scene({"meeting:read:meeting:admin", "webinar:read:webinar:admin",
                        "webinar:read:local_recording_token:admin"});
    scene.Connect(kJill);
    bool webinar = false;
    SUBCASE("a meeting") {}
    SUBCASE("a webinar") { webinar = true; }
    scene.Schedule(webinar);
    CHECK(scene.Recorded() == "recorded");
    CHECK(scene.Recorded() == "recorded");
    CHECK(scene.zoom->Calls("meetings/one") == 1);
    CHECK(scene.zoom->Calls("webinars/one") == (webinar ? 1 : 0));
    const auto found =
        scene.engine->directory().LookUp(*MeetingLink::Parse(kNewLink), {}, absl::Seconds(20));
    REQUIRE(NameOf(found) == "ok");
    CHECK(found->candidates[0].rule == (webinar ? MatchRule::kWebinar : MatchRule::kScheduled));
    CHECK(scene.zoom->Calls("meetings/one") == 1);
  }

  TEST_CASE("is recorded through the account hinted at, where that may not ask") {
    AccountScene scene;
    const std::string id = scene.Connect(kJill);
    scene.Schedule();
    CHECK(scene.Recorded() == "host_not_connected");
    CHECK(scene.Recorded({id}) == "recorded");
    CHECK(scene.zoom->Calls("meetings/one") == 0);
  }

  TEST_CASE("of which Zoom knows nothing is asked for once") {
    AccountScene scene({"meeting:read:meeting:admin"});
    scene.Connect(kJill);
    CHECK(scene.Recorded() == "host_not_connected");
    CHECK(scene.Recorded() == "host_not_connected");
    CHECK(scene.zoom->Calls("meetings/one") == 1);
    scene.Advance(absl::Seconds(60));
    scene.Schedule();
    CHECK(scene.Recorded() == "recorded");
  }
}

}  // namespace
}  // namespace joinpass
