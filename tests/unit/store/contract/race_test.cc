#include <doctest/doctest.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/fork.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

constexpr int kRounds = 10;

std::string RoundName(int round) { return "round " + std::to_string(round); }

// Tries each round's commit, whoever was faster; gives how many it made itself.
int CommitRounds(Records& records) {
  int won = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Secret spent(RoundName(round) + " refresh");
    const absl::StatusOr<std::optional<Health>> committed =
        records.CommitTokens("cred_1", spent, TokensNamed(RoundName(round + 1)), kNow);
    if (!committed.ok()) return -1000;
    won += committed->has_value() ? 1 : 0;
  }
  return won;
}

// A folder with a credential whose refresh token is that of round 0. No
// connection stays open, since a child must not inherit one.
struct RaceFolder {
  testing::TempFolder folder;
  std::string path = folder / "store";

  RaceFolder() {
    OpenedStore opened(path);
    REQUIRE(opened.records.CreateApp(AppNamed("app_1")).ok());
    CredentialRecord ann = CredentialOf("app_1", "ann", "cred_1");
    ann.tokens = TokensNamed(RoundName(0));
    Must(opened.records.PutConsented(ann));
  }

  CredentialRecord Ann() { return Must(OpenedStore(path).records.GetCredential("cred_1")); }
};

// What a child does: doctest is not for it.
std::string WithRecords(const std::string& path, const std::function<std::string(Records&)>& work) {
  auto ring = crypto::KeyRing::Make({KeyOf(1)});
  if (!ring.ok()) return std::string(ring.status().message());
  auto store = OpenStoreAt(path, *ring);
  if (!store.ok()) return std::string(store.status().message());
  Records records(**store, *ring, base::SystemRandom());
  return work(records);
}

