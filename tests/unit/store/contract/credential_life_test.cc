// The log of a credential, its way out, what is left to settle, and the pause of
// an app.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

const Secret kFirst("first refresh");
const Secret kSecond("second refresh");

EventRecord Failed(const std::string& reason, const std::string& tracking_id = "") {
  EventRecord event;
  event.kind = CredentialEventKind::kRefreshFailed;
  event.reason = reason;
  event.tracking_id = tracking_id;
  event.http_status = 503;
  event.zoom_code = 124;
  return event;
}

struct LifeFixture : StoreFixture {
  std::vector<EventRecord> Events() { return Must(records.ListEvents("cred_1")); }
  AppRecord App() { return Must(records.GetApp("app_1")); }
};

TEST_SUITE("The log of a credential") {
  TEST_CASE_FIXTURE(LifeFixture, "tells what befell it, the newest first") {
    REQUIRE(
        records.AddEvent("cred_1", Failed("network_unreachable"), kNow + absl::Seconds(1)).ok());
    REQUIRE(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("second"), kNow)));
    const auto verdict = Must(records.Condemn("cred_1", kSecond, Cause::kRevokedOrExpired,
                                              Failed("revoked_or_expired", "WEB_1"), kNow));
    REQUIRE(verdict == Records::Verdict::kWritten);
    REQUIRE(Must(records.CommitTokens("cred_1", kSecond, TokensNamed("third"), kNow)));
    Must(records.PutConsented(CredentialOf("app_1", "ann", "cred_9")));
    std::string kinds;
    for (const EventRecord& event : Events()) {
      kinds += std::string(CredentialEventName(event.kind)) + " ";
    }
    CHECK(kinds == "reconnected recovered refresh_failed refreshed refresh_failed connected ");
    const EventRecord refused = Events()[2];
    CHECK(refused.reason == "revoked_or_expired");
    CHECK(refused.tracking_id == "WEB_1");
    CHECK(refused.http_status == 503);
    CHECK(refused.zoom_code == 124);
  }

  TEST_CASE_FIXTURE(LifeFixture, "counts tokens that were given beside all else") {
    const EventRecord given = {.kind = CredentialEventKind::kAccessTokenGiven};
    const EventRecord failed = Failed("zoom_unavailable");
    for (int hour = 0; hour < 100; ++hour) {
      const absl::Time now = kNow + hour * absl::Hours(1);
      REQUIRE(records.AddEvent("cred_1", failed, now).ok());
      REQUIRE(records.AddEvent("cred_1", given, now).ok());
    }
    const std::vector<EventRecord> events = Events();
    REQUIRE(events.size() == 3);
    CHECK(events[0].kind == CredentialEventKind::kAccessTokenGiven);
    CHECK(events[0].times == 100);
    CHECK(events[0].first_at == kNow);
    CHECK(events[0].last_at == kNow + absl::Hours(99));
    CHECK(events[1].times == 100);
    CHECK(events[2].kind == CredentialEventKind::kConnected);
  }

  TEST_CASE_FIXTURE(LifeFixture, "counts what happens again and again as one, with its times") {
    for (int i = 0; i < 5; ++i) {
      const std::string tracking_id = "WEB_" + std::to_string(i);
      const absl::Time now = kNow + i * absl::Minutes(1);
      REQUIRE(records.AddEvent("cred_1", Failed("zoom_unavailable", tracking_id), now).ok());
    }
    REQUIRE(Events().size() == 2);
    CHECK(Events()[0].times == 5);
    CHECK(Events()[0].tracking_id == "WEB_4");
    CHECK(Events()[0].last_at - Events()[0].first_at == absl::Minutes(4));
    REQUIRE(records.AddEvent("cred_1", Failed("tls_failed"), kNow).ok());
    CHECK(Events().size() == 3);
  }

  TEST_CASE_FIXTURE(LifeFixture, "keeps the last 64") {
    for (int i = 0; i < 100; ++i) {
      REQUIRE(records.AddEvent("cred_1", Failed("reason " + std::to_string(i)), kNow).ok());
    }
    REQUIRE(Events().size() == kMostEvents);
    CHECK(Events().front().reason == "reason 99");
    CHECK(Events().back().reason == "reason 36");
  }

  TEST_CASE_FIXTURE(LifeFixture, "says nothing of a write that did not happen") {
    CHECK_FALSE(Must(records.CommitTokens("cred_1", kSecond, TokensNamed("x"), kNow)));
    CHECK_FALSE(Must(records.UndoPending("cred_1", kSecond, Failed("x"), kNow)));
    CHECK(Events().size() == 1);
    CHECK(WhyNot(records.AddEvent("cred_2", Failed("x"), kNow)) == Reason::kCredentialUnknown);
    CHECK(WhyNot(records.ListEvents("cred_2")) == Reason::kCredentialUnknown);
  }
}

