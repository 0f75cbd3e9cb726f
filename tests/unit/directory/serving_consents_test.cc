#include "directory/serving_consents.h"

#include <doctest/doctest.h>

#include <functional>

#include "store/sqlite/sqlite_store.h"
#include "support/engine_room.h"
#include "unit/store/raw_sqlite.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;

// Every read of a sealed row asks for the keys.
class CountedKeys final : public crypto::KeySource {
 public:
  explicit CountedKeys(crypto::KeyRing ring) : ring_(std::move(ring)) {}
  crypto::KeyRing Current() override {
    if (++asked == then_at) then();
    return ring_;
  }
  absl::StatusOr<crypto::KeyRing> CurrentToSeal() override { return Current(); }

  int asked = 0;
  int then_at = 0;  // which time something else happens
  std::function<void()> then = [] {};

 private:
  const crypto::KeyRing ring_;
};

struct Scene : EngineRoom {
  CountedKeys counted{keys};
  store::Records reads{*store, counted, base::SystemRandom()};
  ServingConsents consents{reads};

  Scene() { Connect(absl::Hours(1)); }

  // "cred_1 healthy", or "-".
  std::string Of(const std::string& app, const std::string& user,
                 const std::string& account = "account-1") {
    const auto consent = consents.Of(app, user, account);
    if (!consent.ok()) return std::string(ReasonName(ReasonOf(consent.status())));
    if (!*consent) return "-";
    return (*consent)->credential_id + " " + std::string(HealthName((*consent)->state.health));
  }
  // Whether it was in memory.
  bool IsKept(const std::string& app, const std::string& user,
              const std::string& account = "account-1") {
    const int before = counted.asked;
    (void)Of(app, user, account);
    return counted.asked == before;
  }

  void ConnectAccount(const std::string& id, const std::string& account) {
    store::AppRecord app;
    app.id = "app_2";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client 2";
    if (!records.GetApp("app_2").ok()) REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord admin = Consent(id, "", absl::Hours(1));
    admin.app_id = "app_2";
    admin.app_kind = AppKind::kAccountManaged;
    admin.client_id = "client 2";
    admin.account_id = account;
    REQUIRE(records.PutConsented(admin).ok());
  }
};

TEST_SUITE("ServingConsents") {
  TEST_CASE_FIXTURE(Scene, "are those of the user or of his account, as the app wants them") {
    ConnectAccount("cred_2", "account-1");
    for (int times = 0; times < 2; ++times) {
      CHECK(Of("app_1", "user-1") == "cred_1 healthy");
      CHECK(Of("app_1", "user-1", "") == "cred_1 healthy");
      CHECK(Of("app_1", "user-2") == "-");
      CHECK(Of("app_1", "account-1") == "-");
      CHECK(Of("app_2", "user-1") == "cred_2 healthy");
      CHECK(Of("app_2", "anybody") == "cred_2 healthy");
      CHECK(Of("app_2", "user-1", "account-2") == "-");
      CHECK(Of("app_2", "user-1", "") == "-");
      CHECK(Of("app_3", "user-1") == "-");
    }
  }

  TEST_CASE_FIXTURE(Scene, "are kept, also that there is none, and for all of an account at once") {
    ConnectAccount("cred_2", "account-1");
    CHECK_FALSE(IsKept("app_1", "user-1"));
    CHECK(IsKept("app_1", "user-1"));
    CHECK(IsKept("app_1", "user-1", "account-2"));  // whose account it is does not matter
    CHECK_FALSE(IsKept("app_1", "user-2"));
    CHECK(IsKept("app_1", "user-2"));
    CHECK_FALSE(IsKept("app_2", "user-1"));
    CHECK(IsKept("app_2", "user-2"));
    CHECK_FALSE(IsKept("app_3", "user-1"));
    CHECK(IsKept("app_3", "user-1"));
    CHECK(IsKept("app_1", "user-1"));
  }

  TEST_CASE_FIXTURE(Scene, "are found again when anybody has changed anything") {
    // As another process does.
    const auto opened =
        store::OpenSqliteStore(*store::PrepareFolder(folder / "store"), keys, base::SystemRandom());
    REQUIRE(opened.ok());
    store::Records theirs(**opened, keys, base::SystemRandom());
    for (store::Records* who : {&records, &theirs}) {
      CHECK(Of("app_1", "user-1") == "cred_1 healthy");
      CHECK(IsKept("app_1", "user-1"));
      const auto seen = who->GetApp("app_1");
      REQUIRE(seen.ok());
      REQUIRE(*who->PauseApp(*seen, clock.Now(), clock.Now() + absl::Hours(1)));
      CHECK(Of("app_1", "user-1") == "cred_1 paused");
      REQUIRE(*who->ResumeApp(*who->GetApp("app_1")));
      CHECK(Of("app_1", "user-1") == "cred_1 healthy");

      CHECK(Of("app_1", "user-2") == "-");
      REQUIRE(who->PutConsented(Consent("cred_9", "user-2", absl::Hours(1))).ok());
      CHECK(Of("app_1", "user-2") == "cred_9 healthy");
      REQUIRE(*who->BeginDisconnect("cred_9", clock.Now()));
      CHECK(Of("app_1", "user-2") == "-");
      REQUIRE(*who->RemoveCredential(*who->GetCredential("cred_9")));
      CHECK(Of("app_1", "user-2") == "-");
    }
  }

  TEST_CASE_FIXTURE(Scene, "are not kept if something changed while they were looked for") {
    const auto pause = [this] {
      REQUIRE(*records.PauseApp(*records.GetApp("app_1"), clock.Now(), clock.Now()));
    };
    counted.then = pause;
    counted.then_at = counted.asked + 2;  // the app has been read, its credential not yet
    CHECK(Of("app_1", "user-1") == "cred_1 healthy");
    CHECK(Of("app_1", "user-1") == "cred_1 paused");
    CHECK(IsKept("app_1", "user-1"));
  }

  TEST_CASE_FIXTURE(Scene, "are not kept where the store could not be asked") {
    (void)Of("app_1", "user-1");
    REQUIRE(records.PutConsented(Consent("cred_9", "user-9", absl::Hours(1))).ok());
    store->WaitNoLongerThan(absl::ZeroDuration());
    {
      store::RawSqlite writer(folder / "store/credentials.db");
      writer.Run("BEGIN EXCLUSIVE");
      CHECK(Of("app_1", "user-9") == "store_unavailable");
    }
    CHECK(Of("app_1", "user-9") == "cred_9 healthy");
  }

  TEST_CASE_FIXTURE(Scene, "are never more than so many") {
    for (int i = 0; i < 5'000; ++i) CHECK(Of("app_1", "user " + std::to_string(i)) == "-");
    CHECK_FALSE(IsKept("app_1", "user 0"));
    CHECK(IsKept("app_1", "user 4999"));
    CHECK(Of("app_1", "user-1") == "cred_1 healthy");
  }
}

}  // namespace
}  // namespace joinpass::directory