TEST_SUITE("Of several writers") {
  TEST_CASE_FIXTURE(RaceFolder, "one commits the answer to a token: threads") {
    OpenedStore first(path);
    OpenedStore second(path);
    const std::array<Records*, 4> racers = {&first.records, &first.records, &second.records,
                                            &second.records};
    std::atomic<int> won = 0;
    std::vector<std::thread> threads;
    for (Records* records : racers) {
      threads.emplace_back([records, &won] { won += CommitRounds(*records); });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(won == kRounds);
    CHECK(Ann().generation == 1 + kRounds);
    CHECK(Ann().tokens.refresh_token == Secret(RoundName(kRounds) + " refresh"));
  }

  TEST_CASE_FIXTURE(RaceFolder, "one commits the answer to a token: processes") {
    const auto answers = testing::InProcesses(3, [this](int) {
      return WithRecords(path,
                         [](Records& records) { return std::to_string(CommitRounds(records)); });
    });
    int won = 0;
    for (const std::string& answer : answers) {
      CAPTURE(answer);
      REQUIRE_FALSE(answer.empty());
      REQUIRE(answer.find_first_not_of("0123456789") == std::string::npos);
      won += std::stoi(answer);
    }
    CHECK(won == kRounds);
    CHECK(Ann().generation == 1 + kRounds);
  }

  TEST_CASE_FIXTURE(RaceFolder, "one who condemns makes no answer lose") {
    const auto answers = testing::InProcesses(3, [this](int i) {
      return WithRecords(path, [i](Records& records) {
        if (i == 0) return std::to_string(CommitRounds(records));
        for (int round = 0; round < kRounds; ++round) {
          const Secret spent(RoundName(round) + " refresh");
          for (int again = 0; again < 5; ++again) {
            if (!records.Condemn("cred_1", spent, Cause::kAnswerLost, {}, kNow).ok())
              return std::string("lost");
          }
        }
        return std::string("condemned");
      });
    });
    CHECK(answers == std::vector<std::string>{std::to_string(kRounds), "condemned", "condemned"});
    CHECK(Ann().generation == 1 + kRounds);
    CHECK(Ann().health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(RaceFolder, "each counts the send of its own, and no other's") {
    const auto answers = testing::InProcesses(3, [this](int) {
      return WithRecords(path, [](Records& records) -> std::string {
        const Secret spent(RoundName(0) + " refresh");
        for (int sent = 0; sent < kRounds;) {
          const absl::StatusOr<CredentialRecord> ann = records.GetCredential("cred_1");
          if (!ann.ok()) return "lost one";
          const auto opened = records.OpenPending("cred_1", spent, ann->pending, kNow);
          if (!opened.ok()) return "lost one";
          if (*opened) ++sent;
        }
        return "counted";
      });
    });
    CHECK(answers == std::vector<std::string>(3, "counted"));
    CHECK(Ann().pending == PendingRefresh{kNow, kNow, 3 * kRounds});
  }

  TEST_CASE_FIXTURE(RaceFolder, "all keep their consent of one user in one credential") {
    const auto answers = testing::InProcesses(3, [this](int i) {
      return WithRecords(path, [i](Records& records) -> std::string {
        const auto put =
            records.PutConsented(CredentialOf("app_1", "bob", "cred_of_" + std::to_string(i)));
        return put.ok() ? put->record.id : std::string(put.status().message());
      });
    });
    CHECK(answers[0].starts_with("cred_of_"));
    CHECK(answers == std::vector<std::string>(3, answers[0]));
    OpenedStore opened(path);
    CHECK(Must(opened.records.FindCredential("app_1", Principal::User("bob"))).generation == 3);
    CHECK(Must(opened.records.ListCredentials("")).size() == 2);
  }

  TEST_CASE("one makes the files of a new store, and all find them whole") {
    testing::TempFolder folder;
    const std::string path = folder / "new";
    const auto answers = testing::InProcesses(4, [&path](int i) {
      return WithRecords(path, [i](Records& records) -> std::string {
        const absl::Status made = records.CreateApp(AppNamed("app_" + std::to_string(i)));
        return made.ok() ? "made" : std::string(made.message());
      });
    });
    CHECK(answers == std::vector<std::string>(4, "made"));
    CHECK(Must(OpenedStore(path).records.ListApps()).size() == 4);
  }

  TEST_CASE_FIXTURE(RaceFolder, "one takes a consent") {
    const AuthorizationRequest consent = {.app_id = "app_1", .expires_at = kNow};
    REQUIRE(OpenedStore(path).records.PutAuthorization("state", consent).ok());
    const auto answers = testing::InProcesses(4, [this](int) {
      return WithRecords(path, [](Records& records) -> std::string {
        const auto taken = records.TakeAuthorization("state", kNow);
        if (!taken.ok()) return std::string(taken.status().message());
        return *taken ? "taken" : "none";
      });
    });
    CHECK(std::count(answers.begin(), answers.end(), "taken") == 1);
    CHECK(std::count(answers.begin(), answers.end(), "none") == 3);
  }
}

// Adds one to the number in `file`, `times` times and under the lock only. What
// two add at the same moment would count once.
std::string CountUnderLock(Records& records, const std::string& file, int times) {
  for (int done = 0; done < times;) {
    const auto lock = records.TryLockRefresh("cred_1");
    if (!lock.ok()) return std::string(lock.status().message());
    if (*lock == nullptr) {
      sched_yield();
      continue;
    }
    int counted = 0;
    std::ifstream(file) >> counted;
    sched_yield();
    std::ofstream(file) << counted + 1;
    ++done;
  }
  return "counted";
}

TEST_SUITE("Of several who refresh") {
  TEST_CASE_FIXTURE(RaceFolder, "one holds the lock at a time: processes") {
    const std::string file = folder / "count";
    const auto answers = testing::InProcesses(4, [&](int) {
      return WithRecords(path,
                         [&file](Records& records) { return CountUnderLock(records, file, 100); });
    });
    CHECK(answers == std::vector<std::string>(4, "counted"));
    CHECK(testing::ReadFile(file) == "400");
  }

  TEST_CASE_FIXTURE(RaceFolder, "one holds the lock at a time: threads of one store") {
    OpenedStore opened(path);
    const std::string file = folder / "count";
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { (void)CountUnderLock(opened.records, file, 100); });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(testing::ReadFile(file) == "400");
  }
}

}  // namespace
}  // namespace joinpass::store
