#include <doctest/doctest.h>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

TEST_SUITE("Records of apps") {
  TEST_CASE_FIXTURE(StoreFixture, "give back every setting") {
    const AppRecord app = Must(records.GetApp("app_1"));
    CHECK(app.id == "app_1");
    CHECK(app.settings.kind == AppKind::kUserManaged);
    CHECK(app.settings.client_id == "client of app_1");
    CHECK(app.settings.client_secret == Secret("secret of app_1"));
    REQUIRE(app.settings.webhook_secrets.size() == 2);
    CHECK(app.settings.webhook_secrets[1] == Secret("hook 2"));
    CHECK(app.created_at == kNow);
    CHECK(WhyNot(records.GetApp("app_2")) == Reason::kAppUnknown);
  }

  TEST_CASE_FIXTURE(StoreFixture, "are refused if they are larger than can be read again") {
    AppRecord app = AppNamed("app_1");
    const std::size_t rest = 500;
    app.settings.client_secret = Secret(std::string(kLargestSealed - rest, 'x'));
    CHECK(records.UpdateApp(app, kNow).ok());
    CHECK(Must(records.GetApp("app_1")).settings.client_secret == app.settings.client_secret);
    const Secret kept = app.settings.client_secret;
    app.settings.client_secret = Secret(std::string(kLargestSealed, 'x'));
    CHECK(WhyNot(records.UpdateApp(app, kNow)) == Reason::kInvalidArgument);
    CHECK(Must(records.GetApp("app_1")).settings.client_secret == kept);
  }

  TEST_CASE_FIXTURE(StoreFixture, "come oldest first") {
    AppRecord older = AppNamed("app_2");
    older.created_at = kNow - absl::Hours(1);
    older.settings.kind = AppKind::kAccountManaged;
    older.settings.webhook_secrets.clear();
    REQUIRE(records.CreateApp(older).ok());
    const auto apps = Must(records.ListApps());
    REQUIRE(apps.size() == 2);
    CHECK(apps[0].id == "app_2");
    CHECK(apps[0].settings.kind == AppKind::kAccountManaged);
    CHECK(apps[0].settings.webhook_secrets.empty());
    CHECK(apps[1].id == "app_1");
  }

  TEST_CASE_FIXTURE(StoreFixture, "have client ids of their own") {
    AppRecord same = AppNamed("app_2");
    same.settings.client_id = "client of app_1";
    CHECK(WhyNot(records.CreateApp(same)) == Reason::kInvalidArgument);
    CHECK(WhyNot(records.CreateApp(AppNamed("app_1"))) == Reason::kInvalidArgument);
    REQUIRE(records.CreateApp(AppNamed("app_2")).ok());
    CHECK(WhyNot(records.UpdateApp(same, kNow)) == Reason::kInvalidArgument);
    CHECK(Must(records.GetApp("app_2")).settings.client_id == "client of app_2");
  }

  TEST_CASE_FIXTURE(StoreFixture, "change, but for the time they were created at") {
    AppRecord app = AppNamed("app_1");
    app.settings.client_secret = Secret("another");
    app.created_at = kNow + absl::Hours(9);
    CHECK(records.UpdateApp(app, kNow).ok());
    CHECK(Must(records.GetApp("app_1")).settings.client_secret == Secret("another"));
    CHECK(Must(records.GetApp("app_1")).created_at == kNow);
    app.settings.client_id = "another client";
    CHECK(records.UpdateApp(app, kNow).ok());
    CHECK(records.CreateApp(AppNamed("app_1b")).ok());
    CHECK(WhyNot(records.UpdateApp(AppNamed("app_9"), kNow)) == Reason::kAppUnknown);
  }

  TEST_CASE_FIXTURE(StoreFixture, "go when nobody uses them, with their directory") {
    REQUIRE(records.CreateApp(AppNamed("app_2")).ok());
    REQUIRE(records.PutHost(HostOf("app_2", "bob", 5'551'112'222, "")).ok());
    const std::vector<MeetingRecord> meetings = {MeetingOf("app_2", 85'746'065, "bob"),
                                                 MeetingOf("app_1", 85'746'065, "ann")};
    REQUIRE(records.PutMeetings(meetings).ok());

    CHECK(WhyNot(records.RemoveApp("app_1")) == Reason::kAppInUse);
    CHECK(WhyNot(records.RemoveApp("app_9")) == Reason::kAppUnknown);
    CHECK(records.RemoveApp("app_2").ok());
    CHECK(WhyNot(records.GetApp("app_2")) == Reason::kAppUnknown);
    CHECK(Must(records.GetApp("app_1")).id == "app_1");
    CHECK(Must(FindHostsByPersonalMeetingId(records, 5'551'112'222)).empty());
    CHECK(Must(FindMeetings(records, 85'746'065)).size() == 1);
  }
}

TEST_SUITE("Records of consents") {
  struct AuthorizationFixture : StoreFixture {
    AuthorizationRequest consent = {.app_id = "app_1",
                                    .redirect_uri = "https://example.com/cb",
                                    .code_verifier = Secret("verifier"),
                                    .bound_to_hash = records.HashBinding("cookie"),
                                    .expires_at = kNow + absl::Minutes(10)};
    AuthorizationFixture() { REQUIRE(records.PutAuthorization("state", consent).ok()); }
  };

  TEST_CASE_FIXTURE(AuthorizationFixture, "are taken once") {
    const auto taken = Must(records.TakeAuthorization("state", kNow));
    REQUIRE(taken);
    CHECK(taken->app_id == "app_1");
    CHECK(taken->redirect_uri == "https://example.com/cb");
    CHECK(taken->code_verifier == Secret("verifier"));
    CHECK(taken->bound_to_hash == consent.bound_to_hash);
    CHECK(taken->expires_at == consent.expires_at);
    CHECK_FALSE(Must(records.TakeAuthorization("state", kNow)));
  }

  TEST_CASE_FIXTURE(AuthorizationFixture, "tell what came of them, for ten minutes") {
    CHECK_FALSE(Must(records.FindAuthorization("state"))->taken_at);
    const absl::Time taken_at = kNow + absl::Minutes(9);
    REQUIRE(Must(records.TakeAuthorization("state", taken_at)));
    const auto taken = Must(records.FindAuthorization("state"));
    REQUIRE(taken);
    CHECK(taken->taken_at == taken_at);
    CHECK_FALSE(taken->outcome);
    const absl::Time ended_at = taken_at + absl::Seconds(10);
    REQUIRE(records.EndAuthorization("state", {.credential_id = "cred_1"}, ended_at).ok());
    REQUIRE(records
                .EndAuthorization("state",
                                  {.credential_id = "cred_2",
                                   .reason = Reason::kAppCredentialsInvalid,
                                   .cause = Cause::kClientUnauthorized,
                                   .is_final = true},
                                  ended_at)
                .ok());
    const absl::Time last = ended_at + absl::Minutes(10);
    CHECK_FALSE(Must(records.TakeAuthorization("state", last)));
    const auto ended = Must(records.FindAuthorization("state"));
    REQUIRE(ended);
    REQUIRE(ended->outcome);
    CHECK(ended->bound_to_hash == consent.bound_to_hash);
    CHECK(ended->outcome->credential_id == "cred_2");
    CHECK(ended->outcome->reason == Reason::kAppCredentialsInvalid);
    CHECK(ended->outcome->cause == Cause::kClientUnauthorized);
    CHECK(ended->outcome->is_final);
    CHECK_FALSE(Must(records.TakeAuthorization("state", last + absl::Milliseconds(1))));
    CHECK_FALSE(Must(records.FindAuthorization("state")));
    CHECK(records.EndAuthorization("state", {}, last).ok());
    CHECK_FALSE(Must(records.FindAuthorization("state")));
  }

  TEST_CASE_FIXTURE(AuthorizationFixture, "are not given for another state") {
    CHECK_FALSE(Must(records.TakeAuthorization("", kNow)));
    CHECK_FALSE(Must(records.TakeAuthorization("State", kNow)));
    CHECK(Must(records.TakeAuthorization("state", kNow)));
  }

  TEST_CASE_FIXTURE(AuthorizationFixture, "end by the tick, and are forgotten then") {
    CHECK_FALSE(Must(records.TakeAuthorization(
        "other", consent.expires_at)));  // the row is still good, and stays
    SUBCASE("the last moment") {
      CHECK(Must(records.TakeAuthorization("state", consent.expires_at)));
      // Who took it has all his time.
      const absl::Time later = consent.expires_at + absl::Minutes(10);
      CHECK_FALSE(Must(records.TakeAuthorization("state", later)));
      CHECK(Must(records.FindAuthorization("state")));
    }
    SUBCASE("one tick later") {
      const absl::Time late = consent.expires_at + absl::Milliseconds(1);
      CHECK_FALSE(Must(records.TakeAuthorization("state", late)));
      CHECK_FALSE(Must(records.TakeAuthorization("state", kNow)));
    }
  }

  TEST_CASE_FIXTURE(AuthorizationFixture, "are bound to a keyed hash") {
    CHECK(records.HashBinding("cookie") != consent.bound_to_hash);
    CHECK(records.IsBoundTo(consent.bound_to_hash, "cookie"));
    CHECK_FALSE(records.IsBoundTo(consent.bound_to_hash, "cookies"));
    CHECK(consent.bound_to_hash.find("cookie") == std::string::npos);
  }
}

}  // namespace
}  // namespace joinpass::store
