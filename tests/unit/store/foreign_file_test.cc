#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "store/sqlite/database_file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "unit/store/raw_sqlite.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

// A closed store.
struct FileFixture {
  testing::TempFolder folder;
  std::string path = folder / "store";
  const std::vector<std::string> names = {"credentials.db", "directory.db", "ephemera.db"};

  FileFixture() {
    OpenedStore opened(path);
    REQUIRE(opened.records.CreateApp(AppNamed("app_1")).ok());
  }

  std::string Of(const std::string& name) const { return path + "/" + name; }

  absl::Status TryOpen(const crypto::KeyRing& ring = RingOf({1})) {
    const absl::StatusOr<Folder> found = PrepareFolder(path);
    if (!found.ok()) return found.status();
    return OpenSqliteStore(*found, ring, base::SystemRandom()).status();
  }

  // Tries to open, and checks that no file changed, came or went.
  absl::Status WhyRefused(const crypto::KeyRing& ring = RingOf({1})) {
    const auto before = testing::Snapshot(path);
    const absl::Status status = TryOpen(ring);
    CHECK((testing::Snapshot(path) == before));
    REQUIRE_FALSE(status.ok());
    return status;
  }

  // A file that had grown when the power went, and nothing of its pages had come to
  // the disk; its journal had.
  void CutMaking(const std::string& name) {
    const std::string file = Of(name);
    std::filesystem::remove(file);
    std::filesystem::remove(file + "-journal");
    {
      RawSqlite raw(file);
      raw.Run("PRAGMA cache_size=1; BEGIN; CREATE TABLE t(x)");
      raw.Run("INSERT INTO t VALUES(randomblob(100000))");
      std::filesystem::copy_file(file, Of("half"));
      std::filesystem::copy_file(file + "-journal", Of("half-journal"));
      raw.Run("ROLLBACK");
    }
    const std::uintmax_t size = std::filesystem::file_size(Of("half"));
    REQUIRE(size > 0);
    testing::WriteFile(file, std::string(size, '\0'));
    std::filesystem::remove(Of("half"));
    std::filesystem::rename(Of("half-journal"), file + "-journal");
  }
};

mode_t ModeOf(const std::string& path) {
  struct stat file = {};
  REQUIRE(lstat(path.c_str(), &file) == 0);
  return file.st_mode & 07777;
}

