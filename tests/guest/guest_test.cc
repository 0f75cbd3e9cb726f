// What hosts lawfully do to a process in which an engine lives: each a program of its
// own (host.cc), which must neither crash, nor hang, nor leak, nor lose a credential.

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "crash/crash_scene.h"

namespace joinpass::testing {
namespace {

constexpr char kRefresh[] = "token/refresh_token";

struct GuestScene : CrashScene {
  explicit GuestScene(Rotation rotation = Rotation::kStrict) : CrashScene(rotation) {
    const auto engine = Open();
    REQUIRE(engine->directory().Sync(credential, absl::Seconds(20)).ok());
    REQUIRE(engine->Close(absl::Seconds(20)).ok());
  }

  std::unique_ptr<Child> Finish(const std::string& mode, const std::string& more = "x=") const {
    auto child = CrashScene::Finish({"mode=" + mode, more});
    CAPTURE(child->AllLines());
    CHECK(child->ended_well());
    return child;
  }

  // The process leaves while Zoom holds the answer to its refresh.
  void LeaveDuringARefresh(const std::string& mode) {
    clock.Advance(absl::Hours(2));
    fake_zoom::Fault hold;
    hold.endpoint = kRefresh;
    hold.kind = fake_zoom::FaultKind::kHold;
    REQUIRE(zoom->SetFault(hold).ok());
    const int before = zoom->Calls(kRefresh);
    const auto child = Spawn({"mode=" + mode});
    zoom->AwaitCalls(kRefresh, before + 1);
    child->Signal(SIGUSR1);
    child->Await("leaving");
    zoom->Release();
    child->AwaitEnd();
    CAPTURE(child->AllLines());
    CHECK(child->ended_well());
    CHECK(Missing(Stored()) == 0);
    CHECK(Stored().health == Health::kHealthy);
    CHECK_FALSE(Stored().pending);
  }

