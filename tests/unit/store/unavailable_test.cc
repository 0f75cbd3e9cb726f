#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "store/sqlite/sqlite_store.h"
#include "support/fork.h"
#include "unit/store/raw_sqlite.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

struct FullFixture {
  testing::TempFolder folder;
  std::string path = folder / "store";

  FullFixture() {
    OpenedStore opened(path);
    REQUIRE(opened.records.CreateApp(AppNamed("app_1")).ok());
    Must(opened.records.PutConsented(CredentialOf("app_1", "ann", "cred_1")));
  }

  void CheckAsBefore() {
    OpenedStore opened(path);
    const CredentialRecord ann = Must(opened.records.GetCredential("cred_1"));
    CHECK(ann.tokens.refresh_token == Secret("first refresh"));
    CHECK(ann.generation == 1);
    CHECK_FALSE(ann.pending);
    CHECK(Must(FindMeetings(opened.records, 1)).empty());
    for (const char* name : {"/credentials.db", "/directory.db", "/ephemera.db"}) {
      CHECK(RawSqlite(path + name).Run("PRAGMA integrity_check") == "ok");
    }
  }
};

// Tries each kind of write, and names what came of those that were not refused
// as they should be.
std::string TryWrites(Records& records) {
  Tokens large = TokensNamed("second");
  large.access_token = Secret(std::string(100'000, 'x'));
  std::vector<MeetingRecord> meetings(1'000);
  for (std::size_t i = 0; i < meetings.size(); ++i) {
    meetings[i] = MeetingOf("app_1", i + 1, "ann");
  }
  AppRecord app = AppNamed("app_2");
  app.settings.webhook_secrets.assign(1'000, Secret(std::string(100, 'x')));
  AuthorizationRequest consent = {.redirect_uri = std::string(100'000, 'x')};

  std::string wrong;
  const auto expect = [&wrong](const char* what, const absl::Status& status) {
    if (status.ok() || ReasonOf(status) != Reason::kStoreUnavailable) {
      wrong += std::string(what) + ": " + std::string(status.message()) + "; ";
    }
  };
  const Secret spent("first refresh");
  expect("commit", records.CommitTokens("cred_1", spent, large, kNow).status());
  expect("meetings", records.PutMeetings(meetings));
  expect("app", records.CreateApp(app));
  expect("consent", records.PutAuthorization("state", consent));
  return wrong.empty() ? "refused" : wrong;
}

TEST_SUITE("A store that cannot be written") {
  TEST_CASE_FIXTURE(FullFixture, "because files may not grow says so, and stays as it was") {
    const auto answers = testing::InProcesses(1, [this](int) -> std::string {
      // A stand-in for a full disk that works for root, too.
      signal(SIGXFSZ, SIG_IGN);
      auto folder_found = PrepareFolder(path);
      auto ring = crypto::KeyRing::Make({KeyOf(1)});
      if (!folder_found.ok() || !ring.ok()) return "not begun";
      auto store = OpenSqliteStore(*folder_found, *ring, base::SystemRandom());
      if (!store.ok()) return "not opened";
      const rlimit limit = {.rlim_cur = 70'000, .rlim_max = 70'000};
      if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return "no limit";
      Records records(**store, *ring, base::SystemRandom());
      const std::string answer = TryWrites(records);
      return records.GetCredential("cred_1").ok() ? answer : "cannot be read";
    });
    CHECK(answers == std::vector<std::string>{"refused"});
    CheckAsBefore();
  }

  TEST_CASE_FIXTURE(FullFixture, "because there is no place for journals says so, and recovers") {
    {
      OpenedStore opened(path);
      for (const char* name : {"/credentials.db", "/directory.db", "/ephemera.db"}) {
        const std::string journal = path + name + "-journal";
        std::filesystem::remove(journal);
        REQUIRE(mkdir(journal.c_str(), 0700) == 0);
      }
      CHECK(TryWrites(opened.records) == "refused");
      const Secret spent("first refresh");
      CHECK(WhyNot(opened.records.OpenPending("cred_1", spent, {}, kNow)) ==
            Reason::kStoreUnavailable);
      CHECK(WhyNot(opened.records.RemoveApp("app_1")) == Reason::kStoreUnavailable);
      for (const char* name : {"/credentials.db", "/directory.db", "/ephemera.db"}) {
        std::filesystem::remove(path + name + "-journal");
      }
      // Nothing of the failures stays behind.
      CHECK(Must(opened.records.OpenPending("cred_1", spent, {}, kNow)));
      CHECK(Must(opened.records.UndoPending("cred_1", spent, {}, kNow)));
    }
    CheckAsBefore();
  }

  // Root writes everywhere.
  TEST_CASE_FIXTURE(FullFixture, "because its folder is read-only cannot be made there" *
                                     doctest::skip(geteuid() == 0)) {
    const std::string other = folder / "other";
    Must(PrepareFolder(other));
    REQUIRE(chmod(other.c_str(), 0500) == 0);
    CHECK(WhyNot(OpenSqliteStore(Must(PrepareFolder(other)), RingOf({1}), base::SystemRandom())) ==
          Reason::kStoreUnavailable);
  }
}

}  // namespace
}  // namespace joinpass::store
