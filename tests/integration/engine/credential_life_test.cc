// A credential from its consent to its end.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "integration/engine/life_scene.h"

namespace joinpass {
namespace {

using testing::kClientId;
using testing::kHank;
using testing::kJill;
using testing::kJillsMeeting;
using testing::LifeScene;
using testing::NameOf;

TEST_SUITE("Disconnect") {
  TEST_CASE_FIXTURE(LifeScene, "revokes at Zoom, and forgets tokens, log and meetings") {
    const auto gone = Disconnect();
    REQUIRE(NameOf(gone) == "ok");
    CHECK(gone->revoked);
    CHECK_FALSE(zoom->GetConsent(kClientId, kJill)->live);
    CHECK(NameOf(engine->credentials().Get(id)) == "credential_unknown");
    CHECK(NameOf(engine->credentials().Log(id)) == "credential_unknown");
    CHECK(NameOf(engine->credentials().GetAccessToken(id, absl::Seconds(5))) ==
          "credential_unknown");
    CHECK(Outcome(kJillsMeeting) == "host_not_connected");
    CHECK(NameOf(Disconnect()) == "credential_unknown");
    CHECK(heard == "healthy>disconnecting ");
  }

  TEST_CASE_FIXTURE(LifeScene, "with an access token that has expired revokes all the same") {
    Advance(absl::Hours(5));
    CHECK(Disconnect()->revoked);
    CHECK_FALSE(zoom->GetConsent(kClientId, kJill)->live);
    CHECK(zoom->Calls("token/refresh_token") == 0);
  }

  TEST_CASE_FIXTURE(LifeScene, "is done here even if Zoom is out of reach, and says so") {
    zoom.reset();
    const auto gone = Disconnect();
    REQUIRE(NameOf(gone) == "ok");
    CHECK_FALSE(gone->revoked);
    CHECK(NameOf(gone->why_not) == "network_unreachable");
    CHECK(NameOf(engine->credentials().Get(id)) == "credential_unknown");
  }

  TEST_CASE_FIXTURE(LifeScene, "during a refresh: the late answer is not kept") {
    Advance(absl::Hours(2));
    Hold("token/refresh_token");
    auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    zoom->AwaitCalls("token/refresh_token", 1);
    const auto gone = engine->credentials().Disconnect(id, absl::Seconds(2));
    zoom->Release();
    REQUIRE(NameOf(gone) == "ok");
    CHECK(NameOf(engine->credentials().Get(id)) == "credential_unknown");
    session->reset();
    Reopen();
    CHECK(NameOf(engine->credentials().Get(id)) == "credential_unknown");
    CHECK_FALSE(zoom->GetConsent(kClientId, kJill)->live);
  }

  TEST_CASE_FIXTURE(LifeScene, "can be followed by a consent: another credential") {
    REQUIRE(NameOf(Disconnect()) == "ok");
    const std::string again = Connect(kJill);
    CHECK(again != id);
    CHECK(Outcome(kJillsMeeting) == "ok");
  }
}

TEST_SUITE("Validate") {
  TEST_CASE_FIXTURE(LifeScene, "asks Zoom, and is in the log") {
    zoom->ResetCalls();
    CHECK(Validated() == "healthy");
    CHECK(zoom->Calls("users/me") == 1);
    CHECK(Kinds() == "validated connected ");
  }

  TEST_CASE_FIXTURE(LifeScene, "finds a consent that was taken back, and its repair") {
    REQUIRE(zoom->RevokeConsent(kClientId, kJill).ok());
    CHECK(Validated() == "reauthorization_required/revoked_or_expired");
    CHECK(heard == "healthy>reauthorization_required ");
    CHECK(Kinds() == "validation_failed reauthorization_required connected ");
    CHECK_FALSE(engine->credentials().Log(id)->at(1).tracking_id.empty());
    CHECK(Validated() == "reauthorization_required/revoked_or_expired");
    CHECK(TryConnect(kJill)->id == id);
    CHECK(heard == "healthy>reauthorization_required reauthorization_required>healthy ");
    CHECK(Validated() == "healthy");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(LifeScene, "changes no verdict when Zoom is out of reach") {
    zoom.reset();
    CHECK(Validated() == "network_unreachable");
    CHECK(Get(id).health == Health::kHealthy);
    CHECK(heard.empty());
  }
}

TEST_SUITE("A user who is deactivated or deleted") {
  TEST_CASE_FIXTURE(LifeScene, "needs a new consent, told once; his directory is kept for it") {
    for (const char* status : {"inactive", "pending", "deleted"}) {
      CAPTURE(status);
      heard.clear();
      REQUIRE(zoom->SetUserStatus(kJill, status).ok());
      for (int i = 0; i < 3; ++i) CHECK(Outcome(kJillsMeeting) == "reauthorization_required");
      CHECK(heard == "healthy>reauthorization_required ");
      REQUIRE(zoom->SetUserStatus(kJill, "active").ok());
      CHECK(TryConnect(kJill)->id == id);
      CHECK(Outcome(kJillsMeeting) == "ok");
    }
  }
}

TEST_SUITE("An app whose client id changes") {
  TEST_CASE_FIXTURE(LifeScene, "says that everybody must consent again, and takes that back") {
    Connect(kHank);
    AppSettings settings;
    settings.client_id = "production-client";
    settings.client_secret = Secret("s");
    REQUIRE(NameOf(engine->apps().Update(app_id, settings)) == "ok");
    const auto all = engine->credentials().List("");
    REQUIRE(all->size() == 2);
    for (const Credential& one : *all) {
      CHECK(one.health == Health::kReauthorizationRequired);
      CHECK(one.cause == "client_id_changed");
      CHECK(one.health_since > one.connected_at);
    }
    CHECK(heard == "healthy>reauthorization_required healthy>reauthorization_required ");
    heard.clear();
    Advance(absl::Hours(2));
    const int before = zoom->Calls("token/*");
    CHECK(Outcome(kJillsMeeting) == "reauthorization_required");
    CHECK(zoom->Calls("token/*") == before);
    settings.client_id = kClientId;
    settings.client_secret = Secret("example-secret");
    REQUIRE(NameOf(engine->apps().Update(app_id, settings)) == "ok");
    CHECK(heard == "reauthorization_required>healthy reauthorization_required>healthy ");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }
}

// How often access tokens left the house, as the log says.
int Given(LifeScene& scene, const std::string& id) {
  const auto events = scene.engine->credentials().Log(id);
  REQUIRE(NameOf(events) == "ok");
  for (const CredentialEvent& event : *events) {
    if (event.kind == CredentialEventKind::kAccessTokenGiven) return event.times;
  }
  return 0;
}

TEST_SUITE("GetAccessToken") {
  TEST_CASE_FIXTURE(LifeScene, "says in the log that a token left the house, each one once") {
    const auto ask = [this] {
      CHECK(NameOf(engine->credentials().GetAccessToken(id, absl::Seconds(20))) == "ok");
    };
    CHECK(Given(*this, id) == 0);
    CHECK(Outcome(kJillsMeeting) == "ok");  // of our own use nobody is told
    for (int i = 0; i < 3; ++i) ask();
    Reopen();  // what is to be written is written at the end
    CHECK(Given(*this, id) == 1);
    ask();
    Advance(absl::Minutes(58) + absl::Seconds(1));
    for (int i = 0; i < 3; ++i) ask();
    Reopen();
    CHECK(Given(*this, id) == 3);
  }

  TEST_CASE_FIXTURE(LifeScene, "gives none that dies soon, though our own calls may use it") {
    Advance(absl::Minutes(59));
    fake_zoom::Fault html;
    html.endpoint = "token/refresh_token";
    html.kind = fake_zoom::FaultKind::kHtml;
    html.times = 9;
    REQUIRE(zoom->SetFault(html).ok());
    CHECK(NameOf(engine->credentials().GetAccessToken(id, absl::Seconds(5))) ==
          "refresh_unanswered");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(LifeScene,
                    "gives one with at least two minutes of life, refreshed if need be") {
    const auto first = engine->credentials().GetAccessToken(id, absl::Seconds(20));
    REQUIRE(NameOf(first) == "ok");
    CHECK(first->api_origin == zoom->origin());
    Advance(absl::Minutes(58) + absl::Seconds(1));
    const auto second = engine->credentials().GetAccessToken(id, absl::Seconds(20));
    REQUIRE(NameOf(second) == "ok");
    CHECK_FALSE(second->value == first->value);
    CHECK(second->expires_at - clock.Now() >= absl::Seconds(120));
    CHECK(zoom->Calls("token/refresh_token") == 1);
  }
}

}  // namespace
}  // namespace joinpass
