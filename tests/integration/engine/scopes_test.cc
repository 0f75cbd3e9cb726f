// Both kinds of app, with exactly the scopes that they ask for at the least.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "integration/engine/app_kinds.h"
#include "integration/engine/engine_scene.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::kAccountScopes;
using testing::kClassicAccountScopes;
using testing::kClassicUserScopes;
using testing::kHank;
using testing::kHanksMeeting;
using testing::kJill;
using testing::kJillsMeeting;
using testing::kJillsRoom;
using testing::kPaulsRoom;
using testing::kUserScopes;
using testing::NameOf;
using testing::Scopes;
using testing::WorldWith;

struct UserScene : EngineScene {
  explicit UserScene(const Scopes& scopes = kUserScopes, bool classic = false)
      : EngineScene(WorldWith("user_managed", scopes, classic)) {}
};

struct AccountScene : EngineScene {
  explicit AccountScene(const Scopes& scopes = kAccountScopes, bool classic = false)
      : EngineScene(WorldWith("account_managed", scopes, classic), AppKind::kAccountManaged) {}
};

// The recording token of `link` works.
void CheckRecords(EngineScene& scene, const char* link) {
  CAPTURE(link);
  const auto pass = scene.Prepare(EngineScene::RequestFor(link));
  REQUIRE(NameOf(pass) == "ok");
  CHECK(scene.Redeem(*pass).may_record);
}

std::string MissingIn(const Credential& credential) {
  std::string names;
  for (const MissingScope& one : credential.missing) {
    names += std::string(FeatureName(one.feature)) + " ";
  }
  return names;
}

// Who consents, where the account alone can be told.
absl::StatusOr<Credential> ConnectAccount(EngineScene& scene, const std::string& email,
                                          const std::string& account) {
  const std::string redirect =
      scene.Redirect(email, fake_zoom::Decision::kAllow, {.account_id = account});
  return scene.engine->credentials().FinishConnect(redirect, "cookie", absl::Seconds(20));
}

// What an identity costs without its scope: nothing, and the error says which.
void CheckNeedsScope(EngineScene& scene, Identity identity, const std::string& scope) {
  scene.zoom->ResetCalls();
  JoinRequest request = EngineScene::RequestFor(kJillsMeeting, Need::kOff);
  request.identity = identity;
  const auto pass = scene.Prepare(request);
  CHECK(NameOf(pass) == "scope_missing");
  const Scopes missing = GetErrorInfo(pass.status())->missing_scopes;
  CHECK(std::count(missing.begin(), missing.end(), scope) == 1);
  CHECK(scene.zoom->Calls("users/token") + scene.zoom->Calls("users/zak") == 0);
}

TEST_SUITE("A user-managed app") {
  TEST_CASE_FIXTURE(UserScene, "works with its three scopes; what needs more makes no call") {
    const std::string id = Connect(kJill);
    CheckRecords(*this, kJillsMeeting);
    CheckRecords(*this, kJillsRoom);
    CheckNeedsScope(*this, Identity::kZak, "user:read:zak");
    CheckNeedsScope(*this, Identity::kOnBehalfOf, "user:read:token");
    CHECK(MissingIn(Get(id)) == "zak on_behalf_of ");
  }

  TEST_CASE("works with the scopes of older apps") {
    UserScene scene(kClassicUserScopes, true);
    const std::string id = scene.Connect(kJill);
    CHECK(scene.Get(id).missing.empty());
    CheckRecords(scene, kJillsMeeting);
    CheckRecords(scene, kJillsRoom);
  }
}

TEST_SUITE("An account-managed app") {
  TEST_CASE_FIXTURE(AccountScene, "works with its three scopes, for every user of the account") {
    const std::string id = Connect(kJill);
    CHECK(Get(id).account_id == "q6gBJVO5TzexKYTb_I2rpg");
    CheckRecords(*this, kJillsMeeting);
    CheckRecords(*this, kJillsRoom);
    CheckRecords(*this, kPaulsRoom);
    CHECK(zoom->Calls("users/me") == 0);
    CHECK(zoom->Calls("users/one") == 0);
    CHECK(Outcome(kHanksMeeting) == "host_not_connected");
    CheckNeedsScope(*this, Identity::kZak, "user:read:token:admin");
    CheckNeedsScope(*this, Identity::kOnBehalfOf, "user:read:token:admin");
    CHECK(MissingIn(Get(id)) == "read_user zak on_behalf_of ");
  }

  TEST_CASE("works with the scopes of older apps, and mints identities of its users") {
    AccountScene scene(kClassicAccountScopes, true);
    const std::string id = scene.Connect(kJill);
    CHECK(scene.Get(id).missing.empty());
    CheckRecords(scene, kPaulsRoom);
    JoinRequest request = EngineScene::RequestFor(kPaulsRoom);
    request.identity = Identity::kZak;
    const auto pass = scene.Prepare(request);
    REQUIRE(NameOf(pass) == "ok");
    CHECK_FALSE(pass->zak().empty());
    CHECK(scene.Redeem(*pass).may_record);
  }

  TEST_CASE_FIXTURE(AccountScene, "outlives a user of the account who is deleted") {
    const std::string id = Connect(kJill);
    for (const char* status : {"inactive", "deleted"}) {
      CAPTURE(status);
      REQUIRE(zoom->SetUserStatus("paul@acme.example", status).ok());
      CHECK(Outcome(kPaulsRoom) != "ok");
      CheckRecords(*this, kJillsRoom);
      CHECK(Get(id).health == Health::kHealthy);
      CHECK(NameOf(Sync(id)) == "ok");
    }
    CHECK(heard.empty());
  }

  TEST_CASE_FIXTURE(AccountScene, "has one credential an account, whoever of its admins consents") {
    const std::string acme = Connect(kJill);
    const std::string globex = Connect(kHank);
    CHECK(acme != globex);
    CHECK(Outcome(kHanksMeeting) == "ok");
    CHECK(TryConnect(kJill)->id == acme);
    CHECK(engine->credentials().List("")->size() == 2);
    REQUIRE(NameOf(engine->credentials().Disconnect(acme, absl::Seconds(20))) == "ok");
    CHECK(Outcome(kPaulsRoom) == "host_not_connected");
    CHECK(Outcome(kHanksMeeting) == "ok");
  }
}

