#include "directory/listing.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/status.h"
#include "support/engine_room.h"
#include "support/one_shot.h"
#include "unit/store/raw_sqlite.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;

constexpr std::uint64_t kFirst = 91'000'000'000;

struct Scene : EngineRoom {
  Scene() {
    Connect(absl::Hours(1));
    REQUIRE(records.PutConsented(Consent("cred_2", "user-2", absl::Hours(1))).ok());
  }

  void Put(int i, const std::string& host, const std::string& app = "app_1",
           store::MeetingKind kind = store::MeetingKind::kScheduled, bool deleted = false) {
    store::MeetingRecord meeting;
    meeting.app_id = app;
    meeting.number = kFirst + static_cast<std::uint64_t>(i);
    meeting.host = {{host, "account-1", kind}, clock.Now()};
    meeting.deleted = {deleted, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
  }

  // "number-host-credential" of each, by as many pages as there are.
  std::string All(MeetingQuery query, int* pages = nullptr) {
    std::string all;
    while (true) {
      const auto page = List(records, query);
      if (!page.ok()) return std::string(ReasonName(ReasonOf(page.status())));
      if (pages != nullptr) ++*pages;
      for (const KnownMeeting& one : page->meetings) {
        all += std::to_string(one.meeting_number - kFirst) + "-" + one.host_user_id + "-" +
               one.credential_id + " ";
      }
      if (page->next_cursor.empty()) return all;
      query.cursor = page->next_cursor;
    }
  }
};

TEST_SUITE("List") {
  TEST_CASE_FIXTURE(Scene, "gives each meeting with its credential, in the order of learning") {
    Put(3, "user-1");
    Put(1, "user-2", "app_1", store::MeetingKind::kWebinar);
    Put(2, "stranger");
    Put(4, "user-1", "app_1", store::MeetingKind::kScheduled, true);
    const absl::Time then = clock.Now();
    clock.Advance(absl::Minutes(1));
    Put(3, "user-1");  // learnt again
    CHECK(All({}) == "3-user-1-cred_1 1-user-2-cred_2 2-stranger- ");
    const auto page = List(records, {});
    REQUIRE(page.ok());
    CHECK(page->meetings[0].synced_at == clock.Now());
    CHECK(page->meetings[0].rule == MatchRule::kScheduled);
    CHECK(page->meetings[1].synced_at == then);
    CHECK(page->meetings[1].rule == MatchRule::kWebinar);
    CHECK(page->meetings[1].app_id == "app_1");
    REQUIRE(*records.BeginDisconnect("cred_2", clock.Now()));
    CHECK(All({}) == "3-user-1-cred_1 1-user-2- 2-stranger- ");
  }

  TEST_CASE_FIXTURE(Scene, "filters by credential and by app") {
    Put(1, "user-1");
    Put(2, "user-2");
    Put(3, "user-1");
    Put(4, "user-1", "app_2");
    CHECK(All({.credential_id = "cred_1"}) == "1-user-1-cred_1 3-user-1-cred_1 ");
    CHECK(All({.credential_id = "cred_2", .app_id = "app_9"}) == "2-user-2-cred_2 ");
    CHECK(All({.app_id = "app_2"}) == "4-user-1- ");
    CHECK(All({.app_id = "app_9"}).empty());
    CHECK(All({.credential_id = "cred_9"}) == "credential_unknown");
  }

  TEST_CASE_FIXTURE(Scene, "gives all that an account's consent serves") {
    store::AppRecord app;
    app.id = "app_2";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client-2";
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord account = Consent("cred_3", "", absl::Hours(1));
    account.app_id = "app_2";
    account.app_kind = AppKind::kAccountManaged;
    account.client_id = "client-2";
    REQUIRE(records.PutConsented(account).ok());
    Put(1, "user-1", "app_2");
    Put(2, "user-2", "app_2");
    Put(3, "user-2");
    CHECK(All({.credential_id = "cred_3"}) == "1-user-1-cred_3 2-user-2-cred_3 ");
  }

  TEST_CASE_FIXTURE(Scene, "goes on behind a page, whatever came and went meanwhile") {
    for (int i = 0; i < 10; ++i) Put(i, "user-1");
    int pages = 0;
    CHECK(All({.most = 3}, &pages) == All({}));
    CHECK(pages == 4);
    const auto first = List(records, {.most = 5});
    REQUIRE(first.ok());
    Put(2, "user-1", "app_1", store::MeetingKind::kScheduled, true);
    clock.Advance(absl::Seconds(1));
    Put(7, "user-1", "app_1", store::MeetingKind::kScheduled, true);
    Put(10, "user-1");
    CHECK(All({.cursor = first->next_cursor, .most = 5}) ==
          "5-user-1-cred_1 6-user-1-cred_1 8-user-1-cred_1 9-user-1-cred_1 10-user-1-cred_1 ");
  }

  TEST_CASE_FIXTURE(Scene, "passes over what is damaged") {
    Put(1, "user-1");
    Put(2, "user-2");
    store::RawSqlite(folder / "store/directory.db")
        .Run("UPDATE meeting SET sealed=x'00' WHERE seq=1");
    CHECK(All({.most = 1}) == "2-user-2-cred_2 ");
    store::RawSqlite(folder / "store/credentials.db")
        .Run("UPDATE credential SET sealed_user=x'00' WHERE id='cred_2'");
    CHECK(All({}) == "2-user-2- ");
  }

  TEST_CASE_FIXTURE(Scene, "names what is wrong with the query") {
    for (const MeetingQuery& query :
         {MeetingQuery{.most = 0}, MeetingQuery{.most = 1001}, MeetingQuery{.cursor = "x"},
          MeetingQuery{.cursor = "-1"}, MeetingQuery{.cursor = "9223372036854775808"}}) {
      CHECK(All(query) == "invalid_argument");
    }
    CHECK(All({.cursor = "9223372036854775807", .most = 1000}).empty());
    const auto both = List(records, {.cursor = "x", .most = 0});
    const std::string message(both.status().message());
    CHECK(message.find("most") != std::string::npos);
    CHECK(message.find("cursor") != std::string::npos);
  }
}

}  // namespace
}  // namespace joinpass::directory