TEST_SUITE("A credential on its way out") {
  TEST_CASE_FIXTURE(LifeFixture, "takes no write of a refresh any more") {
    REQUIRE(Must(records.OpenPending("cred_1", kFirst, std::nullopt, kNow)));
    REQUIRE(Must(records.BeginDisconnect("cred_1", kNow)));
    CHECK_FALSE(Must(records.BeginDisconnect("cred_1", kNow)));
    CHECK(Ann().health == Health::kDisconnecting);
    CHECK_FALSE(Must(records.OpenPending("cred_1", kFirst, Ann().pending, kNow)));
    CHECK_FALSE(Must(records.UndoPending("cred_1", kFirst, {}, kNow)));
    CHECK_FALSE(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("late"), kNow)));
    CHECK(Must(records.Condemn("cred_1", kFirst, Cause::kAnswerLost, {}, kNow)) ==
          Records::Verdict::kVoid);
    CHECK(Ann().tokens.refresh_token == kFirst);
  }

  TEST_CASE_FIXTURE(LifeFixture, "goes with its log and with what the directory knew") {
    REQUIRE(records.PutHost(HostOf("app_1", "ann", 42, "")).ok());
    const std::vector<MeetingRecord> meetings = {MeetingOf("app_1", 77, "ann"),
                                                 MeetingOf("app_1", 88, "bob")};
    REQUIRE(records.PutMeetings(meetings).ok());
    const CredentialRecord ann = Ann();
    CHECK_FALSE(Must(records.RemoveCredential(ann)));
    CHECK(Must(FindMeetings(records, 77)).size() == 1);
    REQUIRE(Must(records.BeginDisconnect("cred_1", kNow)));
    CHECK(Must(records.RemoveCredential(ann)));
    CHECK(WhyNot(records.GetCredential("cred_1")) == Reason::kCredentialUnknown);
    CHECK(WhyNot(records.ListEvents("cred_1")) == Reason::kCredentialUnknown);
    CHECK(Must(FindMeetings(records, 77)).empty());
    CHECK(Must(FindHostsByPersonalMeetingId(records, 42)).empty());
    CHECK(Must(FindMeetings(records, 88)).size() == 1);
    CHECK(Must(records.RemoveCredential(ann)));
    CHECK(WhyNot(records.BeginDisconnect("cred_1", kNow)) == Reason::kCredentialUnknown);
  }

  TEST_CASE_FIXTURE(LifeFixture, "takes all hosts of an account with the account's credential") {
    CredentialRecord admin = CredentialOf("app_1", "root", "cred_2");
    admin.app_kind = AppKind::kAccountManaged;
    admin.account_id = "acme";
    admin = Must(records.PutConsented(admin)).record;
    const std::vector<MeetingRecord> meetings = {MeetingOf("app_1", 1, "x", kNow, "acme"),
                                                 MeetingOf("app_1", 2, "y", kNow, "other")};
    REQUIRE(records.PutMeetings(meetings).ok());
    REQUIRE(Must(records.BeginDisconnect("cred_2", kNow)));
    CHECK(Must(records.RemoveCredential(admin)));
    CHECK(Must(FindMeetings(records, 1)).empty());
    CHECK(Must(FindMeetings(records, 2)).size() == 1);
  }

  TEST_CASE_FIXTURE(LifeFixture, "stays if the user consents again meanwhile") {
    REQUIRE(Must(records.BeginDisconnect("cred_1", kNow)));
    const auto again = Must(records.PutConsented(CredentialOf("app_1", "ann", "cred_9")));
    CHECK(again.record.id == "cred_1");
    CHECK(again.before == Health::kDisconnecting);
    CHECK_FALSE(Must(records.RemoveCredential(again.record)));
    CHECK(Ann().health == Health::kHealthy);
  }
}