  // All lines that begin with `word`, without it.
  static std::vector<std::string> All(const Child& child, const std::string& word) {
    std::vector<std::string> all;
    for (const std::string& line : child.lines()) {
      if (line.starts_with(word)) all.push_back(line.substr(word.size()));
    }
    return all;
  }
};

TEST_SUITE("A process that calls exit() with an engine alive") {
  TEST_CASE_FIXTURE(GuestScene, "in a static: the refresh in flight reaches the store") {
    LeaveDuringARefresh("exit-static");
  }
  TEST_CASE_FIXTURE(GuestScene, "that was leaked: the same") { LeaveDuringARefresh("exit-leaked"); }
  TEST_CASE_FIXTURE(GuestScene, "in another thread than the first: the same") {
    LeaveDuringARefresh("exit-in-thread");
  }
  TEST_CASE_FIXTURE(GuestScene, "in a callback on the engine's own thread ends") {
    CHECK(Finish("exit-in-callback")->Said("leaving"));
  }
}

TEST_SUITE("A process that forks") {
  TEST_CASE_FIXTURE(GuestScene, "and runs another program hands it nothing of ours") {
    const auto child = Finish("exec");
    CHECK(std::stoi(child->Last("sockets ")) > 0);
    CHECK(child->Said("listed 0"));
    // What the test itself has left open is not ours.
    CHECK(All(*child, "inherited ") == All(*child, "had "));
  }

  TEST_CASE_FIXTURE(GuestScene, "has every call refused in the child, and destroys nothing there") {
    const auto child = Finish("fork");
    std::string all_refused;
    for (int i = 0; i < 32; ++i) all_refused += "process_forked ";
    CHECK(child->Said("child " + all_refused));
    CHECK(child->Said("child destroyed"));
    CHECK(child->Said("child opens its own: ok"));
    CHECK(child->Said("child asks: ok"));
    CHECK(child->Said("child ended 0"));
    CHECK(child->Said("parent ok"));
  }

  TEST_CASE_FIXTURE(GuestScene, "has no child for which a write would never end") {
    const auto child = Finish("fork-in-writes");
    CHECK(All(*child, "child ended ") == std::vector<std::string>(20, "0"));
  }

  TEST_CASE_FIXTURE(GuestScene, "leaves no connection open for as long as the child lives") {
    const auto child = Spawn({"mode=fork-and-close"});
    child->Await("prepared ok");
    fake_zoom::Fault hold;
    hold.endpoint = "meetings/jointoken";
    hold.kind = fake_zoom::FaultKind::kHold;
    REQUIRE(zoom->SetFault(hold).ok());
    child->Signal(SIGUSR1);
    zoom->AwaitCalls("meetings/jointoken", 2);
    child->Signal(SIGUSR1);
    child->AwaitEnd();
    CAPTURE(child->AllLines());
    CHECK(child->ended_well());
    const std::string established = child->Last("established ");
    CHECK(established.ends_with(" 0"));
    CHECK_FALSE(established.starts_with("0 "));
  }
}

TEST_SUITE("A process with signals of its own") {
  TEST_CASE_FIXTURE(GuestScene, "gets none of them in a thread of ours") {
    const auto child = Finish("signals");
    CHECK(All(*child, "prepared ") == std::vector<std::string>{"ok", "ok"});
    CHECK(child->Said("waiting 6 handled 0"));
  }

  TEST_CASE_FIXTURE(GuestScene, "is not ended by SIGPIPE when peers leave") {
    for (const auto kind : {fake_zoom::FaultKind::kReset, fake_zoom::FaultKind::kLoseAnswer}) {
      fake_zoom::Fault fault;
      fault.endpoint = "meetings/jointoken";
      fault.kind = kind;
      fault.times = 30;
      REQUIRE(zoom->SetFault(fault).ok());
    }
    CHECK(Finish("broken-pipes")->Said("survived"));
  }
}

TEST_SUITE("A process at its limits") {
  TEST_CASE_FIXTURE(GuestScene, "of descriptors is told so by a name, and goes on after") {
    const auto child = Finish("no-descriptors");
    const std::vector<std::string> opens = All(*child, "open ");
    REQUIRE(opens.size() == 24);
    CHECK(opens.front() == "resources_exhausted/descriptors");
    CHECK(opens.back() == "ok");
    for (const std::string& name : opens) {
      CAPTURE(name);
      CHECK((name == "ok" || name == "resources_exhausted/descriptors"));
    }
    CHECK(child->Last("ask ") == "resources_exhausted/descriptors");
    CHECK(child->Said("again ok"));
  }

#if !defined(__SANITIZE_ADDRESS__)
  // ASan takes more address space than can be limited.
  TEST_CASE_FIXTURE(GuestScene, "of threads is told so at Open(), and needs none after") {
    clock.Advance(absl::Hours(2));
    const auto child = Finish("no-threads");
    const std::vector<std::string> opens = All(*child, "open ");
    REQUIRE(opens.size() == 8);
    CHECK(opens.front() == "resources_exhausted/threads");
    CHECK(opens.back() == "ok");
    for (const std::string& name : opens) {
      CAPTURE(name);
      CHECK((name == "ok" || name.starts_with("resources_exhausted/")));
    }
    CHECK(child->Said("first name ok"));
  }
#endif

  TEST_CASE_FIXTURE(GuestScene, "of memory is told so, whichever allocation fails") {
    const auto child = Finish("no-memory");
    for (const std::string& name : All(*child, "open ")) {
      CAPTURE(name);
      CHECK((name == "ok" || name == "resources_exhausted/memory"));
    }
    CHECK(child->Said("open ok"));
    CHECK(child->Said("open resources_exhausted/memory"));
    for (const std::string& name : All(*child, "call ")) {
      CAPTURE(name);
      CHECK((name == "ok" || name == "resources_exhausted/memory"));
    }
    CHECK(All(*child, "webhook ") == std::vector<std::string>{"ok"});
    CHECK(child->Said("after ok"));
  }

  TEST_CASE("of what the system does is told so whichever call fails and loses nothing") {
    // Where an answer may be lost and the token with it, only files fail.
    for (const Rotation rotation : {Rotation::kLenient, Rotation::kStrict}) {
      const bool lenient = rotation == Rotation::kLenient;
      CAPTURE(lenient);
      const GuestScene scene(rotation);
      const auto child = scene.Finish("no-system-calls", lenient ? "only=" : "only=files");
      // SQLite takes a page that cannot be read for damage of the file.
      const std::set<std::string> of_store = {"ok", "store_unavailable", "store_corrupt"};
      std::set<std::string> of_all = of_store;
      of_all.insert({"network_unreachable", "refresh_unanswered", "resources_exhausted/memory"});
      std::set<std::string> of_open = of_store;
      of_open.insert("invalid_argument");  // a file of authorities in which nothing is read
      const std::map<std::string, std::set<std::string>> expected = {
          {"open", of_open}, {"refresh", of_all}, {"join", of_all}, {"webhook", of_store}};
      for (const auto& [word, names] : expected) {
        CAPTURE(word);
        for (const std::string& name : scene.All(*child, word + " ")) {
          CAPTURE(name);
          CHECK(names.contains(name));
        }
        CHECK(child->Said(word + " ok"));
        CHECK(child->Said(word + " store_unavailable"));
        for (const std::string& calls : scene.All(*child, word + "_calls ")) {
          CHECK(std::stoi(calls) > 50);
        }
      }
      for (const std::string& name : scene.All(*child, "after ")) CHECK(name == "ok");
      CHECK(scene.All(*child, "after ").size() >= 8);
      CHECK(scene.IsWhole());
    }
  }
}

TEST_SUITE("A process that closes its engine") {
  TEST_CASE_FIXTURE(GuestScene, "has that in its time, with the store held and sessions waiting") {
    const auto child = Spawn({"mode=close-busy"});
    child->Await("opened");
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open((store + "/credentials.db").c_str(), &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 10'000);  // it settles what it found, just now
    REQUIRE(sqlite3_exec(db, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) == SQLITE_OK);
    child->Signal(SIGUSR1);
    child->AwaitEnd();
    sqlite3_close(db);
    CAPTURE(child->AllLines());
    CHECK(child->ended_well());
    // One second, and what a slow machine takes; twenty calls in a row would have 5 s each.
    CHECK(std::stoi(child->Last("closed_ms ")) < 5000);
    CHECK(child->Said("second saw 20 ended"));
  }

  TEST_CASE_FIXTURE(GuestScene, "waits for no name server, and other names do not either") {
    const auto child = Finish("slow-name");
    CHECK(child->Said("other name ok"));
    CHECK(child->Said("close ok"));
    CHECK(child->Said("stuck cancelled"));
    CHECK(std::stoi(child->Last("gone_ms ")) < 20'000);
  }

  TEST_CASE_FIXTURE(GuestScene, "has deadlines that hold while the machine sleeps") {
    // 7 is CLOCK_BOOTTIME, 1 CLOCK_MONOTONIC, which stands still in a suspend. Asio has
    // one of its own, for linger times.
    CHECK(All(*Finish("timers"), "timer clockid: ").size() >= 1);
    const std::vector<std::string> timers = All(*Finish("timers"), "timer clockid: ");
    CHECK(std::count(timers.begin(), timers.end(), "7") == 1);
  }
}

}  // namespace
}  // namespace joinpass::testing
