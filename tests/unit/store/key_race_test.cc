#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/key_file.h"
#include "crypto/key_file_source.h"
#include "crypto/seal.h"
#include "store/key_sweep.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fork.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

constexpr int kUsers = 40;
constexpr std::uint64_t kNumber = 85'746'065'123;

std::string UserName(int i) { return "user " + std::to_string(i); }

MeetingRecord MeetingOf(int user, absl::Time learnt_at) {
  return store::MeetingOf("app_1", kNumber + static_cast<std::uint64_t>(user), UserName(user),
                          learnt_at);
}

// Ends a child's work with what went wrong, by name.
#define EXPECT(condition)                             \
  do {                                                \
    if (!(condition)) return std::string(#condition); \
  } while (false)
#define EXPECT_OK(status)                                       \
  do {                                                          \
    if (const absl::Status status_ = (status); !status_.ok()) { \
      return absl::StrCat(#status, ": ", status_.message());    \
    }                                                           \
  } while (false)

// A store whose keys are in a file, for a process of its own.
struct FileStore {
  absl::StatusOr<std::unique_ptr<crypto::KeyFileSource>> keys;
  absl::StatusOr<std::unique_ptr<Store>> store = absl::UnknownError("not opened");

  explicit FileStore(const std::string& path) : keys(crypto::KeyFileSource::Open(path + ".key")) {
    const absl::StatusOr<Folder> folder = PrepareFolder(path);
    if (keys.ok() && folder.ok()) store = OpenSqliteStore(*folder, **keys, base::SystemRandom());
  }
};

struct RotatingFolder {
  testing::TempFolder folder;
  std::string path = folder / "store";
  std::string over = folder / "over";

  RotatingFolder() {
    REQUIRE(crypto::OpenKeyFile(path + ".key", base::SystemRandom()).ok());
    FileStore opened(path);
    REQUIRE(opened.store.ok());
    Records records(**opened.store, **opened.keys, base::SystemRandom());
    REQUIRE(records.CreateApp(AppNamed("app_1")).ok());
    for (int i = 0; i < kUsers; ++i) {
      Must(records.PutConsented(CredentialOf("app_1", UserName(i), absl::StrCat("cred_", i))));
      REQUIRE(records.PutMeetings(std::array{MeetingOf(i, kNow)}).ok());
    }
  }

  bool IsOver() const { return access(over.c_str(), F_OK) == 0; }
};

// One round of what a bot does to one user, whose only refresher it is. Empty: well.
std::string LiveOnce(Records& records, int user, int round) {
  const std::string id = absl::StrCat("cred_", user);
  const auto found = records.FindCredential("app_1", Principal::User(UserName(user)));
  EXPECT_OK(found.status());
  EXPECT(found->id == id && found->generation == round + 1);
  const Secret spent = found->tokens.refresh_token;
  const auto opened = records.OpenPending(id, spent, found->pending, kNow);
  EXPECT_OK(opened.status());
  EXPECT(*opened);
  const auto committed =
      records.CommitTokens(id, spent, TokensNamed(absl::StrCat("round ", round)), kNow);
  EXPECT_OK(committed.status());
  EXPECT(committed->has_value());

  const absl::Time learnt_at = kNow + absl::Seconds(round);
  const MeetingRecord meeting = MeetingOf(user, learnt_at);
  EXPECT_OK(records.PutMeetings(std::array{meeting}));
  EXPECT_OK(records.PutHost(
      HostOf("app_1", UserName(user), 0, absl::StrCat("vanity ", user), learnt_at)));
  const auto swept = records.EndListings("app_1", UserName(user), EmptyList(learnt_at));
  EXPECT_OK(swept.status());
  EXPECT(*swept == 0);
  const auto hosts = records.FindHostsByVanityName(absl::StrCat("vanity ", user));
  EXPECT_OK(hosts.status());
  EXPECT(hosts->size() == 1);

  const std::string state = absl::StrCat("state ", user, " ", round);
  EXPECT_OK(records.PutAuthorization(
      state, {.app_id = "app_1", .bound_to_hash = records.HashBinding(state), .expires_at = kNow}));
  const auto all = records.ListCredentials("");
  EXPECT_OK(all.status());
  EXPECT(all->size() == kUsers);
  const auto taken = records.TakeAuthorization(state, kNow);
  EXPECT_OK(taken.status());
  EXPECT(taken->has_value() && Records::IsBoundTo((*taken)->bound_to_hash, state));
  return "";
}

// Until somebody says that it is over: this process has every second user.
std::string Live(const RotatingFolder& folder, int which) {
  FileStore opened(folder.path);
  EXPECT_OK(opened.keys.status());
  EXPECT_OK(opened.store.status());
  Records records(**opened.store, **opened.keys, base::SystemRandom());
  int round = 0;
  while (!folder.IsOver()) {
    for (int user = which; user < kUsers && !folder.IsOver(); user += 8) {
      const std::string wrong = LiveOnce(records, user, round);
      if (!wrong.empty()) return absl::StrCat(wrong, " (round ", round, ", user ", user, ")");
    }
    ++round;
  }
  return "lived";
}

std::string RotateOnce(Store& store, crypto::KeyFileSource& keys) {
  const crypto::KeyId old = keys.Current().newest();
  EXPECT_OK(keys.Add(base::SystemRandom()).status());
  bool over = false;
  KeySweep sweep(store, keys, base::SystemRandom(), 4);
  while (!over) {
    const absl::StatusOr<bool> step = sweep.Step();
    EXPECT_OK(step.status());
    over = *step;
  }
  EXPECT(sweep.report().done && sweep.report().unreadable == 0);
  const auto left = store.rotation().CountSealed(old);
  EXPECT_OK(left.status());
  EXPECT(*left == 0);
  EXPECT_OK(store.rotation().WipeRemains());
  EXPECT_OK(keys.Remove(old));
  return "";
}

std::string Rotate(const RotatingFolder& folder, int times) {
  FileStore opened(folder.path);
  std::string wrong = opened.store.ok() ? "" : "does not open";
  for (int i = 0; i < times && wrong.empty(); ++i) {
    wrong = RotateOnce(**opened.store, **opened.keys);
  }
  testing::WriteFile(folder.over, "");
  return wrong.empty() ? "rotated" : wrong;
}

std::string SweepFile(const RotatingFolder& folder) {
  FileStore opened(folder.path);
  EXPECT_OK(opened.store.status());
  KeySweep sweep(**opened.store, **opened.keys, base::SystemRandom(), 4);
  bool over = false;
  while (!over) {
    const absl::StatusOr<bool> step = sweep.Step();
    EXPECT_OK(step.status());
    over = *step;
  }
  testing::WriteFile(folder.over, "");
  return "swept";
}

std::string AddAndSweep(const RotatingFolder& folder) {
  EXPECT_OK(crypto::AddKey(folder.path + ".key", base::SystemRandom()).status());
  return SweepFile(folder);
}

TEST_SUITE("Keys that are rotated under those who use them") {
  TEST_CASE_FIXTURE(RotatingFolder, "cost nobody a row, nor an error") {
    const crypto::KeyId first = crypto::ReadKeyFile(path + ".key")->ring.newest();
    const auto answers = testing::InProcesses(
        3, [this](int i) { return i == 2 ? Rotate(*this, 2) : Live(*this, i); });
    for (const std::string& answer : answers) {
      CAPTURE(answer);
      CHECK((answer == "lived" || answer == "rotated"));
    }

    FileStore opened(path);
    REQUIRE(opened.store.ok());
    CHECK((*opened.keys)->Current().ids().size() == 1);
    Records records(**opened.store, **opened.keys, base::SystemRandom());
    CHECK(Must(records.ListCredentials("")).size() == kUsers);
    for (int i = 0; i < kUsers; ++i) {
      CHECK(Must(records.FindCredential("app_1", Principal::User(UserName(i)))).id ==
            absl::StrCat("cred_", i));
      CHECK(Must(FindMeetings(records, kNumber + static_cast<std::uint64_t>(i))).size() == 1);
    }
    const std::string id = crypto::SealPrefix(first).substr(1);
    for (const auto& file : testing::Snapshot(path)) {
      CAPTURE(file.first);
      CHECK(file.second.first.find(id) == std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(RotatingFolder, "are swept by the next one, if one is killed over it") {
    REQUIRE(crypto::AddKey(path + ".key", base::SystemRandom()).ok());
    int killed = 0;
    for (std::string answer = "died"; answer == "died"; ++killed) {
      const useconds_t after = 1'000U * static_cast<useconds_t>(killed + 1);
      answer = testing::InProcesses(1, [this, after](int) {
        ualarm(after, 0);  // which kills
        return SweepFile(*this);
      })[0];
      CAPTURE(answer);
      CHECK((answer == "died" || answer == "swept"));
      FileStore opened(path);
      REQUIRE(opened.store.ok());
      Records records(**opened.store, **opened.keys, base::SystemRandom());
      CHECK(Must(records.ListCredentials("")).size() == kUsers);
      for (int i = 0; i < kUsers; ++i) {
        CHECK(Must(records.FindCredential("app_1", Principal::User(UserName(i)))).generation == 1);
        CHECK(Must(FindMeetings(records, kNumber + static_cast<std::uint64_t>(i))).size() == 1);
      }
    }
    CHECK(killed > 1);
    FileStore opened(path);
    CHECK(Must((*opened.store)->rotation().CountSealed((*opened.keys)->Current().ids()[1])) == 0);
  }

  TEST_CASE_FIXTURE(RotatingFolder, "may be turned by several at once") {
    const auto answers = testing::InProcesses(
        3, [this](int i) { return i == 0 ? Live(*this, i) : AddAndSweep(*this); });
    for (const std::string& answer : answers) {
      CAPTURE(answer);
      CHECK((answer == "lived" || answer == "swept"));
    }
    FileStore opened(path);
    REQUIRE(opened.store.ok());
    Records records(**opened.store, **opened.keys, base::SystemRandom());
    CHECK((*opened.keys)->Current().ids().size() == 3);
    CHECK(Must(records.ListCredentials("")).size() == kUsers);
    KeySweep sweep(**opened.store, **opened.keys, base::SystemRandom());
    while (!Must(sweep.Step())) {
    }
    CHECK(sweep.report().done);
  }
}

}  // namespace
}  // namespace joinpass::store