TEST_SUITE("What is left to do") {
  TEST_CASE_FIXTURE(LifeFixture, "is what went unanswered, and what is on its way out") {
    CHECK(Must(records.ListUnsettled()).empty());
    Must(records.PutConsented(CredentialOf("app_1", "bob", "cred_2")));
    REQUIRE(Must(records.OpenPending("cred_1", kFirst, std::nullopt, kNow)));
    REQUIRE(Must(records.BeginDisconnect("cred_2", kNow)));
    CHECK(Must(records.ListUnsettled()) == std::vector<std::string>{"cred_1", "cred_2"});
    REQUIRE(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("second"), kNow)));
    CHECK(Must(records.ListUnsettled()) == std::vector<std::string>{"cred_2"});
  }

  TEST_CASE_FIXTURE(LifeFixture, "is the refresh of those that are healthy and idle") {
    const absl::Time later = kNow + absl::Hours(1);
    const std::vector<std::string> it = {"cred_1"};
    CHECK(Must(records.ListRefreshedOutside(kNow, later)).empty());
    CHECK(Must(records.ListRefreshedOutside(later, later)) == it);
    CHECK(Must(records.ListRefreshedOutside(kNow - absl::Hours(9), kNow - absl::Hours(1))) == it);
    REQUIRE(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("second"), later)));
    CHECK(Must(records.ListRefreshedOutside(later, later)).empty());
    Must(records.Condemn("cred_1", kSecond, Cause::kAnswerLost, {}, later));
    CHECK(
        Must(records.ListRefreshedOutside(later + absl::Hours(1), later + absl::Hours(1))).empty());
  }
}

TEST_SUITE("The pause of an app") {
  TEST_CASE_FIXTURE(LifeFixture, "begins once, and only for the settings that were refused") {
    const AppRecord seen = App();
    CHECK(Must(records.PauseApp(seen, kNow, kNow + absl::Minutes(1))));
    CHECK_FALSE(Must(records.PauseApp(seen, kNow, kNow + absl::Minutes(9))));
    REQUIRE(App().pause);
    CHECK(*App().pause == AppPause{kNow, kNow + absl::Minutes(1), 0});
    REQUIRE(records.UpdateApp(seen, kNow).ok());
    CHECK_FALSE(App().pause);
    CHECK_FALSE(Must(records.PauseApp(seen, kNow, kNow)));
    CHECK_FALSE(App().pause);
  }

  TEST_CASE_FIXTURE(LifeFixture, "is probed by one of several, and ended once") {
    REQUIRE(Must(records.PauseApp(App(), kNow, kNow)));
    const AppRecord seen = App();
    CHECK(Must(records.ClaimProbe(seen, kNow + absl::Minutes(1))));
    CHECK_FALSE(Must(records.ClaimProbe(seen, kNow + absl::Minutes(1))));
    CHECK(App().pause->probes == 1);
    CHECK(Must(records.ResumeApp(seen)));
    CHECK_FALSE(Must(records.ResumeApp(seen)));
    CHECK_FALSE(App().pause);
    CHECK_FALSE(Must(records.ClaimProbe(App(), kNow)));
  }

  TEST_CASE_FIXTURE(LifeFixture,
                    "the moment of another client id is kept, that of the same is not") {
    AppRecord app = App();
    CHECK(app.client_id_since == kNow);
    REQUIRE(records.UpdateApp(app, kNow + absl::Hours(1)).ok());
    CHECK(App().client_id_since == kNow);
    app.settings.client_id = "production";
    REQUIRE(records.UpdateApp(app, kNow + absl::Hours(2)).ok());
    CHECK(App().client_id_since == kNow + absl::Hours(2));
    CHECK(App().version > app.version);
  }
}

}  // namespace
}  // namespace joinpass::store
