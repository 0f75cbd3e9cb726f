// What it costs to find a host, and to sync a large account.

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/side_by_side.h"
#include "directory/resolver.h"
#include "directory/sync.h"
#include "support/engine_room.h"
#include "unit/store/raw_sqlite.h"

namespace joinpass::testing {
namespace {

// The tests only look whether it works.
bool IsQuick() {
  const char* rounds = std::getenv("BENCHMARK_ROUNDS");
  return rounds != nullptr && std::string(rounds) == "1";
}

using Steady = std::chrono::steady_clock;
double MicrosSince(Steady::time_point begun) {
  return std::chrono::duration<double, std::micro>(Steady::now() - begun).count();
}

constexpr std::uint64_t kFirst = 80'000'000'000;
constexpr int kMeetingsPerHost = 20;
constexpr char kAccount[] = "EaSsqWGPRNSoLcFkAb3f4g";  // as long as Zoom's are

// A store with so many meetings, each host of twenty, all served by one account.
struct Directory : EngineRoom {
  const int meetings;
  directory::ServingConsents consents{records};
  std::mt19937 dice{1};

  explicit Directory(int many) : meetings(many) {
    store::AppRecord app;
    app.id = "app_0123456789abcdef01";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client";
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord account = Consent("cred_1", "", absl::Hours(9));
    account.app_id = app.id;
    account.account_id = kAccount;
    account.app_kind = AppKind::kAccountManaged;
    REQUIRE(records.PutConsented(account).ok());
    std::vector<store::MeetingRecord> page;
    for (int i = 0; i < meetings; ++i) {
      store::MeetingRecord meeting;
      meeting.app_id = app.id;
      meeting.number = NumberOf(i);
      const std::string host = absl::StrCat("30R7kT7bTIKSNUFE", 100'000 + i / kMeetingsPerHost);
      if (i % kMeetingsPerHost == 0) {
        store::HostRecord record;
        record.app_id = app.id;
        record.user_id = host;
        record.account_id = {kAccount, clock.Now()};
        record.personal_meeting_id = {3'000'000'000 + static_cast<std::uint64_t>(i), clock.Now()};
        if (i / kMeetingsPerHost < 5'000) REQUIRE(records.PutHost(record).ok());
      }
      meeting.host = {{host, kAccount}, clock.Now()};
      meeting.deleted = {false, clock.Now()};
      page.push_back(std::move(meeting));
      if (page.size() == 3'000 || i + 1 == meetings) {
        REQUIRE(records.PutMeetings(page).ok());
        page.clear();
      }
    }
  }

  static std::uint64_t NumberOf(int i) { return kFirst + static_cast<std::uint64_t>(i) * 7; }
  std::uint64_t AnyHit() {
    return NumberOf(std::uniform_int_distribution<int>(0, meetings - 1)(dice));
  }

  void Resolve(std::uint64_t number, bool hit) {
    const auto found = directory::Resolve(
        records, consents, *MeetingLink::Parse(absl::StrCat(number)), {}, clock.Now());
    if (found.ok() != hit) std::abort();
  }
};

// What no store could do faster: SQLite's own, of the same file, by the same index.
class PlainSelect {
 public:
  explicit PlainSelect(const std::string& file) {
    const char* sql = "SELECT host, host_at, sealed FROM meeting WHERE number_key=? AND deleted=0";
    REQUIRE(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(db_, sql, -1, &statement_, nullptr) == SQLITE_OK);
  }
  ~PlainSelect() {
    sqlite3_finalize(statement_);
    sqlite3_close(db_);
  }
  PlainSelect(const PlainSelect&) = delete;
  PlainSelect& operator=(const PlainSelect&) = delete;

  void Run(const std::string& number_key) {
    sqlite3_bind_blob64(statement_, 1, number_key.data(), number_key.size(), SQLITE_STATIC);
    if (sqlite3_step(statement_) != SQLITE_ROW) std::abort();
    if (sqlite3_column_blob(statement_, 2) == nullptr) std::abort();
    sqlite3_reset(statement_);
  }

 private:
  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

void PrintPercentiles(const char* what, const std::function<void()>& once, int times) {
  std::vector<double> micros;
  for (int i = 0; i < times; ++i) {
    const auto begun = Steady::now();
    once();
    micros.push_back(MicrosSince(begun));
  }
  std::sort(micros.begin(), micros.end());
  std::printf("  %s: p50 %.1f us, p99 %.1f us\n", what, micros[micros.size() / 2],
              micros[micros.size() * 99 / 100]);
}

void BenchmarkResolve(int meetings) {
  Directory directory(meetings);
  const store::RowSealer sealer(directory.keys, base::SystemRandom());
  // Both look for the same meetings, of which there are more than a cache holds.
  std::vector<std::uint64_t> numbers;
  std::vector<std::string> keys;
  for (int i = 0; i < (IsQuick() ? 100 : 50'000); ++i) {
    numbers.push_back(directory.AnyHit());
    keys.push_back(sealer.NumberKeys(numbers.back()).front());
  }
  std::size_t selected = 0;
  std::size_t resolved = 0;
  PlainSelect plain(directory.folder / "store/directory.db");
  RunSideBySide(
      absl::StrCat("Who hosts a meeting, of ", meetings),
      {{"a plain SELECT of its row", 1'000, [&] { plain.Run(keys[selected++ % keys.size()]); }},
       {"Resolve, a hit", 1'000,
        [&] { directory.Resolve(numbers[resolved++ % numbers.size()], true); }},
       {"Resolve, a miss", 1'000, [&] { directory.Resolve(kFirst + 1, false); }}});
  PrintPercentiles(
      "a hit", [&] { directory.Resolve(directory.AnyHit(), true); }, IsQuick() ? 100 : 20'000);
  PrintPercentiles(
      "a miss", [&] { directory.Resolve(kFirst + 1, false); }, IsQuick() ? 100 : 20'000);
  const auto size = std::filesystem::file_size(directory.folder / "store/directory.db");
  std::printf("  on disk: %.0f bytes a meeting\n",
              static_cast<double>(size) / static_cast<double>(meetings));
  const auto begun = Steady::now();
  const auto prepared = store::PrepareFolder(directory.folder / "store");
  REQUIRE(store::OpenSqliteStore(*prepared, directory.keys, base::SystemRandom()).ok());
  std::printf("  opening the store: %.1f ms\n\n", MicrosSince(begun) / 1000);
}

double PeakMegabytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// An account, of which Zoom's answers are written as they are asked for.
struct Account : EngineRoom {
  static constexpr int kPage = 300;
  const int users;
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  directory::Sync sync{context, calls};

  explicit Account(int many) : users(many) {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client";
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord account =
        Consent("cred_1", "", absl::Hours(9),
                "user:read:user:admin user:read:list_users:admin "
                "meeting:read:list_meetings:admin webinar:read:list_webinars:admin");
    account.app_kind = AppKind::kAccountManaged;
    REQUIRE(records.PutConsented(account).ok());
    transport.answer = [this](const ScriptedTransport::Seen& seen) {
      ScriptedTransport::Answer answer = Answer(seen.target);
      transport.seen.clear();
      transport.requests.clear();
      return answer;
    };
  }

  static std::string UserId(int i) { return absl::StrCat("30R7kT7bTIKSNUFE", 100'000 + i); }

  ScriptedTransport::Answer Answer(const std::string& target) {
    if (target.rfind("/v2/users?", 0) == 0) return Users(target);
    const std::string user = target.substr(10, 22);
    const int i = std::stoi(user.substr(16)) - 100'000;
    if (target.find("/webinars") != std::string::npos) return JsonAnswer(200, R"({"webinars":[]})");
    if (target.find("/meetings") != std::string::npos) return Meetings(user, i);
    return JsonAnswer(200, absl::StrCat(R"({"id":")", user, R"(","account_id":"account-1","pmi":)",
                                        3'000'000'000 + i, R"(,"email":"user)", i,
                                        R"(@acme.example","status":"active"})"));
  }

  ScriptedTransport::Answer Users(const std::string& target) const {
    const std::size_t token = target.find("next_page_token=p");
    const int from = token == std::string::npos ? 0 : std::stoi(target.substr(token + 17));
    const int to = std::min(users, from + kPage);
    std::string body =
        absl::StrCat(R"({"next_page_token":")", to < users ? absl::StrCat("p", to) : "",
                     R"(","total_records":)", users, R"(,"users":[)");
    for (int i = from; i < to; ++i) {
      absl::StrAppend(&body, i == from ? "" : ",", R"({"id":")", UserId(i), R"(","pmi":)",
                      3'000'000'000 + i, "}");
    }
    return JsonAnswer(200, body + "]}");
  }

  static ScriptedTransport::Answer Meetings(const std::string& user, int i) {
    std::string body = R"({"next_page_token":"","meetings":[)";
    for (int j = 0; j < kMeetingsPerHost; ++j) {
      absl::StrAppend(
          &body, j == 0 ? "" : ",", R"({"uuid":"aDYlohsHRtCd4ii1uC2+hA==","id":)",
          kFirst + static_cast<std::uint64_t>(i * kMeetingsPerHost + j) * 7, R"(,"host_id":")",
          user,
          R"(","topic":"Weekly","type":2,"start_time":"2026-03-23T06:00:00Z",)"
          R"("duration":60,"timezone":"Europe/Berlin","join_url":"https://x.zoom.us"})");
    }
    return JsonAnswer(200, body + "]}");
  }

  void RunAndPrint(const char* what) {
    const auto begun = Steady::now();
    const auto report = Finish(sync.Run("cred_1", In(absl::Hours(9))));
    REQUIRE(report.ok());
    REQUIRE(report->meetings == users * kMeetingsPerHost);
    const double seconds = MicrosSince(begun) / 1e6;
    std::printf("  %s: %.1f s, %.0f meetings a second, %d calls\n", what, seconds,
                report->meetings / seconds, report->calls);
  }

  std::string Rows() {
    return store::RawSqlite(folder / "store/directory.db")
        .Run(
            "SELECT count(*)||' '||sum(host_at)||' '||sum(deleted_at)||' '||count(DISTINCT sealed)"
            " FROM meeting");
  }
};

TEST_CASE("the sync of an account") {
  Account account(IsQuick() ? 50 : 5'000);
  std::printf("The sync of %d users with %d meetings each; Zoom answers at once\n", account.users,
              kMeetingsPerHost);
  const double before = PeakMegabytes();
  account.RunAndPrint("the first");
  const std::string rows = account.Rows();
  account.clock.Advance(absl::Hours(1));
  account.RunAndPrint("the second, of what is as it was");
  std::printf("  memory above the start, at the most: %.1f MiB\n\n", PeakMegabytes() - before);
  CHECK(account.Rows() == rows);  // no meeting was written again
}

TEST_CASE("who hosts a meeting") {
  BenchmarkResolve(1'000);
  if (!IsQuick()) BenchmarkResolve(1'000'000);
}

}  // namespace
}  // namespace joinpass::testing
