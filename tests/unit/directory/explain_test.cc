#include "directory/explain.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/status.h"
#include "directory/resolver.h"
#include "support/engine_room.h"
#include "support/one_shot.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

struct Scene : EngineRoom {
  Scene() { Connect(absl::Hours(1)); }

  void PutHost(const std::string& user) {
    store::HostRecord host;
    host.app_id = "app_1";
    host.user_id = user;
    host.personal_meeting_id = {1234567890, clock.Now()};
    host.vanity_name = {"jill", clock.Now()};
    REQUIRE(records.PutHost(host).ok());
  }
  void PutMeeting(const std::string& host, bool deleted = false,
                  store::MeetingKind kind = store::MeetingKind::kScheduled) {
    store::MeetingRecord meeting;
    meeting.app_id = "app_1";
    meeting.number = 98765432109;
    meeting.host = {{host, "account-1", kind}, clock.Now()};
    meeting.deleted = {deleted, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
  }
  Explanation Of(std::string_view link) {
    auto explanation = Explain(records, *MeetingLink::Parse(link), clock.Now());
    REQUIRE(explanation.ok());
    return *std::move(explanation);
  }
};

TEST_SUITE("Explain") {
  TEST_CASE_FIXTURE(Scene,
                    "says who hosts it, why that is believed, since when, and through whom") {
    PutMeeting("user-1");
    PutHost("user-1");
    clock.Advance(absl::Minutes(3));
    const Explanation meeting = Of("98765432109");
    CHECK(meeting.outcome.ok());
    CHECK(meeting.meeting_number == 98765432109);
    REQUIRE(meeting.hosts.size() == 1);
    CHECK(meeting.hosts[0].candidate.credential_id == "cred_1");
    CHECK(meeting.credentials == 1);
    CHECK(meeting.text ==
          "meeting 98765432109\n"
          "  user user-1, who hosts it by his list of meetings (learnt 3 minutes ago, for app_1): "
          "cred_1, healthy\n"
          "A recording token is asked for through the first.");
    CHECK(Of("https://zoom.us/my/jill").text ==
          "personal link jill, which leads to the room 1234567890\n"
          "  user user-1, whose personal link it is (learnt 3 minutes ago, for app_1): cred_1, "
          "healthy\n"
          "A recording token is asked for through the first.");
    CHECK(Of("1234567890").text.find("whose personal meeting id it is") != std::string::npos);
    PutMeeting("user-1", false, store::MeetingKind::kWebinar);
    CHECK(Of("98765432109").text.find("list of webinars (learnt just now") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Scene, "says why nobody is found, and what to do") {
    const Explanation unknown = Of("98765432109");
    CHECK(ReasonOf(unknown.outcome) == Reason::kHostNotConnected);
    CHECK(unknown.text ==
          "meeting 98765432109\n"
          "  nobody is known to host it; credentials: 1, none of them ever synced\n"
          "If the host has consented, sync his credential: what was made since the last sync is "
          "not known. Else have him consent.");

    PutMeeting("user-2");
    clock.Advance(absl::Hours(50));
    const Explanation stranger = Of("98765432109");
    CHECK(ReasonOf(stranger.outcome) == Reason::kHostNotConnected);
    REQUIRE(stranger.hosts.size() == 1);
    CHECK(
        stranger.text ==
        "meeting 98765432109\n"
        "  user user-2, who hosts it by his list of meetings (learnt 2 days ago, for app_1): none "
        "of the consents is his\n"
        "Have this host consent, or an administrator of his account.");

    PutMeeting("user-1", true);
    clock.Advance(absl::Hours(2));
    const Explanation gone = Of("98765432109");
    CHECK(gone.deleted_at == clock.Now() - absl::Hours(2));
    CHECK(gone.hosts.empty());
    CHECK(gone.text.find("\n  a meeting of this number went 2 hours ago\n") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Scene, "says when Zoom was last asked for all that the consents host") {
    const auto line = [&] {
      const std::string text = Of("98765432109").text;
      const std::size_t begin = text.find("credentials: ");
      return text.substr(begin, text.find('\n', begin) - begin);
    };
    const auto put_sync = [&](const std::string& id) {
      const store::SyncRecord sync = {.credential_id = id,
                                      .state = SyncState::kCompleted,
                                      .began_at = clock.Now(),
                                      .changed_at = clock.Now(),
                                      .completed_at = clock.Now()};
      REQUIRE(*records.PutSync(sync, std::nullopt));
    };
    put_sync("cred_1");
    const absl::Time first = clock.Now();
    clock.Advance(absl::Hours(3));
    CHECK(line() == "credentials: 1, last synced 3 hours ago");
    REQUIRE(records.PutConsented(Consent("cred_2", "user-2", absl::Hours(9))).ok());
    REQUIRE(records.PutConsented(Consent("cred_3", "user-3", absl::Hours(9))).ok());
    CHECK(line() == "credentials: 3, last synced 3 hours ago; never: 2");
    put_sync("cred_2");
    CHECK(line() == "credentials: 3, last synced 3 hours ago or later; never: 1");
    const Explanation explanation = Of("98765432109");
    CHECK(explanation.never_synced == 1);
    CHECK(explanation.synced_at == first);
    put_sync("cred_3");
    CHECK(line() == "credentials: 3, last synced 3 hours ago or later");
  }

  TEST_CASE_FIXTURE(Scene, "says what ails the consent") {
    PutMeeting("user-1");
    REQUIRE(records
                .Condemn("cred_1", Secret("refresh-0"), Cause::kRevokedOrExpired,
                         {.kind = CredentialEventKind::kRefreshFailed}, clock.Now())
                .ok());
    const Explanation ill = Of("98765432109");
    CHECK(ill.outcome.ok());
    CHECK(ill.hosts[0].health == Health::kReauthorizationRequired);
    CHECK(ill.text.find("cred_1, reauthorization_required (revoked_or_expired)\n") !=
          std::string::npos);
    CHECK(ill.text.ends_with(ReasonAdvice(Reason::kReauthorizationRequired)));
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    CHECK(Of("98765432109").text.find("none of the consents is his") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Scene, "names the candidates in their order, and strangers behind them") {
    store::AppRecord app;
    app.id = "app_0";
    app.settings.client_id = "client-0";
    REQUIRE(records.CreateApp(app).ok());
    store::MeetingRecord other;
    other.app_id = "app_0";
    other.number = 1234567890;
    other.host = {{"user-9", "account-9"}, clock.Now()};
    REQUIRE(records.PutMeetings({&other, 1}).ok());
    PutHost("user-1");
    const Explanation both = Of("1234567890");
    REQUIRE(both.hosts.size() == 2);
    CHECK(both.hosts[0].candidate.host_user_id == "user-1");
    CHECK(both.hosts[1].candidate.host_user_id == "user-9");
    CHECK(both.hosts[1].candidate.credential_id.empty());
  }
}

TEST_SUITE("AgeText") {
  TEST_CASE("is in the largest unit of which there are two") {
    struct Row {
      absl::Duration age;
      const char* text;
    };
    for (const Row& row :
         {Row{-absl::Hours(1), "just now"}, Row{absl::Seconds(1), "just now"},
          Row{absl::Seconds(2), "2 seconds ago"}, Row{absl::Seconds(119), "119 seconds ago"},
          Row{absl::Minutes(2), "2 minutes ago"}, Row{absl::Minutes(119), "119 minutes ago"},
          Row{absl::Hours(2), "2 hours ago"}, Row{absl::Hours(47), "47 hours ago"},
          Row{absl::Hours(48), "2 days ago"}, Row{absl::Hours(24 * 400), "400 days ago"}}) {
      CHECK(AgeText(kNow - row.age, kNow) == row.text);
    }
    CHECK(AgeText(absl::InfinitePast(), kNow) == "at an unknown time");
  }
}

}  // namespace
}  // namespace joinpass::directory