TEST_SUITE("A file that is not ours") {
  TEST_CASE_FIXTURE(FileFixture, "is refused and left as it is, whichever it is") {
    struct Case {
      std::string what;
      std::function<void(const std::string&)> change;
      Reason reason;
    };
    const auto sql = [](const char* text) {
      return [text](const std::string& file) { RawSqlite(file).Run(text); };
    };
    const auto bytes = [](std::string text) {
      return [text](const std::string& file) { testing::WriteFile(file, text); };
    };
    const auto cut = [](std::size_t size) {
      return [size](const std::string& file) { std::filesystem::resize_file(file, size); };
    };
    const std::vector<Case> cases = {
        {"a text", bytes("dear diary"), Reason::kStoreForeign},
        {"one byte", bytes("S"), Reason::kStoreForeign},
        {"many bytes", bytes(std::string(20'000, '\xee')), Reason::kStoreForeign},
        {"a magic only", bytes(std::string("SQLite format 3\0", 16)), Reason::kStoreForeign},
        {"another program", sql("PRAGMA application_id=1"), Reason::kStoreForeign},
        {"no program's", sql("PRAGMA application_id=0"), Reason::kStoreForeign},
        {"a newer version", sql("PRAGMA user_version=99"), Reason::kStoreForeign},
        {"no version", sql("PRAGMA user_version=0"), Reason::kStoreForeign},
        {"a write-ahead log", sql("PRAGMA journal_mode=WAL"), Reason::kStoreForeign},
        {"cut in the header", cut(60), Reason::kStoreForeign},
        {"cut after the header", cut(100), Reason::kStoreCorrupt},
        {"cut after a page", cut(4096), Reason::kStoreCorrupt},
        {"cut in a page", cut(9000), Reason::kStoreCorrupt},
        {"without a key check", sql("DELETE FROM meta"), Reason::kStoreCorrupt},
        {"with a damaged key check", sql("UPDATE meta SET value=zeroblob(60)"),
         Reason::kStoreCorrupt},
    };
    for (const std::string& name : names) {
      const std::string good = testing::ReadFile(Of(name));
      for (const Case& each : cases) {
        CAPTURE(name);
        CAPTURE(each.what);
        each.change(Of(name));
        const absl::Status status = WhyRefused();
        CHECK(ReasonOf(status) == each.reason);
        CHECK(std::string(status.message()).find(name) == 0);
        CHECK(std::string(status.message()).find(path) == std::string::npos);
        testing::WriteFile(Of(name), good);
      }
      std::filesystem::remove(Of(name) + "-journal");
      CHECK(TryOpen().ok());
    }
  }

  TEST_CASE_FIXTURE(FileFixture, "nothing is made beside it") {
    std::filesystem::remove(Of("credentials.db"));
    std::filesystem::remove(Of("ephemera.db"));
    testing::WriteFile(Of("directory.db"), "dear diary");
    CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
    CHECK_FALSE(std::filesystem::exists(Of("credentials.db")));
  }

  TEST_CASE_FIXTURE(FileFixture, "may be one of ours under another name") {
    std::filesystem::copy_file(Of("directory.db"), Of("credentials.db"),
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
  }

  TEST_CASE_FIXTURE(FileFixture, "may be a link, a folder or a pipe") {
    for (const std::string& name : names) {
      CAPTURE(name);
      std::filesystem::rename(Of(name), Of("aside"));
      REQUIRE(symlink("aside", Of(name).c_str()) == 0);
      CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
      std::filesystem::remove(Of(name));
      REQUIRE(symlink("nowhere", Of(name).c_str()) == 0);
      CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
      CHECK_FALSE(std::filesystem::exists(Of("nowhere")));
      std::filesystem::remove(Of(name));
      REQUIRE(mkdir(Of(name).c_str(), 0700) == 0);
      CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
      std::filesystem::remove(Of(name));
      REQUIRE(mkfifo(Of(name).c_str(), 0600) == 0);
      CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
      std::filesystem::rename(Of("aside"), Of(name));
    }
    CHECK(TryOpen().ok());
  }

  // Only root can give a file away.
  TEST_CASE_FIXTURE(FileFixture, "may be another user's" * doctest::skip(geteuid() != 0)) {
    for (const std::string& name : names) {
      CAPTURE(name);
      REQUIRE(chown(Of(name).c_str(), 12345, static_cast<gid_t>(-1)) == 0);
      CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
      REQUIRE(chown(Of(name).c_str(), 0, static_cast<gid_t>(-1)) == 0);
    }
  }

  TEST_CASE_FIXTURE(FileFixture, "is not reached through a link in the journal's place") {
    std::filesystem::remove(Of("credentials.db-journal"));
    testing::WriteFile(folder / "victim", "dear diary");
    REQUIRE(symlink((folder / "victim").c_str(), Of("credentials.db-journal").c_str()) == 0);
    if (TryOpen().ok()) {
      OpenedStore opened(path);
      CHECK(WhyNot(opened.records.CreateApp(AppNamed("app_2"))) == Reason::kStoreUnavailable);
    }
    CHECK(testing::ReadFile(folder / "victim") == "dear diary");
  }

  TEST_CASE_FIXTURE(FileFixture, "awaiting its own recovery is left to its owner") {
    // Another program's database with a journal that SQLite would play back.
    const std::string file = Of("credentials.db");
    std::filesystem::remove(file + "-journal");
    {
      RawSqlite raw(file);
      raw.Run("PRAGMA application_id=77; CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(50000))");
      raw.Run("PRAGMA cache_size=1; BEGIN; UPDATE t SET x=randomblob(50000)");
      std::filesystem::copy_file(file, Of("half"));
      std::filesystem::copy_file(file + "-journal", Of("half-journal"));
      raw.Run("ROLLBACK");
    }
    std::filesystem::rename(Of("half"), file);
    std::filesystem::rename(Of("half-journal"), file + "-journal");
    CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
  }
}

TEST_SUITE("A file of a store") {
  TEST_CASE_FIXTURE(FileFixture, "of an older joinpass is named as such, and left as it is") {
    for (const char* name : {"credentials.db", "directory.db"}) {
      RawSqlite(Of(name)).Run("PRAGMA user_version=1");
      const absl::Status status = WhyRefused();
      CHECK(ReasonOf(status) == Reason::kStoreForeign);
      CHECK(std::string(status.message()).find("older") != std::string::npos);
      RawSqlite(Of(name)).Run("PRAGMA user_version=2");
    }
  }

  TEST_CASE_FIXTURE(FileFixture, "sealed with another key is named as such, and left as it is") {
    for (const std::string& name : names) {
      CAPTURE(name);
      // The others are not there, so that it is this one that is noticed.
      for (const std::string& other : names) {
        if (other != name) std::filesystem::remove(Of(other));
      }
      const absl::Status status = WhyRefused(RingOf({2}));
      CHECK(ReasonOf(status) == Reason::kKeyMissing);
      CHECK(std::string(status.message()).find("00000001") != std::string::npos);
      std::filesystem::remove_all(path);
      OpenedStore again(path);
    }
  }

  TEST_CASE_FIXTURE(FileFixture, "that is empty was begun, and is made") {
    for (const std::string& name : names) {
      testing::WriteFile(Of(name), "");
      std::filesystem::remove(Of(name) + "-journal");
    }
    CHECK(TryOpen().ok());
    CHECK(Must(OpenedStore(path).records.ListApps()).empty());
  }

  TEST_CASE_FIXTURE(FileFixture, "whose making was cut by a power cut is made anew") {
    for (const std::string& name : names) {
      CAPTURE(name);
      CutMaking(name);
      std::filesystem::rename(Of(name) + "-journal", Of("aside"));
      CHECK(ReasonOf(WhyRefused()) == Reason::kStoreForeign);
      std::filesystem::rename(Of("aside"), Of(name) + "-journal");
      CHECK(TryOpen().ok());
      CHECK(Must(OpenedStore(path).records.ListApps()).empty());
    }
  }

  TEST_CASE_FIXTURE(FileFixture, "whose writer died in a commit is as it was before") {
    const std::string file = Of("credentials.db");
    {
      RawSqlite raw(file);
      raw.Run(
          "PRAGMA cache_size=1; PRAGMA journal_mode=PERSIST; BEGIN IMMEDIATE; "
          "UPDATE app SET sealed=randomblob(50000)");
      std::filesystem::copy_file(file, Of("half"));
      std::filesystem::copy_file(file + "-journal", Of("half-journal"));
      raw.Run("ROLLBACK");
    }
    std::filesystem::rename(Of("half"), file);
    std::filesystem::rename(Of("half-journal"), file + "-journal");
    CHECK(Must(OpenedStore(path).records.GetApp("app_1")).settings.client_secret ==
          Secret("secret of app_1"));
  }

  TEST_CASE("is its user's alone, whatever the umask, and so are the folder and the journals") {
    for (const mode_t mask : {0u, 0777u}) {
      testing::TempFolder folder;
      const std::string path = folder / "store";
      const mode_t before = umask(mask);
      {
        OpenedStore opened(path);
        CHECK(opened.records.CreateApp(AppNamed("app_1")).ok());
        CHECK(opened.records.PutHost({.app_id = "app_1", .user_id = "ann"}).ok());
        CHECK(opened.records.PutAuthorization("state", {.expires_at = kNow}).ok());
      }
      umask(before);
      CHECK(ModeOf(path) == 0700);
      int files = 0;
      for (const auto& entry : std::filesystem::directory_iterator(path)) {
        CAPTURE(entry.path().string());
        CHECK(ModeOf(entry.path()) == 0600);
        ++files;
      }
      CHECK(files == 7);
    }
  }

  TEST_CASE_FIXTURE(FileFixture, "that others can read is made private again") {
    REQUIRE(chmod(Of("credentials.db").c_str(), 0644) == 0);
    CHECK(TryOpen().ok());
    CHECK(ModeOf(Of("credentials.db")) == 0600);
  }
}

TEST_SUITE("The folder of a store") {
  TEST_CASE_FIXTURE(FileFixture, "says whether a store is there already") {
    CHECK(Must(PrepareFolder(path)).has_store);
    CHECK(Must(PrepareFolder(path + "//")).has_store);
    CHECK_FALSE(Must(PrepareFolder(folder / "other")).has_store);
    CHECK_FALSE(Must(PrepareFolder(folder / "other")).has_store);
  }

  TEST_CASE_FIXTURE(FileFixture, "may be reached through links, but is none itself") {
    REQUIRE(symlink("store", (folder / "link").c_str()) == 0);
    CHECK(WhyNot(PrepareFolder(folder / "link")) == Reason::kStoreForeign);
    CHECK(WhyNot(PrepareFolder(folder / "link/")) == Reason::kStoreForeign);
    REQUIRE(symlink(".", (folder / "here").c_str()) == 0);
    const Folder found = Must(PrepareFolder(folder / "here/store"));
    CHECK(found.has_store);
    CHECK(OpenSqliteStore(found, RingOf({1}), base::SystemRandom()).ok());
  }

  TEST_CASE_FIXTURE(FileFixture, "is refused if it is a file, or others can write in it") {
    CHECK(WhyNot(PrepareFolder(Of("credentials.db"))) == Reason::kStoreForeign);
    CHECK(WhyNot(PrepareFolder(folder / "a/b")) == Reason::kStoreUnavailable);
    CHECK(WhyNot(PrepareFolder("")) == Reason::kInvalidArgument);
    for (const mode_t mode : {0777u, 0770u, 0702u}) {
      REQUIRE(chmod(path.c_str(), mode) == 0);
      CHECK(WhyNot(PrepareFolder(path)) == Reason::kStoreForeign);
    }
    REQUIRE(chmod(path.c_str(), 0755) == 0);
    CHECK(PrepareFolder(path).ok());
  }

  // Only root can give a folder away.
  TEST_CASE_FIXTURE(FileFixture,
                    "is refused if it is another user's" * doctest::skip(geteuid() != 0)) {
    REQUIRE(chown(path.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
    CHECK(WhyNot(PrepareFolder(path)) == Reason::kStoreForeign);
  }
}

}  // namespace
}  // namespace joinpass::store
