// What waits for another process stands in nobody's way.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "integration/engine/life_scene.h"

namespace joinpass {
namespace {

using testing::kJillsMeeting;
using testing::LifeScene;
using testing::NameOf;

// Another process that is at writing to a SQLite file: it has the one lock for that,
// beside which everybody can still read.
// Source of the byte: https://www.sqlite.org/fileformat.html section 1.2 (lock-byte page)
class ForeignWriter {
 public:
  explicit ForeignWriter(const std::string& path) {
    std::array<int, 2> ready = {};
    REQUIRE(pipe(ready.data()) == 0);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) Hold(path.c_str(), ready[1]);  // never returns
    close(ready[1]);
    char locked = 0;
    const bool told = read(ready[0], &locked, 1) == 1;
    close(ready[0]);
    REQUIRE(told);
  }
  ~ForeignWriter() { End(); }
  ForeignWriter(const ForeignWriter&) = delete;
  ForeignWriter& operator=(const ForeignWriter&) = delete;

  void End() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = 0;
  }

 private:
  [[noreturn]] static void Hold(const char* path, int ready) {
    struct flock reserved = {};
    reserved.l_type = F_WRLCK;
    reserved.l_whence = SEEK_SET;
    reserved.l_start = 0x40000001;
    reserved.l_len = 1;
    const int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0 || fcntl(file, F_SETLK, &reserved) != 0) _exit(1);
    if (write(ready, "x", 1) != 1) _exit(1);
    while (true) pause();
  }

  pid_t child_ = 0;
};

// A sync on a thread of its own.
class SyncUnderWay {
 public:
  explicit SyncUnderWay(LifeScene& scene)
      : thread_([this, &scene] {
          outcome_ = NameOf(scene.Sync(scene.id));
          done_ = true;
        }) {}
  ~SyncUnderWay() {
    if (thread_.joinable()) thread_.join();
  }

  bool done() const { return done_; }
  std::string Outcome() {
    thread_.join();
    return outcome_;
  }

 private:
  std::string outcome_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

TEST_SUITE("Lanes") {
  TEST_CASE_FIXTURE(LifeScene, "a sync that waits for another process's lock delays no mint") {
    const std::size_t told = SyncsHeard();
    ForeignWriter writer(folder / "store/directory.db");
    SyncUnderWay sync(*this);
    AwaitSyncs(told + 1);  // that it begins
    // Its first write waits 5 s for the lock, and then gives up.
    int minted = 0;
    for (; minted < 5 && !sync.done(); ++minted) REQUIRE(Outcome(kJillsMeeting) == "ok");
    CHECK(minted == 5);
    CHECK_FALSE(sync.done());
    writer.End();
    CHECK(sync.Outcome() == "ok");
  }

  TEST_CASE_FIXTURE(LifeScene, "nor does a look-up that has learnt something") {
    fake_zoom::Meeting meeting;
    meeting.number = 81'112'223'334;
    meeting.host_id = testing::kJill;
    meeting.start = zoom->Now() + absl::Hours(1);
    REQUIRE(zoom->AddMeeting(meeting).ok());
    ForeignWriter writer(folder / "store/directory.db");
    std::string outcome;
    std::atomic<bool> done = false;
    std::thread look_up([&] {
      outcome = NameOf(engine->directory().LookUp(*MeetingLink::Parse("81112223334"),
                                                  {testing::kJill}, absl::Seconds(20)));
      done = true;
    });
    zoom->AwaitCalls("meetings/one", 1);
    int minted = 0;
    for (; minted < 5 && !done; ++minted) CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(minted == 5);
    CHECK_FALSE(done);
    writer.End();
    look_up.join();
    CHECK(outcome == "ok");
  }

  TEST_CASE_FIXTURE(LifeScene, "nor does it delay a refresh, whose file is another") {
    Advance(absl::Hours(2));
    REQUIRE(NameOf(engine->credentials().GetAccessToken(id, absl::Seconds(20))) == "ok");
    const std::size_t told = SyncsHeard();
    ForeignWriter writer(folder / "store/directory.db");
    SyncUnderWay sync(*this);
    AwaitSyncs(told + 1);  // that it begins
    Advance(absl::Hours(2));
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(zoom->GetConsent(testing::kClientId, testing::kJill)->generation == 2);
    CHECK_FALSE(sync.done());
    writer.End();
    (void)sync.Outcome();  // all its time went by with the clock
  }

  TEST_CASE_FIXTURE(LifeScene,
                    "a credential that cannot be written can be read, and its token used") {
    ForeignWriter writer(folder / "store/credentials.db");
    std::string outcome;
    std::atomic<bool> done = false;
    std::thread log([&] {
      outcome = NameOf(engine->credentials().Validate(id, absl::Seconds(20)));
      done = true;
    });
    int minted = 0;
    for (; minted < 5 && !done; ++minted) CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(minted == 5);
    writer.End();
    log.join();
    CHECK(outcome == "ok");
  }
}

}  // namespace
}  // namespace joinpass
