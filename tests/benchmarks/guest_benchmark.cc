// What a bot pays for an engine in its process.

#include <dirent.h>
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmarks/side_by_side.h"
#include "joinpass/engine.h"
#include "support/temp_folder.h"

namespace joinpass::testing {
namespace {

EngineOptions Options(const TempFolder& folder) {
  EngineOptions options;
  options.store_folder = folder / "store";
  return options;
}

std::unique_ptr<Engine> Open(const TempFolder& folder) {
  auto engine = Engine::Open(Options(folder));
  REQUIRE(engine.ok());
  return *std::move(engine);
}

// A store as a bot finds it.
void MakeStore(const TempFolder& folder) {
  const auto engine = Open(folder);
  AppSettings settings;
  settings.client_id = "client";
  settings.client_secret = Secret("secret");
  REQUIRE(engine->apps().Create(settings).ok());
}

// Of /proc/self/status, in kB.
long ResidentKb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmRSS:") continue;
    long kb = 0;
    status >> kb;
    return kb;
  }
  return 0;
}

// How often each thread of the process has gone to sleep by itself so far, by its id: for each time
// something woke it.
std::map<std::string, long> SleepsOfThreads() {
  std::map<std::string, long> sleeps;
  DIR* tasks = opendir("/proc/self/task");
  REQUIRE(tasks != nullptr);
  while (const dirent* task = readdir(tasks)) {
    std::ifstream status(std::string("/proc/self/task/") + task->d_name + "/status");
    for (std::string word; status >> word;) {
      if (word == "voluntary_ctxt_switches:") status >> sleeps[task->d_name];
    }
  }
  closedir(tasks);
  return sleeps;
}

bool IsFull() { return std::getenv("BENCHMARK_ROUNDS") == nullptr; }

// What any program does that keeps something in three files of SQLite.
void OpenWithSqlite(const TempFolder& folder) {
  for (const char* name : {"credentials.db", "directory.db", "ephemera.db"}) {
    sqlite3* database = nullptr;
    const std::string path = folder / "store" + "/" + name;
    CHECK(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    CHECK(sqlite3_exec(database, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
    sqlite3_close(database);
  }
}

// In another process, so that nothing of it is in this one's memory yet.
void MakeStoreElsewhere(const TempFolder& folder) {
  const pid_t child = fork();
  if (child == 0) {
    MakeStore(folder);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
}

TEST_CASE("what an engine costs") {
  const TempFolder folder;
  MakeStoreElsewhere(folder);
  const auto threads_before = SleepsOfThreads();
  const long kb_before = ResidentKb();
  const absl::Time before = absl::Now();
  auto engine = Open(folder);
  const absl::Duration took = absl::Now() - before;
  const long kb = ResidentKb() - kb_before;
  const auto begin = SleepsOfThreads();
  const unsigned seconds = IsFull() ? 10 : 0;
  sleep(seconds);
  long woken = 0;
  for (const auto& [thread, sleeps] : SleepsOfThreads()) {
    if (threads_before.count(thread) != 0) continue;
    const auto then = begin.find(thread);
    woken += sleeps - (then == begin.end() ? 0 : then->second);
  }
  std::printf("the first Engine::Open: %.1f ms, %ld kB more in memory, %zu threads\n",
              absl::ToDoubleMilliseconds(took), kb, begin.size() - threads_before.size());
  std::printf("idle for %u s: its threads were woken %ld times\n\n", seconds, woken);
  engine.reset();

  RunSideBySide(
      "an engine on a store that is there",
      {{"SQLite alone opens, reads and closes its three files", 20,
        [&] { OpenWithSqlite(folder); }},
       {"Engine::Open, and Close", 20, [&] { (void)Open(folder)->Close(absl::Seconds(5)); }}});
}

}  // namespace
}  // namespace joinpass::testing
