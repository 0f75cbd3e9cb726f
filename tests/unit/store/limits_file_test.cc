// The file of the rate limits: what it is made for, and what befalls it.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> LimitFiles(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string name = file.path().filename();
    if (name.starts_with("limits-") && name.ends_with(".db")) names.push_back(name);
  }
  return names;
}

absl::Status Append(Records& records) {
  return records.ChangeBucket("a", 0, [](std::string& state) { state += "x"; });
}

TEST_SUITE("The file of the limits") {
  TEST_CASE_FIXTURE(StoreFixture,
                    "is made when it is needed, for nobody else, and replaces others") {
    const std::string place = folder / "store";
    CHECK(LimitFiles(place).empty());
    for (const char* name : {"limits-01dcafe0.db", "limits-01dcafe0.db-journal"}) {
      std::ofstream(place + "/" + name) << "x";
    }
    std::ofstream(place + "/limits-report.csv") << "somebody's";
    REQUIRE(Append(records).ok());
    CHECK(fs::exists(place + "/limits-report.csv"));
    const std::vector<std::string> files = LimitFiles(place);
    REQUIRE(files.size() == 1);
    CHECK(files[0] != "limits-01dcafe0.db");
    CHECK_FALSE(fs::exists(place + "/limits-01dcafe0.db-journal"));
    struct stat file = {};
    REQUIRE(stat((place + "/" + files[0]).c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
    OpenedStore(place)
        .records.ChangeBucket("a", 0, [](std::string& state) { CHECK(state == "x"); })
        .IgnoreError();
  }

  TEST_CASE_FIXTURE(StoreFixture, "holds no account's id") {
    REQUIRE(records.ChangeBucket("Acc0unt-1d", 0, [](std::string& state) { state = "s"; }).ok());
    const std::string place = folder / "store";
    std::ifstream in(place + "/" + LimitFiles(place)[0], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    CHECK(bytes.find("Acc0unt-1d") == std::string::npos);
  }

  TEST_CASE_FIXTURE(StoreFixture, "is no reason to fail for long where somebody holds it") {
    REQUIRE(Append(records).ok());
    const std::string place = folder / "store";
    const pid_t child = fork();
    if (child == 0) {
      // Stopped while it holds the lock.
      OpenedStore mine(place);
      (void)mine.records.ChangeBucket("a", 0, [](std::string&) { raise(SIGSTOP); });
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, WUNTRACED) == child);
    REQUIRE(WIFSTOPPED(status));
    const absl::Status held = Append(records);
    CHECK(ReasonOf(held) == Reason::kStoreUnavailable);
    CHECK(records.ListApps().ok());  // another file
    // Killed so, it holds nothing any more, and has changed nothing.
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    CHECK(Append(records).ok());
    REQUIRE(records.ChangeBucket("a", 0, [](std::string& state) { CHECK(state == "xx"); }).ok());
  }

  TEST_CASE_FIXTURE(StoreFixture, "fails by name where it is none, and nothing else does") {
    REQUIRE(Append(records).ok());
    const std::string place = folder / "store";
    const std::string path = place + "/" + LimitFiles(place)[0];
    fs::remove(path + "-journal");
    std::ofstream(path, std::ios::trunc) << std::string(4'096, 'x');
    OpenedStore again(place);
    const absl::Status broken = Append(again.records);
    CHECK_FALSE(broken.ok());
    CHECK((ReasonOf(broken) == Reason::kStoreCorrupt || ReasonOf(broken) == Reason::kStoreForeign));
    CHECK(again.records.ListApps().ok());
  }
}

}  // namespace
}  // namespace joinpass::store
