#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/sqlite/sqlite_store.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

using Lock = std::unique_ptr<RefreshLock>;

struct LockFixture {
  testing::TempFolder folder;
  const std::string path = folder / "store";

  const std::string file = path + "/refresh.lock";

  LockFixture() { OpenedStore opened(path); }

  mode_t Mode() const {
    struct stat found = {};
    REQUIRE(lstat(file.c_str(), &found) == 0);
    return found.st_mode & 07777;
  }
};

// A process that holds the lock of "cred_1" until it is killed.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    std::array<int, 2> told = {};
    REQUIRE(pipe(told.data()) == 0);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      OpenedStore opened(path);
      const auto lock = opened.records.TryLockRefresh("cred_1");
      const char answer = lock.ok() && *lock ? 'y' : 'n';
      (void)!write(told[1], &answer, 1);
      while (true) pause();
    }
    close(told[1]);
    char answer = 0;
    REQUIRE(read(told[0], &answer, 1) == 1);
    close(told[0]);
    CHECK(answer == 'y');
  }
  ~Holder() { Kill(); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  void Stop() {
    REQUIRE(kill(child_, SIGSTOP) == 0);
    int status = 0;
    REQUIRE(waitpid(child_, &status, WUNTRACED) == child_);
  }

  void Kill() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = 0;
  }

 private:
  pid_t child_ = 0;
};

TEST_SUITE("RefreshLock") {
  TEST_CASE_FIXTURE(LockFixture,
                    "is held by one, in a process and in one store, for each credential") {
    OpenedStore opened(path);
    OpenedStore other(path);
    Lock lock = Must(opened.records.TryLockRefresh("cred_1"));
    REQUIRE(lock);
    CHECK(lock->Left() == absl::InfiniteDuration());
    CHECK_FALSE(Must(opened.records.TryLockRefresh("cred_1")));
    CHECK_FALSE(Must(other.records.TryLockRefresh("cred_1")));
    CHECK(Must(other.records.TryLockRefresh("cred_2")));
    { const OpenedStore closed_again(path); }
    CHECK_FALSE(Must(other.records.TryLockRefresh("cred_1")));
    lock.reset();
    CHECK(Must(other.records.TryLockRefresh("cred_1")));
  }

  TEST_CASE_FIXTURE(LockFixture, "is kept by a process that is stopped, and freed by its death") {
    Holder holder(path);
    OpenedStore opened(path);
    CHECK_FALSE(Must(opened.records.TryLockRefresh("cred_1")));
    holder.Stop();
    CHECK_FALSE(Must(opened.records.TryLockRefresh("cred_1")));
    CHECK(Must(opened.records.TryLockRefresh("cred_2")));
    holder.Kill();
    CHECK(Must(opened.records.TryLockRefresh("cred_1")));
  }

  TEST_CASE_FIXTURE(LockFixture, "that was given up is free, though a forked child lives on") {
    OpenedStore opened(path);
    Lock lock = Must(opened.records.TryLockRefresh("cred_1"));
    REQUIRE(lock);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      while (true) pause();
    }
    lock.reset();
    CHECK(Must(opened.records.TryLockRefresh("cred_1")));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }

  TEST_CASE_FIXTURE(LockFixture, "of a folder that is gone is a named error") {
    OpenedStore opened(path);
    std::filesystem::remove_all(path);
    CHECK(WhyNot(opened.records.TryLockRefresh("cred_1")) == Reason::kStoreUnavailable);
  }
}

TEST_SUITE("The file of the locks") {
  TEST_CASE("is made with the store, for its user alone, whatever the umask") {
    for (const mode_t mask : {0u, 0777u}) {
      LockFixture made;
      std::filesystem::remove_all(made.path);
      const mode_t before = umask(mask);
      { OpenedStore opened(made.path); }
      umask(before);
      CHECK(made.Mode() == 0600);
    }
  }

  TEST_CASE_FIXTURE(LockFixture, "is no store by itself") {
    const std::string other = folder / "other";
    std::filesystem::create_directory(other);
    std::filesystem::copy_file(file, other + "/refresh.lock");
    CHECK_FALSE(Must(PrepareFolder(other)).has_store);
    CHECK(OpenedStore(other).records.CreateApp(AppNamed("app_1")).ok());
  }

  TEST_CASE_FIXTURE(LockFixture, "is made anew where somebody deleted it, and private again") {
    OpenedStore opened(path);
    std::filesystem::remove(file);
    CHECK(Must(opened.records.TryLockRefresh("cred_1")));
    CHECK(Mode() == 0600);
    REQUIRE(chmod(file.c_str(), 0666) == 0);
    OpenedStore again(path);
    CHECK(Mode() == 0600);
  }

  TEST_CASE_FIXTURE(LockFixture, "that is not ours is refused, and nothing is made beside it") {
    const std::vector<std::function<bool()>> changes = {
        [this] { return symlink("elsewhere", file.c_str()) == 0; },
        [this] { return mkdir(file.c_str(), 0700) == 0; },
        [this] { return mkfifo(file.c_str(), 0600) == 0; },
    };
    for (const auto& change : changes) {
      std::filesystem::remove(file);
      std::filesystem::remove(path + "/ephemera.db");
      REQUIRE(change());
      const auto before = testing::Snapshot(path);
      CHECK(WhyNot(OpenSqliteStore(Must(PrepareFolder(path)), RingOf({1}), base::SystemRandom())) ==
            Reason::kStoreForeign);
      CHECK((testing::Snapshot(path) == before));
    }
  }
}

}  // namespace
}  // namespace joinpass::store
