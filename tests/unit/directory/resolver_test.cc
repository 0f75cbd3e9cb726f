#include "directory/resolver.h"

#include <doctest/doctest.h>

#include <string>

#include "support/engine_room.h"
#include "support/one_shot.h"
#include "unit/store/raw_sqlite.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;

struct Scene : EngineRoom {
  Scene() {
    Connect(absl::Hours(1));
    store::HostRecord host;
    host.app_id = "app_1";
    host.user_id = "user-1";
    host.personal_meeting_id = {1234567890, clock.Now()};
    host.vanity_name = {"jill", clock.Now()};
    REQUIRE(records.PutHost(host).ok());
    PutMeeting(98765432109, "user-1");
  }

  // With a consent "cred_2" of "user-2".
  void ConnectSecondApp() {
    store::AppRecord app;
    app.id = "app_2";
    app.settings.client_id = "client-2";
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord second = Consent("cred_2", "user-2", absl::Hours(1));
    second.app_id = "app_2";
    second.client_id = "client-2";
    REQUIRE(records.PutConsented(second).ok());
  }

  void PutMeeting(std::uint64_t number, std::string host, std::string app = "app_1") {
    store::MeetingRecord meeting;
    meeting.app_id = std::move(app);
    meeting.number = number;
    meeting.host = {{std::move(host), "account-1"}, clock.Now()};
    meeting.deleted = {false, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
  }

  absl::StatusOr<Resolution> Find(std::string_view link) {
    return Resolve(records, *MeetingLink::Parse(link), clock.Now());
  }
};

TEST_SUITE("Resolve") {
  TEST_CASE_FIXTURE(Scene, "finds a host by number, by PMI and by personal link") {
    struct Row {
      const char* link;
      MatchRule rule;
      std::uint64_t number;
    };
    for (const Row& row : {
             Row{"https://zoom.us/j/98765432109", MatchRule::kScheduled, 98765432109},
             Row{"123 456 7890", MatchRule::kPersonalMeetingId, 1234567890},
             Row{"https://acme.zoom.us/my/Jill", MatchRule::kVanityName, 1234567890},
         }) {
      CAPTURE(row.link);
      const auto found = Find(row.link);
      REQUIRE(found.ok());
      CHECK(found->meeting_number == row.number);
      REQUIRE(found->candidates.size() == 1);
      CHECK(found->candidates[0].credential_id == "cred_1");
      CHECK(found->candidates[0].host_user_id == "user-1");
      CHECK(found->candidates[0].rule == row.rule);
      CHECK(found->candidates[0].learnt_at == clock.Now());
    }
  }

  TEST_CASE_FIXTURE(Scene, "says what it looked for when nobody is found") {
    const auto number = Find("11122233344");
    CHECK(ReasonOf(number.status()) == Reason::kHostNotConnected);
    CHECK(std::string(number.status().message()).find("number") != std::string::npos);
    const auto name = Find("https://zoom.us/my/jack");
    CHECK(ReasonOf(name.status()) == Reason::kHostNotConnected);
    CHECK(std::string(name.status().message()).find("personal link") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Scene, "does not take a stranger's consent for a meeting of somebody else") {
    PutMeeting(55566677788, "user-2");
    const auto found = Find("55566677788");
    CHECK(ReasonOf(found.status()) == Reason::kHostNotConnected);
    CHECK(std::string(found.status().message()).find("none of the consents") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Scene, "a name that two have leads to the room of him who consented") {
    for (const char* stranger : {"aaa", "zzz"}) {
      store::HostRecord host;
      host.app_id = "app_1";
      host.user_id = stranger;
      host.personal_meeting_id = {9999999999, clock.Now() + absl::Hours(1)};
      host.vanity_name = {"jill", clock.Now() + absl::Hours(1)};
      REQUIRE(records.PutHost(host).ok());
    }
    const auto found = Find("https://zoom.us/my/jill");
    REQUIRE(found.ok());
    CHECK(found->meeting_number == 1234567890);
    CHECK(found->candidates.size() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "follows a meeting to its new host, and back by nothing older") {
    REQUIRE(records.PutConsented(Consent("cred_2", "user-2", absl::Hours(1))).ok());
    clock.Advance(absl::Minutes(1));
    PutMeeting(98765432109, "user-2");
    clock.Advance(-absl::Seconds(30));
    PutMeeting(98765432109, "user-1");
    const auto found = Find("98765432109");
    REQUIRE(found.ok());
    REQUIRE(found->candidates.size() == 1);
    CHECK(found->candidates[0].host_user_id == "user-2");
  }

  TEST_CASE_FIXTURE(Scene, "names the host in each app that knows him, the newest first") {
    ConnectSecondApp();
    clock.Advance(absl::Minutes(1));
    PutMeeting(98765432109, "user-2", "app_2");
    const auto found = Find("98765432109");
    REQUIRE(found.ok());
    REQUIRE(found->candidates.size() == 2);
    CHECK(found->candidates[0].host_user_id == "user-2");
    CHECK(found->candidates[1].host_user_id == "user-1");
  }

  // One that cannot be read hides no other, and is told of where nobody else is there.
  TEST_CASE_FIXTURE(Scene, "passes over what is damaged") {
    ConnectSecondApp();
    PutMeeting(98765432109, "user-2", "app_2");
    const auto run = [&](const char* file, const char* sql) {
      store::RawSqlite(folder / (std::string("store/") + file)).Run(sql);
    };
    SUBCASE("a credential") {
      run("credentials.db", "UPDATE credential SET sealed_user=x'00' WHERE id='cred_1'");
      const auto found = Find("98765432109");
      REQUIRE(found.ok());
      REQUIRE(found->candidates.size() == 1);
      CHECK(found->candidates[0].credential_id == "cred_2");
      CHECK(ReasonOf(Find("1234567890").status()) == Reason::kStoreCorrupt);
    }
    SUBCASE("all meetings of a number that is a room's, too") {
      PutMeeting(1234567890, "user-2");
      run("directory.db", "UPDATE meeting SET sealed=x'00'");
      const auto found = Find("1234567890");
      REQUIRE(found.ok());
      CHECK(found->candidates[0].rule == MatchRule::kPersonalMeetingId);
      CHECK(ReasonOf(Find("98765432109").status()) == Reason::kStoreCorrupt);
    }
    SUBCASE("an app") {
      run("credentials.db", "UPDATE app SET sealed=x'00'");
      CHECK(ReasonOf(Find("98765432109").status()) == Reason::kStoreCorrupt);
    }
  }
}

}  // namespace
}  // namespace joinpass::directory