TEST_SUITE("An account-managed app with an expected account") {
  TEST_CASE_FIXTURE(AccountScene, "takes its consent and no other's") {
    const std::string acme = "q6gBJVO5TzexKYTb_I2rpg";
    CHECK(NameOf(ConnectAccount(*this, kHank, acme)) == "consenter_unexpected");
    CHECK_FALSE(zoom->GetConsent(testing::kClientId, kHank)->live);
    const auto connected = ConnectAccount(*this, kJill, acme);
    REQUIRE(NameOf(connected) == "ok");
    CHECK(connected->account_id == acme);
  }
}

// Neither a scope nor the token says which account it is.
struct OpaqueScene : EngineScene {
  static fake_zoom::Options World(const Scopes& scopes) {
    fake_zoom::Options options = WorldWith("account_managed", scopes, false);
    options.opaque_tokens = true;
    return options;
  }
  explicit OpaqueScene(const Scopes& scopes = kAccountScopes)
      : EngineScene(World(scopes), AppKind::kAccountManaged) {}
};

TEST_SUITE("An account-managed app whose tokens say nothing") {
  TEST_CASE_FIXTURE(OpaqueScene, "works with its three scopes: the account is that of its owner") {
    const std::string acme = Connect(kJill);
    CHECK(Get(acme).account_id == "owner:zJKyaiAyTNC-MWjiWC18KQ");
    CHECK(Get(acme).health == Health::kHealthy);
    CheckRecords(*this, kJillsMeeting);
    CheckRecords(*this, kPaulsRoom);
    const std::string globex = Connect(kHank);
    CHECK(acme != globex);
    CHECK(Outcome(kHanksMeeting) == "ok");
    CHECK(TryConnect(kJill)->id == acme);
    CHECK(Outcome(kPaulsRoom) == "ok");
    CHECK(engine->credentials().List("")->size() == 2);
  }

  TEST_CASE_FIXTURE(OpaqueScene, "has an expected account by its owner, as it is shown") {
    CHECK(NameOf(ConnectAccount(*this, kJill, "q6gBJVO5TzexKYTb_I2rpg")) == "consenter_unexpected");
    CHECK(NameOf(ConnectAccount(*this, kJill, "owner:zJKyaiAyTNC-MWjiWC18KQ")) == "ok");
  }

  TEST_CASE("waits for its name without a scope to list the users, and says which it lacks") {
    OpaqueScene scene({"meeting:read:local_recording_token:admin"});
    const auto credential = scene.TryConnect(kJill);
    REQUIRE(NameOf(credential) == "ok");
    CHECK(credential->health == Health::kIdentifying);
    CHECK(credential->cause == "scope_missing");
    CHECK(scene.zoom->Calls("users/list") == 0);
  }
}

TEST_SUITE("A consent with fewer scopes than asked for") {
  TEST_CASE_FIXTURE(EngineScene, "is kept, and says what each missing one costs") {
    zoom->SetNextConsentScopes({"user:read:user"});
    const auto credential = TryConnect(kJill);
    REQUIRE(NameOf(credential) == "ok");
    std::string missing;
    for (const MissingScope& one : credential->missing) {
      missing += std::string(FeatureName(one.feature)) + ":" + one.any_of.front() + " ";
    }
    CHECK(missing ==
          "list_meetings:meeting:read:list_meetings "
          "recording_token:meeting:read:local_recording_token zak:user:read:zak "
          "on_behalf_of:user:read:token ");
    zoom->ResetCalls();
    CHECK(NameOf(Sync(credential->id)) == "scope_missing");
    CHECK(zoom->Calls("users/meetings") == 0);
  }
}

