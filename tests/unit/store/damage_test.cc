#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/sqlite_store.h"
#include "unit/store/raw_sqlite.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

constexpr std::uint64_t kNumber = 85'746'065'123;

// Two of everything, so that one may be damaged.
struct DamageFixture : StoreFixture {
  std::string credentials_db = folder / "store/credentials.db";
  std::string directory_db = folder / "store/directory.db";
  std::string ephemera_db = folder / "store/ephemera.db";
  const std::vector<MeetingRecord> meetings = {MeetingOf("app_1", kNumber, "ann"),
                                               MeetingOf("app_2", kNumber, "bob")};
  const HostRecord ann = HostOf("app_1", "ann", 5'551'112'222, "lee");

  DamageFixture() {
    REQUIRE(records.CreateApp(AppNamed("app_2")).ok());
    Must(records.PutConsented(CredentialOf("app_2", "bob", "cred_2")));
    REQUIRE(records.PutMeetings(meetings).ok());
    REQUIRE(records.PutHost(ann).ok());
    HostRecord bob = ann;
    bob.user_id = "bob";
    REQUIRE(records.PutHost(bob).ok());
  }

  void Damage(const std::string& file, const std::string& sql) { RawSqlite(file).Run(sql); }
  std::string Stored(const std::string& file, const std::string& sql) {
    return RawSqlite(file).Run(sql);
  }
};

TEST_SUITE("A damaged row") {
  TEST_CASE_FIXTURE(DamageFixture, "of a credential is named, and the others are served") {
    const std::vector<std::string> damages = {
        "UPDATE credential SET sealed_user=x'' WHERE id='cred_1'",
        "UPDATE credential SET sealed_tokens=zeroblob(100) WHERE id='cred_1'",
        "UPDATE credential SET sealed_tokens=zeroblob(300000) WHERE id='cred_1'",
        "UPDATE credential SET sealed_tokens=sealed_user WHERE id='cred_1'",
        "UPDATE credential SET sealed_cause=x'00' WHERE id='cred_1'",
        "UPDATE credential SET app_id='app_2' WHERE id='cred_1'",
        "UPDATE credential SET sealed_tokens="
        "(SELECT sealed_tokens FROM credential WHERE id='cred_2') WHERE id='cred_1'",
    };
    for (const std::string& damage : damages) {
      CAPTURE(damage);
      const std::string good = testing::ReadFile(credentials_db);
      Damage(credentials_db, damage);
      const std::string evidence = testing::ReadFile(credentials_db);
      CHECK(WhyNot(records.GetCredential("cred_1")) == Reason::kStoreCorrupt);
      CHECK(WhyNot(records.FindCredential("app_1", Principal::User("ann"))) ==
            Reason::kStoreCorrupt);
      CHECK(WhyNot(records.FindCredentialsOfUser("ann")) == Reason::kStoreCorrupt);
      CHECK(Must(records.GetCredential("cred_2")).user_id == "bob");
      const auto all = Must(records.ListCredentials(""));
      REQUIRE(all.size() == 1);
      CHECK(all[0].id == "cred_2");
      CHECK(testing::ReadFile(credentials_db) == evidence);
      testing::WriteFile(credentials_db, good);
    }
  }

  TEST_CASE_FIXTURE(DamageFixture, "of a credential takes no answer, but a new consent") {
    Damage(credentials_db, "UPDATE credential SET sealed_tokens=zeroblob(100) WHERE id='cred_1'");
    const Secret spent("first refresh");
    CHECK(WhyNot(records.CommitTokens("cred_1", spent, TokensNamed("second"), kNow)) ==
          Reason::kStoreCorrupt);
    CHECK(Stored(credentials_db,
                 "SELECT count(*) FROM credential "
                 "WHERE id='cred_1' AND sealed_tokens=zeroblob(100)") == "1");
    CHECK(Must(records.PutConsented(CredentialOf("app_1", "ann", "cred_3"))).record.id == "cred_1");
    CHECK(Ann().tokens.refresh_token == spent);
  }

  TEST_CASE_FIXTURE(DamageFixture, "found under a key that is not its own is not given") {
    Damage(credentials_db, "UPDATE credential SET subject_key=x'01' WHERE id='cred_1'");
    Damage(credentials_db,
           "UPDATE credential SET any_user_key=(SELECT any_user_key FROM "
           "credential WHERE id='cred_2') WHERE id='cred_1'");
    CHECK(WhyNot(records.FindCredential("app_1", Principal::User("ann"))) ==
          Reason::kCredentialUnknown);
    const auto bobs = Must(records.FindCredentialsOfUser("bob"));
    REQUIRE(bobs.size() == 1);
    CHECK(bobs[0].id == "cred_2");
  }

  TEST_CASE_FIXTURE(DamageFixture, "whose refresh key was changed takes no answer") {
    REQUIRE(
        Must(records.CommitTokens("cred_1", Secret("first refresh"), TokensNamed("second"), kNow)));
    const std::string hex = absl::BytesToHexString(
        RowSealer(opened.ring, base::SystemRandom()).RefreshKeys("cred_1", Secret("stale"))[0]);
    Damage(credentials_db, "UPDATE credential SET refresh_key=x'" + hex + "' WHERE id='cred_1'");
    CHECK_FALSE(Must(records.CommitTokens("cred_1", Secret("stale"), TokensNamed("x"), kNow)));
    CHECK(Ann().tokens.refresh_token == Secret("second refresh"));
  }

  TEST_CASE_FIXTURE(DamageFixture, "of an app is named, and the others are served") {
    Damage(credentials_db,
           "UPDATE app SET sealed=(SELECT sealed FROM app WHERE id='app_2') "
           "WHERE id='app_1'");
    CHECK(WhyNot(records.GetApp("app_1")) == Reason::kStoreCorrupt);
    CHECK(Must(records.GetApp("app_2")).id == "app_2");
    CHECK(Must(records.ListApps()).size() == 1);
    Damage(credentials_db, "UPDATE app SET sealed=x''");
    CHECK(WhyNot(records.ListApps()) == Reason::kStoreCorrupt);
  }

  TEST_CASE_FIXTURE(DamageFixture, "of a log is left out, and the others are served") {
    EventRecord event = {.kind = CredentialEventKind::kValidationFailed, .reason = "x"};
    REQUIRE(records.AddEvent("cred_1", event, kNow).ok());
    const std::string newest = " WHERE seq=(SELECT max(seq) FROM event)";
    for (const char* damage : {"sealed=x''", "sealed=zeroblob(80)", "kind=0", "kind=99",
                               "sealed=(SELECT sealed FROM event WHERE credential_id='cred_2')"}) {
      CAPTURE(damage);
      event.reason += "x";
      REQUIRE(records.AddEvent("cred_1", event, kNow).ok());
      Damage(credentials_db, std::string("UPDATE event SET ") + damage + newest);
      CHECK(Must(records.ListEvents("cred_1")).size() == 2);
    }
    Damage(credentials_db, "UPDATE event SET times=1<<40 WHERE reason='x'");
    CHECK(Must(records.ListEvents("cred_1")).front().times == std::numeric_limits<int>::max());
    Damage(credentials_db, "UPDATE event SET sealed=x''");
    CHECK(WhyNot(records.ListEvents("cred_1")) == Reason::kStoreCorrupt);
  }

  TEST_CASE_FIXTURE(DamageFixture, "whose health nobody knows needs a new consent, and takes it") {
    Damage(credentials_db, "UPDATE credential SET health=99 WHERE id='cred_1'");
    CHECK(Ann().health == Health::kReauthorizationRequired);
    SUBCASE("a consent") {
      CHECK(Must(records.PutConsented(CredentialOf("app_1", "ann", "cred_3"))).before ==
            Health::kReauthorizationRequired);
    }
    SUBCASE("a late answer") {
      CHECK(Must(records.CommitTokens("cred_1", Secret("first refresh"), TokensNamed("second"),
                                      kNow)) == Health::kReauthorizationRequired);
    }
    CHECK(Ann().health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(DamageFixture, "of a consent is named, and stays") {
    REQUIRE(records.PutAuthorization("state", {.app_id = "app_1", .expires_at = kNow}).ok());
    Damage(ephemera_db, "UPDATE consent SET sealed=zeroblob(80)");
    CHECK(WhyNot(records.TakeAuthorization("state", kNow)) == Reason::kStoreCorrupt);
    CHECK(Stored(ephemera_db, "SELECT count(*) FROM consent WHERE sealed=zeroblob(80)") == "1");
  }

  TEST_CASE_FIXTURE(DamageFixture, "of a logged pass leaves the others, and nothing is changed") {
    const std::array<Records::NotedPass, 2> noted = {
        {{.pass = {.id = "pass_1", .at = kNow, .recording = {.credential_id = "cred_1"}}},
         {.pass = {.id = "pass_2", .at = kNow}}}};
    REQUIRE(records.PutPasses(noted, kNow).ok());
    for (const char* change : {"sealed=zeroblob(80)", "at=at+1", "recording_credential_id='cred_2'",
                               "identity_credential_id='cred_2'", "id='pass_3'",
                               "sealed=(SELECT sealed FROM pass WHERE id='pass_2')"}) {
      CAPTURE(change);
      Damage(ephemera_db, "CREATE TABLE kept AS SELECT * FROM pass");
      Damage(ephemera_db, std::string("UPDATE pass SET ") + change + " WHERE id='pass_1'");
      const auto passes = Must(records.ListPasses(2, kNow));
      REQUIRE(passes.size() == 1);
      CHECK(passes[0].id == "pass_2");
      Damage(ephemera_db, "DELETE FROM pass; INSERT INTO pass SELECT * FROM kept; DROP TABLE kept");
    }
    CHECK(Must(records.ListPasses(2, kNow)).size() == 2);
  }

  TEST_CASE_FIXTURE(DamageFixture, "of a consent cannot be made to live longer") {
    REQUIRE(records.PutAuthorization("state", {.app_id = "app_1", .expires_at = kNow}).ok());
    Damage(ephemera_db, "UPDATE consent SET expires_at=expires_at+3600000");
    CHECK_FALSE(Must(records.TakeAuthorization("state", kNow + absl::Milliseconds(1))));
  }

  TEST_CASE_FIXTURE(DamageFixture,
                    "of a meeting is named, the others are served, and it is replaced") {
    Damage(directory_db, "UPDATE meeting SET sealed=zeroblob(80) WHERE app=1");
    const auto found = Must(FindMeetings(records, kNumber));
    REQUIRE(found.size() == 1);
    CHECK(found[0].app_id == "app_2");

    Damage(directory_db, "UPDATE meeting SET sealed=zeroblob(80)");
    CHECK(WhyNot(FindMeetings(records, kNumber)) == Reason::kStoreCorrupt);
    REQUIRE(records.PutMeetings(meetings).ok());
    CHECK(Must(FindMeetings(records, kNumber)).size() == 2);
    CHECK(Stored(directory_db, "SELECT count(*) FROM meeting") == "2");
  }

  TEST_CASE_FIXTURE(DamageFixture,
                    "of a host is named, the others are served, and it is replaced") {
    Damage(directory_db,
           "UPDATE host SET sealed=zeroblob(80) WHERE user_key=(SELECT min(user_key) FROM host)");
    CHECK(Must(records.FindHostsByVanityName("lee")).size() == 1);
    CHECK(Must(FindHostsByPersonalMeetingId(records, 5'551'112'222)).size() == 1);
    Damage(directory_db, "UPDATE host SET sealed=zeroblob(80)");
    CHECK(WhyNot(records.FindHostsByVanityName("lee")) == Reason::kStoreCorrupt);
    REQUIRE(records.PutHost(ann).ok());
    CHECK(Must(records.FindHostsByVanityName("lee")).size() == 1);
    CHECK(Stored(directory_db, "SELECT count(*) FROM host WHERE sealed<>zeroblob(80)") == "1");
  }
}

TEST_SUITE("A row given to another app") {
  TEST_CASE_FIXTURE(DamageFixture, "is not believed") {
    Damage(directory_db, "UPDATE app SET id=id||'3'");
    CHECK(WhyNot(FindMeetings(records, kNumber)) == Reason::kStoreCorrupt);
    CHECK(WhyNot(records.FindHostsByVanityName("lee")) == Reason::kStoreCorrupt);
  }
}

struct DamagedFile : DamageFixture {
  const std::string path = folder / "damaged";

  // Opens and reads all that there is of a store one of whose files holds `bytes`.
  void ReadWith(const std::string& name, const std::string& bytes) {
    testing::WriteFile(path + "/" + name, bytes);
    const auto store =
        OpenSqliteStore(Must(PrepareFolder(path)), opened.ring, base::SystemRandom());
    if (!store.ok()) {
      const Reason why = ReasonOf(store.status());
      CHECK((why == Reason::kStoreForeign || why == Reason::kStoreCorrupt));
      CHECK(testing::ReadFile(path + "/" + name) == bytes);
      return;
    }
    Records damaged(**store, opened.ring, base::SystemRandom());
    const auto ann_now = damaged.GetCredential("cred_1");
    if (ann_now.ok()) {
      CHECK(ann_now->user_id == "ann");
      CHECK(ann_now->tokens.refresh_token == Secret("first refresh"));
    }
    const auto app = damaged.GetApp("app_1");
    if (app.ok()) CHECK(app->settings.client_secret == Secret("secret of app_1"));
    (void)damaged.ListCredentials("");
    const auto found = FindMeetings(damaged, kNumber);
    if (!found.ok()) return;
    for (const MeetingRecord& meeting : *found) {
      CHECK(meeting.host.value.user_id == (meeting.app_id == "app_1" ? "ann" : "bob"));
    }
  }
};

TEST_SUITE("A damaged file") {
  TEST_CASE_FIXTURE(DamagedFile, "gives what was stored or a named error, whatever is damaged") {
    for (const std::string& file : {credentials_db, directory_db, ephemera_db}) {
      const std::string name = std::filesystem::path(file).filename();
      CAPTURE(name);
      const std::string good = testing::ReadFile(file);
      std::filesystem::remove_all(path);
      { OpenedStore made(path); }
      for (const std::string& other : {credentials_db, directory_db, ephemera_db}) {
        std::filesystem::copy_file(
            other, path + "/" + std::string(std::filesystem::path(other).filename()),
            std::filesystem::copy_options::overwrite_existing);
      }
      // A prime, so that every kind of byte has its turn.
      for (std::size_t at = 0; at < good.size(); at += 89) {
        CAPTURE(at);
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x15);
        ReadWith(name, bytes);
      }
      for (std::size_t page = 0; page + 4096 <= good.size(); page += 4096) {
        CAPTURE(page);
        ReadWith(name, std::string(good).replace(page, 4096, std::string(4096, '\x5a')));
        ReadWith(name, good.substr(0, page));
      }
    }
  }
}

TEST_SUITE("An error of SQLite") {
  TEST_CASE("is named by what it means for the caller, and names the file and the code") {
    struct Case {
      int code;
      Reason reason;
    };
    const std::vector<Case> cases = {
        {SQLITE_BUSY, Reason::kStoreUnavailable},
        {SQLITE_BUSY_RECOVERY, Reason::kStoreUnavailable},
        {SQLITE_LOCKED, Reason::kStoreUnavailable},
        {SQLITE_FULL, Reason::kStoreUnavailable},
        {SQLITE_IOERR_FSYNC, Reason::kStoreUnavailable},
        {SQLITE_READONLY, Reason::kStoreUnavailable},
        {SQLITE_CANTOPEN, Reason::kStoreUnavailable},
        {SQLITE_NOMEM, Reason::kResourcesExhausted},
        {SQLITE_CANTOPEN_SYMLINK, Reason::kStoreForeign},
        {SQLITE_NOTADB, Reason::kStoreForeign},
        {SQLITE_CORRUPT, Reason::kStoreCorrupt},
        {SQLITE_CORRUPT_INDEX, Reason::kStoreCorrupt},
        {SQLITE_ERROR, Reason::kStoreCorrupt},
        {SQLITE_CONSTRAINT_UNIQUE, Reason::kInternal},
        {SQLITE_MISUSE, Reason::kInternal},
    };
    for (const Case& each : cases) {
      CAPTURE(each.code);
      CHECK(ReasonOf(sqlite::ErrorOf("x.db", each.code, nullptr)) == each.reason);
    }
    CHECK(sqlite::ErrorOf("x.db", SQLITE_FULL, nullptr).message() ==
          "x.db: the disk is full (sqlite 13)");
  }
}

}  // namespace
}  // namespace joinpass::store
