// What an engine does by itself, and what upkeep does.

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "integration/engine/life_scene.h"

namespace joinpass {
namespace {

using testing::kClientId;
using testing::kHank;
using testing::kJill;
using testing::kJillsMeeting;
using testing::LifeScene;
using testing::NameOf;

TEST_SUITE("Upkeep") {
  TEST_CASE_FIXTURE(LifeScene, "keeps an idle credential alive long before 90 days") {
    CHECK(Upkeep().refreshed == 0);
    for (int month = 0; month < 6; ++month) {
      Advance(absl::Hours(24 * 30));
      CHECK(Upkeep().refreshed == 1);
    }
    CHECK(zoom->GetConsent(kClientId, kJill)->generation == 6);
    CHECK(NameOf(engine->credentials().GetAccessToken(id, absl::Seconds(20))) == "ok");
    CHECK(Upkeep().refreshed == 0);
  }

  TEST_CASE_FIXTURE(LifeScene, "lets one that hangs take no time from the others") {
    Connect(kHank);
    Advance(absl::Hours(24 * 31));
    Hold("token/refresh_token");
    // Jill's is held; Hank's is renewed beside it.
    const auto report = engine->Upkeep(absl::Seconds(3));
    zoom->Release();
    REQUIRE(NameOf(report) == "ok");
    CHECK(report->refreshed == 1);
    CHECK(report->failed == 1);
    CHECK(zoom->GetConsent(kClientId, kHank)->generation == 1);
  }

  TEST_CASE_FIXTURE(LifeScene, "settles what went unanswered, in its own time") {
    Advance(absl::Hours(2));
    fake_zoom::Fault reset;
    reset.endpoint = "token/refresh_token";
    reset.kind = fake_zoom::FaultKind::kHtml;
    REQUIRE(zoom->SetFault(reset).ok());
    CHECK(Outcome(kJillsMeeting) == "refresh_unanswered");
    CHECK(Upkeep().settled == 0);
    Advance(absl::Minutes(1));
    const UpkeepReport report = Upkeep();
    CHECK(report.settled == 1);
    CHECK(report.failed == 0);
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(Kinds() == "refreshed refresh_unanswered connected ");
  }

  TEST_CASE_FIXTURE(LifeScene, "resumes a paused app whose secret is right again") {
    Advance(absl::Hours(2));
    REQUIRE(zoom->SetAppSecret(kClientId, "another").ok());
    CHECK(Outcome(kJillsMeeting) == "app_credentials_invalid");
    CHECK(Get(id).health == Health::kPaused);
    CHECK(Get(id).cause == "app_credentials_invalid");
    Advance(absl::Minutes(1));
    (void)Upkeep();
    CHECK(Get(id).health == Health::kPaused);
    REQUIRE(zoom->SetAppSecret(kClientId, "example-secret").ok());
    Advance(absl::Minutes(5));
    (void)Upkeep();
    CHECK(Get(id).health == Health::kHealthy);
    CHECK(heard == "healthy>paused paused>healthy ");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(LifeScene, "is not needed for an app that is given its right secret") {
    Advance(absl::Hours(2));
    REQUIRE(zoom->SetAppSecret(kClientId, "another").ok());
    CHECK(Outcome(kJillsMeeting) == "app_credentials_invalid");
    CHECK(heard == "healthy>paused ");
    AppSettings settings;
    settings.client_id = kClientId;
    settings.client_secret = Secret("another");
    REQUIRE(NameOf(engine->apps().Update(app_id, settings)) == "ok");
    CHECK(heard == "healthy>paused paused>healthy ");
    CHECK(Outcome(kJillsMeeting) == "ok");
  }
}

TEST_SUITE("An engine that opens") {
  // Blocks until what it does in the background has told so.
  void AwaitEvent(LifeScene & scene, const std::string& kind) {
    while (scene.Kinds().find(kind) == std::string::npos) std::this_thread::yield();
  }

  TEST_CASE_FIXTURE(LifeScene, "settles by itself what the one before left open") {
    Advance(absl::Hours(2));
    fake_zoom::Fault lose;
    lose.endpoint = "token/refresh_token";
    lose.kind = fake_zoom::FaultKind::kHtml;
    REQUIRE(zoom->SetFault(lose).ok());
    CHECK(Outcome(kJillsMeeting) == "refresh_unanswered");
    engine.reset();
    Advance(absl::Minutes(1));
    Reopen();
    AwaitEvent(*this, "refreshed");
    CHECK(zoom->Calls("token/refresh_token") == 2);
  }

  TEST_CASE_FIXTURE(LifeScene, "finishes a disconnect that was cut short") {
    engine.reset();
    BeginDisconnect();
    Reopen();
    while (NameOf(engine->credentials().Get(id)) == "ok") std::this_thread::yield();
    CHECK(NameOf(engine->credentials().Get(id)) == "credential_unknown");
    CHECK_FALSE(zoom->GetConsent(kClientId, kJill)->live);
  }

  TEST_CASE_FIXTURE(LifeScene, "leaves to upkeep what is begun later") {
    BeginDisconnect();
    CHECK(Get(id).health == Health::kDisconnecting);
    CHECK(Upkeep().disconnected == 1);
    CHECK(NameOf(engine->credentials().Get(id)) == "credential_unknown");
  }
}

}  // namespace
}  // namespace joinpass