// Jill's plan has webinars, and she hosts one; her app may ask for them.
struct WebinarWorld {
  static constexpr std::int64_t kNumber = 91'234'567'890;
  static constexpr char kLink[] = "https://acme.zoom.us/w/91234567890?tk=CANARY-tk.1&pwd=246810";

  static void AddTo(EngineScene& scene) {
    REQUIRE(scene.zoom->SetWebinarPlan(kJill, fake_zoom::Setting::kOn).ok());
    fake_zoom::Meeting webinar;
    webinar.number = kNumber;
    webinar.host_id = kJill;
    webinar.passcode = "246810";
    webinar.is_webinar = true;
    webinar.start = scene.zoom->Now() + absl::Hours(1);
    REQUIRE(scene.zoom->AddMeeting(webinar).ok());
  }

  static Scopes With(Scopes scopes, const std::string& form) {
    scopes.push_back("webinar:read:list_webinars" + form);
    scopes.push_back("webinar:read:local_recording_token" + form);
    return scopes;
  }
};

void CheckWebinars(EngineScene& scene, const std::string& id) {
  const auto report = scene.Sync(id);
  REQUIRE(NameOf(report) == "ok");
  CHECK(report->webinars == 1);
  CheckRecords(scene, WebinarWorld::kLink);
  CHECK(scene.zoom->Calls("webinars/jointoken") == 1);
  const auto pass = scene.Prepare(EngineScene::RequestFor(WebinarWorld::kLink));
  REQUIRE(NameOf(pass) == "ok");
  CHECK(pass->registrant_token() == Secret("CANARY-tk.1"));
  const auto found = scene.engine->directory().Resolve(*MeetingLink::Parse(WebinarWorld::kLink));
  REQUIRE(NameOf(found) == "ok");
  CHECK(found->candidates[0].rule == MatchRule::kWebinar);
  // Each became the other since; no sync has told us.
  REQUIRE(scene.zoom->ConvertMeeting(WebinarWorld::kNumber).ok());
  REQUIRE(scene.zoom->ConvertMeeting(97'763'643'886).ok());
  CheckRecords(scene, WebinarWorld::kLink);
  CheckRecords(scene, kJillsMeeting);
  REQUIRE(NameOf(scene.Sync(id)) == "ok");
  const auto listed = scene.engine->directory().List({.credential_id = id});
  REQUIRE(NameOf(listed) == "ok");
  CHECK(
      std::count_if(listed->meetings.begin(), listed->meetings.end(), [](const KnownMeeting& one) {
        return one.meeting_number == 97'763'643'886 && one.rule == MatchRule::kWebinar;
      }) == 1);
  const auto why = scene.engine->directory().Explain(*MeetingLink::Parse(kJillsMeeting));
  REQUIRE(NameOf(why) == "ok");
  CHECK(why->text.find("by his list of webinars (learnt just now") != std::string::npos);
  CHECK(scene.engine->directory().Resolve(*MeetingLink::Parse(kJillsMeeting))->candidates[0].rule ==
        MatchRule::kWebinar);
  CheckRecords(scene, WebinarWorld::kLink);
  CheckRecords(scene, kJillsMeeting);
}

TEST_SUITE("Webinars") {
  TEST_CASE("of a user are found and recorded, and what became one or a meeting again") {
    UserScene scene(WebinarWorld::With(kUserScopes, ""));
    WebinarWorld::AddTo(scene);
    const std::string id = scene.Connect(kJill);
    CHECK(MissingIn(scene.Get(id)).find("webinar") == std::string::npos);
    CheckWebinars(scene, id);
    // A plan without webinars is no error.
    REQUIRE(scene.zoom->SetWebinarPlan(kJill, fake_zoom::Setting::kOff).ok());
    const auto report = scene.Sync(id);
    REQUIRE(NameOf(report) == "ok");
    CHECK(report->webinars == 0);
  }

  TEST_CASE("of an account are found and recorded, whoever of its users hosts them") {
    AccountScene scene(WebinarWorld::With(kAccountScopes, ":admin"));
    WebinarWorld::AddTo(scene);
    const auto credential = ConnectAccount(scene, kJill, "q6gBJVO5TzexKYTb_I2rpg");
    REQUIRE(NameOf(credential) == "ok");
    CheckWebinars(scene, credential->id);
  }

  TEST_CASE("without their scopes are no error, and say what is missing when one is joined") {
    UserScene scene;
    WebinarWorld::AddTo(scene);
    const std::string id = scene.Connect(kJill);
    CHECK(scene.zoom->Calls("users/webinars") == 0);
    CHECK(scene.Outcome(WebinarWorld::kLink) == "host_not_connected");
    REQUIRE(scene.zoom->ConvertMeeting(97'763'643'886).ok());
    CHECK(scene.Outcome(kJillsMeeting) == "scope_missing");
  }
}

}  // namespace
}  // namespace joinpass
