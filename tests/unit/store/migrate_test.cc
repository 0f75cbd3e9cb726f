// Stores that an earlier joinpass made.

#include "store/sqlite/migrate.h"

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

TEST_SUITE("A store of the second schemas") {
  TEST_CASE("begins its directory anew, once") {
    FirstStore second("directory_3.sql");
    OpenedStore(second.path).records.PutHost(HostOf("app_1", "ann", 7, "ann")).IgnoreError();
    OpenedStore opened(second.path);
    CHECK(Must(FindMeetings(opened.records, 85'746'065'123)).empty());
    CHECK(Must(FindHostsByPersonalMeetingId(opened.records, 7)).size() == 1);
  }
}

TEST_SUITE("A store of the first schemas") {
  TEST_CASE_FIXTURE(FirstStore, "keeps all that nobody can say again") {
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

      // Another sync finds it again.
      CHECK(Must(records.FindHostsByVanityName("ann.lee")).empty());
      CHECK(Must(FindMeetings(records, 85'746'065'123)).empty());
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
    Ask("directory.db", "CREATE VIEW sync AS SELECT 1");
    CHECK_FALSE(open(RingOf({1})).ok());
    CHECK(Ask("directory.db", "PRAGMA user_version") == "2");
    CHECK(Ask("directory.db", "SELECT count(learnt_at) FROM host") == "1");
    Ask("directory.db", "DROP VIEW sync");
    CHECK(open(RingOf({1})).ok());
  }

  TEST_CASE_FIXTURE(FirstStore, "is begun anew once by several at the same time") {
    const std::vector<std::string> outcomes = testing::InProcesses(4, [this](int process) {
      const auto folder_there = PrepareFolder(path);
      const auto keys = crypto::KeyRing::Make({KeyOf(1)});
      if (!folder_there.ok() || !keys.ok()) return std::string("no folder");
      const auto opened = OpenSqliteStore(*folder_there, *keys, base::SystemRandom());
      if (!opened.ok()) return std::string(opened.status().message());
      Records records(**opened, *keys, base::SystemRandom());
      const MeetingRecord own = MeetingOf("app_1", 1, std::to_string(process));
      if (!records.PutMeetings(std::array{own}).ok()) return std::string("not put");
      const auto meetings = FindMeetings(records, 1);
      return meetings.ok() && meetings->size() == 1 ? std::string("ok") : std::string("lost");
    });
    for (const std::string& outcome : outcomes) CHECK(outcome == "ok");
  }

  TEST_CASE_FIXTURE(FirstStore, "is left to a later joinpass that was faster") {
    { OpenedStore begun(path); }
    Ask("directory.db", "PRAGMA user_version=1000; CREATE TABLE newer(x)");
    const auto db = Must(sqlite::Connection::Open(path + "/directory.db", "directory.db",
                                                  sqlite::Access::kReadAndWrite));
    REQUIRE(sqlite::BeginAnew(*db, sqlite::kDirectoryFile).ok());
    CHECK(Ask("directory.db", "PRAGMA user_version") == "1000");
    CHECK(Ask("directory.db", "SELECT count(*) FROM newer") == "0");
  }
}

}  // namespace
}  // namespace joinpass::store
