// What Check() finds before the meeting, and who is to act.

#include "joinpass/check.h"

#include <string>

#include "integration/engine/app_kinds.h"
#include "integration/engine/engine_scene.h"

namespace joinpass::testing {
namespace {

struct Checks : EngineScene {
  using EngineScene::EngineScene;

  // "host; consent; scopes local_recording=local_recording_disabled>host …": what is good by its
  // name alone. The last word says whether all can be had.
  std::string Check(const JoinRequest& request) {
    const auto check = engine->Check(request, absl::Seconds(20));
    if (!check.ok()) return NameOf(check);
    std::string text;
    for (const Finding& finding : check->findings) {
      text += std::string(CheckPointName(finding.point));
      if (!finding.status.ok()) {
        text += "=" + NameOf(finding.status) + ">" + std::string(ActorName(finding.actor));
      }
      text += " ";
    }
    return text + (check->all_can_be_had ? "| all" : "| not all");
  }
  std::string Check(std::string_view link) { return Check(RequestFor(link)); }
};

fake_zoom::Options UserWorld(Scopes more) {
  more.insert(more.end(), kUserScopes.begin(), kUserScopes.end());
  return WorldWith("user_managed", more, false);
}

TEST_SUITE("Check") {
  TEST_CASE("looks at everything that the join will need") {
    Checks scene(UserWorld({"user:read:settings", "user:read:zak"}));
    const std::string id = scene.Connect(kJill);
    CHECK(scene.Check(kJillsMeeting) ==
          "host consent scopes local_recording recording_token | all");
    JoinRequest request = EngineScene::RequestFor(kJillsMeeting);
    request.identity = Identity::kZak;
    CHECK(scene.Check(request) ==
          "host consent scopes local_recording recording_token identity | all");
    request.identity = Identity::kOnBehalfOf;
    CHECK(scene.Check(request) ==
          "host consent scopes=scope_missing>app_owner local_recording recording_token "
          "identity=scope_missing>app_owner | not all");
    request.recording = Need::kOff;
    request.identity = Identity::kNone;
    CHECK(scene.Check(request) == "| all");
    const auto check =
        scene.engine->Check(EngineScene::RequestFor(kJillsMeeting), absl::Seconds(20));
    REQUIRE(check.ok());
    CHECK(check->meeting_number == 97763643886);
    CHECK(check->findings[1].credential_id == id);
    CHECK(check->findings[4].credential_id.empty());
  }

  TEST_CASE("says who must do something") {
    Checks scene(UserWorld({"user:read:settings"}));
    CHECK(scene.Check(kJillsMeeting) ==
          "host=host_not_connected>host recording_token=host_not_connected>host | not all");
    const std::string id = scene.Connect(kJill);
    REQUIRE(scene.zoom->SetLocalRecording(kJill, fake_zoom::Setting::kOff).ok());
    CHECK(scene.Check(kJillsMeeting) ==
          "host consent scopes local_recording=local_recording_disabled>host "
          "recording_token=local_recording_disabled>host | not all");
    REQUIRE(scene.zoom->SetLocalRecording(kJill, fake_zoom::Setting::kOn).ok());
    REQUIRE(scene.zoom->RevokeConsent(kClientId, kJill).ok());
    scene.Advance(absl::Hours(2));
    CHECK(scene.Check(kJillsMeeting) ==
          "host consent=reauthorization_required>host "
          "recording_token=reauthorization_required>host | not all");
  }

  TEST_CASE("reads no settings without a scope for it, and asks for no token that is off") {
    Checks scene(UserWorld({}));
    scene.Connect(kJill);
    CHECK(scene.Check(kJillsMeeting) == "host consent scopes recording_token | all");
    CHECK(scene.zoom->Calls("users/settings") == 0);
    CHECK(scene.zoom->Calls("meetings/jointoken") == 1);
  }

  TEST_CASE("of a stranger's identity says that the recording token gives way") {
    Checks scene(UserWorld({"user:read:zak"}));
    scene.Connect(kJill);
    scene.Connect(kHank);
    JoinRequest request = EngineScene::RequestFor(kHanksMeeting, Need::kPreferred);
    request.identity = Identity::kZak;
    request.identity_users = {kJill};
    CHECK(scene.Check(request) ==
          "host consent scopes consent scopes recording_token=owner_not_host>operator identity "
          "| not all");
  }

  TEST_CASE("of an admin's consent sends whoever gave it") {
    Scopes scopes = kAccountScopes;
    scopes.push_back("user:read:settings:admin");
    Checks scene(WorldWith("account_managed", scopes, false), AppKind::kAccountManaged);
    scene.Connect(kJill);
    CHECK(scene.Check(kPaulsRoom) == "host consent scopes local_recording recording_token | all");
    REQUIRE(scene.zoom->RevokeConsent(kClientId, kJill).ok());
    scene.Advance(absl::Hours(2));
    CHECK(scene.Check(kPaulsRoom) ==
          "host consent=reauthorization_required>account_admin "
          "recording_token=reauthorization_required>account_admin | not all");
  }

  TEST_CASE_FIXTURE(Checks, "refuses a request as BeginJoin() does") {
    CHECK(Check(JoinRequest()) == "invalid_argument");
  }
}

TEST_CASE("Everybody who could act has a name, and every reason has somebody") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Actor::kOperator); ++i) {
    CHECK(names.insert(ActorName(static_cast<Actor>(i))).second);
  }
  CHECK(names.count("unknown") == 0);
  CHECK(ActorFor(Reason::kAppCredentialsInvalid) == Actor::kOperator);
  CHECK(ActorFor(Reason::kAppCredentialsInvalid, Cause::kAppDisabled) == Actor::kAppOwner);
  CHECK(ActorFor(Reason::kRateLimited) == Actor::kNobody);
  CHECK(ActorFor(Reason::kStoreUnavailable) == Actor::kOperator);
  CHECK(ActorFor(Reason::kHostNotConnected, Cause::kNone, AppKind::kAccountManaged) ==
        Actor::kAccountAdmin);
}

}  // namespace
}  // namespace joinpass::testing
