// The credential of an account from its consent to its end, with the three scopes that
// an account-managed app needs.

#include <doctest/doctest.h>

#include <string>

#include "integration/engine/app_kinds.h"
#include "integration/engine/life_scene.h"

namespace joinpass {
namespace {

using testing::kClientId;
using testing::kHank;
using testing::kJill;
using testing::kPaulsRoom;
using testing::LifeScene;
using testing::NameOf;

// Jill, who owns the account, has consented; Paul is one of its users.
struct AccountLifeScene : LifeScene {
  explicit AccountLifeScene(bool opaque = false) : LifeScene(World(opaque), kKind) {}

  static constexpr AppKind kKind = AppKind::kAccountManaged;
  static fake_zoom::Options World(bool opaque) {
    fake_zoom::Options options =
        testing::WorldWith("account_managed", testing::kAccountScopes, false);
    options.opaque_tokens = opaque;
    return options;
  }
  bool IsLive() { return zoom->GetConsent(kClientId, kJill)->live; }
};

struct OpaqueLifeScene : AccountLifeScene {
  OpaqueLifeScene() : AccountLifeScene(true) {}
};

TEST_SUITE("The credential of an account") {
  TEST_CASE_FIXTURE(AccountLifeScene, "is validated without a scope to read who consented") {
    zoom->ResetCalls();
    CHECK(Validated() == "healthy");
    CHECK(zoom->Calls("users/me") == 0);
    CHECK(zoom->Calls("users/list") == 1);
    REQUIRE(zoom->RevokeConsent(kClientId, kJill).ok());
    CHECK(Validated() == "reauthorization_required/revoked_or_expired");
    CHECK(heard == "healthy>reauthorization_required ");
  }

  TEST_CASE_FIXTURE(AccountLifeScene, "is repaired by another consent, and knows its meetings") {
    REQUIRE(zoom->RevokeConsent(kClientId, kJill).ok());
    Advance(absl::Minutes(59));
    CHECK(Outcome(kPaulsRoom) == "reauthorization_required");
    const auto again = TryConnect(kJill);
    REQUIRE(NameOf(again) == "ok");
    CHECK(again->id == id);
    CHECK(Outcome(kPaulsRoom) == "ok");  // without another sync
    CHECK(heard == "healthy>reauthorization_required reauthorization_required>healthy ");
  }

  TEST_CASE_FIXTURE(OpaqueLifeScene, "is repaired where no token names the account, too") {
    REQUIRE(zoom->RevokeConsent(kClientId, kJill).ok());
    Advance(absl::Minutes(59));
    CHECK(Outcome(kPaulsRoom) == "reauthorization_required");
    CHECK(TryConnect(kJill)->id == id);
    CHECK(Outcome(kPaulsRoom) == "ok");
  }

  TEST_CASE_FIXTURE(AccountLifeScene, "is disconnected, and takes no other account along") {
    Connect(kHank);
    const auto gone = Disconnect();
    REQUIRE(NameOf(gone) == "ok");
    CHECK(gone->revoked);
    CHECK_FALSE(IsLive());
    CHECK(zoom->GetConsent(kClientId, kHank)->live);
    CHECK(Outcome(kPaulsRoom) == "host_not_connected");
    CHECK(Outcome(testing::kHanksMeeting) == "ok");
    CHECK(heard == "healthy>disconnecting ");
  }

  TEST_CASE_FIXTURE(AccountLifeScene, "is disconnected by the next process, if one died over it") {
    BeginDisconnect();
    Reopen();
    CHECK(Upkeep().failed == 0);
    CHECK(NameOf(engine->credentials().Get(id)) == "credential_unknown");
    CHECK_FALSE(IsLive());
  }

  TEST_CASE_FIXTURE(AccountLifeScene, "is kept alive long before 90 days") {
    for (int month = 0; month < 4; ++month) {
      Advance(absl::Hours(24 * 30));
      CHECK(Upkeep().refreshed == 1);
    }
    CHECK(Outcome(kPaulsRoom) == "ok");
  }

  TEST_CASE_FIXTURE(AccountLifeScene, "needs a new consent when its admin is gone") {
    REQUIRE(zoom->SetUserStatus(kJill, "inactive").ok());
    Advance(absl::Minutes(59));
    for (int i = 0; i < 3; ++i) CHECK(Outcome(kPaulsRoom) == "reauthorization_required");
    CHECK(heard == "healthy>reauthorization_required ");
  }

  TEST_CASE_FIXTURE(AccountLifeScene, "needs a new consent when the client id changes") {
    AppSettings settings;
    settings.kind = kKind;
    settings.client_id = "production-client";
    settings.client_secret = Secret("s");
    REQUIRE(NameOf(engine->apps().Update(app_id, settings)) == "ok");
    CHECK(Get(id).health == Health::kReauthorizationRequired);
    CHECK(Get(id).cause == "client_id_changed");
    Advance(absl::Hours(2));
    CHECK(Outcome(kPaulsRoom) == "reauthorization_required");
  }

  TEST_CASE_FIXTURE(AccountLifeScene, "gives an access token for the account") {
    const auto token = engine->credentials().GetAccessToken(id, absl::Seconds(20));
    REQUIRE(NameOf(token) == "ok");
    CHECK(token->expires_at - clock.Now() >= absl::Seconds(120));
    Reopen();
    CHECK(Kinds() == "access_token_given connected ");
  }
}

}  // namespace
}  // namespace joinpass
