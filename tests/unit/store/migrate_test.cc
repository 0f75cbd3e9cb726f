// Stores that an earlier joinpass made.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "store/sqlite/sqlite_store.h"
#include "support/fork.h"
#include "unit/store/raw_sqlite.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

// stores/*.sql were dumped from files that each schema's own code had written, with the
// keys of RingOf({1}).
struct FirstStore {
  testing::TempFolder folder;
  std::string path = folder / "store";

  explicit FirstStore(const std::string& directory = "directory_2.sql") {
    std::filesystem::create_directory(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    Make("credentials.db", "credentials_3.sql");
    Make("directory.db", directory);
    Make("ephemera.db", "ephemera_1.sql");
  }

  void Make(const std::string& name, const std::string& dump) {
    RawSqlite raw(path + "/" + name);
    raw.Run(testing::ReadFile(std::string(JOINPASS_TESTS_STORES) + "/" + dump));
  }
  std::string Ask(const std::string& name, const std::string& sql) {
    return RawSqlite(path + "/" + name).Run(sql);
  }
};

// How a file's tables are made, but for the names of what SQLite makes itself.
std::string SchemaOf(const std::string& file) {
  return RawSqlite(file).Run(
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
      "ORDER BY type, name)");
}

struct SecondStore : FirstStore {
  SecondStore() : FirstStore("directory_3.sql") {}
};

TEST_SUITE("A store of the second schemas") {
  TEST_CASE_FIXTURE(SecondStore, "opens with meetings that are all scheduled ones") {
    OpenedStore old(path);
    OpenedStore fresh(folder / "fresh");
    CHECK(SchemaOf(path + "/directory.db") == SchemaOf(folder / "fresh" + "/directory.db"));
    const auto meetings = Must(old.records.FindMeetings(85'746'065'123));
    REQUIRE(meetings.size() == 2);
    for (const MeetingRecord& meeting : meetings) {
      CHECK(meeting.host.value.kind == MeetingKind::kScheduled);
      MeetingRecord webinar = meeting;
      webinar.host.value.kind = MeetingKind::kWebinar;
      webinar.host.at += absl::Seconds(1);
      REQUIRE(old.records.PutMeetings(std::array{webinar}).ok());
    }
    CHECK(Must(old.records.FindMeetings(85'746'065'123))[1].host.value.kind ==
          MeetingKind::kWebinar);
    // Who hosts them says from now on when his lists were read.
    const HostRecord carl = HostOf("app_2", "carl", 0, "carl", kNow + absl::Hours(1));
    REQUIRE(old.records.PutHost(carl).ok());
    const absl::Time began = kNow + absl::Hours(2);
    const MeetingListing list = {
        .kind = MeetingKind::kWebinar, .numbers = {85'746'065'123}, .began = began};
    CHECK(Must(old.records.EndListings("app_2", "carl", std::array{list})) == 0);
    const auto listed = Must(old.records.FindMeetings(85'746'065'123));
    CHECK(std::count_if(listed.begin(), listed.end(), [&](const MeetingRecord& one) {
            return one.host.value.user_id == "carl" && one.learnt_at() == began;
          }) == 1);
  }
}

TEST_SUITE("A store of the first schemas") {
  TEST_CASE_FIXTURE(FirstStore, "opens and keeps everything") {
    for (int times = 0; times < 2; ++times) {
      OpenedStore opened(path);
      Records& records = opened.records;
      CHECK(Must(records.GetApp("app_1")).settings.client_secret == Secret("secret of app_1"));
      const AppRecord paused = Must(records.GetApp("app_2"));
      CHECK(paused.settings.kind == AppKind::kAccountManaged);
      REQUIRE(paused.pause);
      CHECK(paused.pause->next_probe == kNow + absl::Hours(1));

      CHECK(Must(records.ListCredentials("")).size() == 4);
      const CredentialRecord ann = Must(records.FindCredential("app_1", Principal::User("ann")));
      CHECK(ann.id == "cred_ann");
      CHECK(ann.tokens.refresh_token == Secret("first refresh"));
      REQUIRE(ann.pending);
      CHECK(ann.pending->sends == 1);
      const CredentialRecord bob = Must(records.GetCredential("cred_bob"));
      CHECK(bob.health == Health::kReauthorizationRequired);
      CHECK(bob.cause == Cause::kRevokedOrExpired);
      CHECK(Must(records.ListEvents("cred_bob")).front().tracking_id == "track-7");
      CHECK(Must(records.FindCredential("app_2", Principal::Account("acme"))).id == "cred_acme");
      CHECK(Must(records.ListUnnamed()).at(0).id == "cred_unnamed");

      const auto ann_hosts = Must(records.FindHostsByVanityName("ann.lee"));
      REQUIRE(ann_hosts.size() == 1);
      CHECK(ann_hosts[0].personal_meeting_id == Learnt<std::uint64_t>{5'551'112'222, kNow});
      CHECK(ann_hosts[0].vanity_name == Learnt<std::string>{"ann.lee", kNow});
      CHECK(ann_hosts[0].account_id == Learnt<std::string>{"account of ann", kNow});
      CHECK(Must(records.FindHostsByPersonalMeetingId(5'551'112'222)).size() == 1);

      // Of the two hosts that app_1 knew, the one that was learnt last.
      const auto meetings = Must(records.FindMeetings(85'746'065'123));
      REQUIRE(meetings.size() == 2);
      for (const MeetingRecord& meeting : meetings) {
        const bool bobs = meeting.app_id == "app_1";
        CHECK(meeting.host.value.user_id == (bobs ? "bob" : "carl"));
        CHECK(meeting.host.at == (bobs ? kNow + absl::Hours(1) : kNow));
        CHECK(meeting.deleted == Learnt<bool>{false, meeting.host.at});
      }
    }
    OpenedStore opened(path);
    const auto consent = Must(opened.records.TakeAuthorization("state-1", kNow));
    REQUIRE(consent);
    CHECK(consent->redirect_uri == "https://bots.example/back");
    CHECK(Must(opened.records.CommitTokens("cred_ann", Secret("first refresh"),
                                           TokensNamed("second"), kNow)));
  }

  TEST_CASE_FIXTURE(FirstStore, "has the tables of a new one afterwards") {
    OpenedStore old(path);
    OpenedStore fresh(folder / "fresh");
    for (const std::string name : {"/credentials.db", "/directory.db", "/ephemera.db"}) {
      CAPTURE(name);
      CHECK(SchemaOf(path + name) == SchemaOf(folder / "fresh" + name));
      CHECK(RawSqlite(path + name).Run("PRAGMA user_version") ==
            RawSqlite(folder / "fresh" + name).Run("PRAGMA user_version"));
      CHECK(RawSqlite(path + name).Run("PRAGMA integrity_check") == "ok");
    }
  }

  TEST_CASE_FIXTURE(FirstStore, "is left as it is without its key, or where a step fails") {
    const auto open = [&](const crypto::KeyRing& keys) {
      return OpenSqliteStore(Must(PrepareFolder(path)), keys, base::SystemRandom());
    };
    CHECK(WhyNot(open(RingOf({2}))) == Reason::kKeyMissing);
    CHECK(Ask("directory.db", "PRAGMA user_version") == "2");
    CHECK(Ask("directory.db", "SELECT count(learnt_at) FROM meeting") == "3");
    std::filesystem::rename(path + "/credentials.db", folder / "aside");
    CHECK(WhyNot(open(RingOf({2}))) == Reason::kKeyMissing);
    CHECK(Ask("directory.db", "PRAGMA user_version") == "2");
    std::filesystem::rename(folder / "aside", path + "/credentials.db");
    Ask("directory.db", "CREATE TABLE meeting_before(x)");
    CHECK_FALSE(open(RingOf({1})).ok());
    CHECK(Ask("directory.db", "PRAGMA user_version") == "2");
    CHECK(Ask("directory.db", "SELECT count(learnt_at) FROM host") == "1");
    Ask("directory.db", "DROP TABLE meeting_before");
    CHECK(open(RingOf({1})).ok());
  }

  TEST_CASE_FIXTURE(FirstStore, "is brought forward once by several at the same time") {
    const std::vector<std::string> outcomes = testing::InProcesses(4, [this](int) {
      const auto folder_there = PrepareFolder(path);
      const auto keys = crypto::KeyRing::Make({KeyOf(1)});
      if (!folder_there.ok() || !keys.ok()) return std::string("no folder");
      const auto opened = OpenSqliteStore(*folder_there, *keys, base::SystemRandom());
      if (!opened.ok()) return std::string(opened.status().message());
      Records records(**opened, *keys, base::SystemRandom());
      const auto meetings = records.FindMeetings(85'746'065'123);
      return meetings.ok() && meetings->size() == 2 ? std::string("ok") : std::string("lost");
    });
    for (const std::string& outcome : outcomes) CHECK(outcome == "ok");
  }
}

}  // namespace
}  // namespace joinpass::store
