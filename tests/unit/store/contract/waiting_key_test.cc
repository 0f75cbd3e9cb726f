// Keys that each process asks for on its own, at other times than the others.

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>

#include "crypto/asked_keys.h"
#include "crypto/key_file.h"
#include "store/key_sweep.h"
#include "support/manual_loop.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

constexpr std::uint64_t kNumber = 85'746'065'123;

// What gives the keys, to all of them or to one.
struct KeyService {
  std::string text;
  int asked = 0;

  void Offer(std::vector<crypto::KeyId> ids) {
    std::vector<crypto::MasterKey> keys;
    for (const crypto::KeyId id : ids) keys.push_back(KeyOf(id));
    text = std::string(base::View(crypto::WriteKeyLines(keys)));
  }
};

// A process on the store.
struct Sharer {
  testing::FakeClock clock;
  std::unique_ptr<crypto::AskedKeys> keys;
  std::unique_ptr<Store> store;
  std::unique_ptr<Records> records;

  Sharer(const std::string& path, KeyService& service) {
    keys = Must(crypto::AskedKeys::Open(
        [&service] {
          ++service.asked;
          return Secret(service.text);
        },
        clock));
    store = Must(OpenStoreAt(path, *keys));
    records = std::make_unique<Records>(*store, *keys, base::SystemRandom());
  }

  SweepReport Sweep() {
    REQUIRE(keys->Ask().ok());
    KeySweep sweep(*store, *keys, base::SystemRandom());
    while (!Must(sweep.Step())) {
    }
    return sweep.report();
  }
  std::int64_t Sealed(crypto::KeyId id) { return Must(store->rotation().CountSealed(id)); }
};

struct SharedStore {
  testing::TempFolder folder;
  std::string path = folder / "store";
  KeyService service;
  std::unique_ptr<Sharer> old;  // has asked before there was a second key

  SharedStore() {
    service.Offer({1});
    old = std::make_unique<Sharer>(path, service);
    REQUIRE(old->records->CreateApp(AppNamed("app_1")).ok());
    service.Offer({1, 2});
  }
};

TEST_SUITE("A key that came while others did not ask") {
  TEST_CASE_FIXTURE(SharedStore, "seals nothing before a sweep, in whoever knows it") {
    Sharer knows(path, service);
    REQUIRE(knows.records->CreateApp(AppNamed("app_2")).ok());
    Must(knows.records->PutConsented(CredentialOf("app_1", "ann", "cred_1")));
    CHECK(knows.Sealed(2) == 0);
    CHECK(Must(old->records->ListApps()).size() == 2);
    CHECK(Must(old->records->GetCredential("cred_1")).user_id == "ann");
    CHECK(service.asked == 2);

    CHECK(knows.Sweep().done);
    CHECK(knows.Sealed(1) == 0);
    CHECK(knows.Sealed(2) > 0);
    REQUIRE(knows.records->CreateApp(AppNamed("app_3")).ok());
    CHECK(knows.Sealed(1) == 0);
  }

  TEST_CASE_FIXTURE(SharedStore, "is taken up, after a sweep, by whoever meets it") {
    Sharer knows(path, service);
    CHECK(knows.Sweep().done);
    SUBCASE("as it opens something") { CHECK(Must(old->records->GetApp("app_1")).id == "app_1"); }
    SUBCASE("as it finds nothing") {
      CHECK(WhyNot(old->records->GetCredential("cred_7")) == Reason::kCredentialUnknown);
    }
    SUBCASE("as it writes") { REQUIRE(old->records->CreateApp(AppNamed("app_2")).ok()); }
    SUBCASE("as it writes what is there") {
      AppRecord same = AppNamed("app_2");
      same.settings.client_id = "client of app_1";
      CHECK(WhyNot(old->records->CreateApp(same)) == Reason::kInvalidArgument);
    }
    CHECK(old->keys->Current().newest() == 2);
    CHECK(old->Sealed(1) == 0);
    CHECK(service.asked == 4);
  }

  TEST_CASE_FIXTURE(SharedStore, "stops waiting in who knew it, as soon as another swept") {
    Sharer knows(path, service);
    Sharer sweeper(path, service);
    CHECK(knows.keys->Current().newest() == 1);
    CHECK(sweeper.Sweep().done);
    REQUIRE(knows.records->CreateApp(AppNamed("app_2")).ok());
    CHECK(knows.Sealed(1) == 0);
    CHECK(service.asked == 4);
  }

  TEST_CASE_FIXTURE(SharedStore,
                    "is named by who cannot get it, who says of nothing that it is not there") {
    KeyService behind;
    behind.Offer({1});
    Sharer blind(path, behind);
    Sharer knows(path, service);
    Must(knows.records->PutConsented(CredentialOf("app_1", "ann", "cred_1")));
    REQUIRE(knows.records->PutMeetings(std::array{MeetingOf("app_1", kNumber, "ann")}).ok());
    CHECK(knows.Sweep().done);

    const auto named = [](const absl::Status& status) {
      CHECK(status.message().find("00000002") != absl::string_view::npos);
      return WhyNot(status);
    };
    CHECK(named(blind.records->GetApp("app_1").status()) == Reason::kKeyMissing);
    CHECK(named(blind.records->GetApp("app_7").status()) == Reason::kKeyMissing);
    CHECK(named(FindMeetings(*blind.records, kNumber).status()) == Reason::kKeyMissing);
    CHECK(named(blind.records->ListApps().status()) == Reason::kKeyMissing);
    CHECK(named(blind.records->FindHost("app_1", "bob").status()) == Reason::kKeyMissing);
    CHECK(named(blind.records->CreateApp(AppNamed("app_1"))) == Reason::kKeyMissing);
    CHECK(
        named(blind.records->CommitTokens("cred_1", Secret("first refresh"), TokensNamed("b"), kNow)
                  .status()) == Reason::kKeyMissing);
    CHECK(behind.asked == 2);

    behind.Offer({1, 2});
    blind.clock.Advance(crypto::AskedKeys::kAskAgainAfter);
    CHECK(Must(FindMeetings(*blind.records, kNumber)).size() == 1);
    CHECK(behind.asked == 3);
  }

  TEST_CASE_FIXTURE(SharedStore, "may be given back where it was taken out too early") {
    REQUIRE(Must(OpenStoreAt(path, RingOf({1, 2})))->rotation().AdoptNewestKey().ok());
    service.Offer({2});
    Sharer hasty(path, service);
    const auto without = hasty.records->GetApp("app_1");
    CHECK(WhyNot(without) == Reason::kKeyMissing);
    CHECK(without.status().message().find("00000001") != absl::string_view::npos);
    CHECK(service.asked == 3);
    service.Offer({1, 2});
    hasty.clock.Advance(crypto::AskedKeys::kAskAgainAfter);
    CHECK(Must(hasty.records->GetApp("app_1")).id == "app_1");
  }

  TEST_CASE_FIXTURE(SharedStore, "is not made the store's by a process that begins") {
    { Sharer knows(path, service); }
    Sharer again(path, service);
    REQUIRE(again.records->CreateApp(AppNamed("app_2")).ok());
    CHECK(again.Sealed(2) == 0);
    CHECK(again.Sweep().done);
    Sharer last(path, service);
    CHECK(last.keys->Current().newest() == 2);
  }

  TEST_CASE_FIXTURE(SharedStore, "is not taken back by a sweep of who does not know it") {
    KeyService behind;
    behind.Offer({1});
    Sharer blind(path, behind);
    CHECK(Sharer(path, service).Sweep().done);
    KeySweep sweep(*blind.store, *blind.keys, base::SystemRandom());
    CHECK(WhyNot(sweep.Step()) == Reason::kKeyMissing);
  }

  TEST_CASE_FIXTURE(SharedStore, "waits also in who missed the last change") {
    Sharer idle(path, service);
    CHECK(Sharer(path, service).Sweep().done);
    service.Offer({2, 3});  // the first was taken out, and the next one is there
    REQUIRE(idle.keys->Ask().ok());
    REQUIRE(idle.records->CreateApp(AppNamed("app_3")).ok());
    CHECK(idle.Sealed(3) == 0);
    CHECK(idle.keys->Current().newest() == 2);
  }

  TEST_CASE_FIXTURE(SharedStore, "takes no second row from who does not know it") {
    Sharer knows(path, service);
    CHECK(knows.Sweep().done);
    REQUIRE(knows.records->PutHost(HostOf("app_1", "ann", 5'551'112'222, "a")).ok());
    const HostRecord later = HostOf("app_1", "ann", 5'551'113'333, "b", kNow + absl::Hours(1));
    REQUIRE(old->records->PutHost(later).ok());
    CHECK(Must(knows.records->FindHostsByVanityName("a")).empty());
    CHECK(Must(knows.records->FindHostsByVanityName("b")).size() == 1);
    CHECK(Must(FindHostsByPersonalMeetingId(*knows.records, 5'551'112'222)).empty());
  }

  TEST_CASE_FIXTURE(SharedStore, "leaves nothing of what is disconnected behind") {
    Must(old->records->PutConsented(CredentialOf("app_1", "ann", "cred_1")));
    REQUIRE(old->records->PutHost(HostOf("app_1", "ann", 5'551'112'222, "a")).ok());
    REQUIRE(old->records->PutMeetings(std::array{MeetingOf("app_1", kNumber, "ann")}).ok());
    REQUIRE(Must(old->records->BeginDisconnect("cred_1", kNow)));
    const CredentialRecord leaving = Must(old->records->GetCredential("cred_1"));
    Sharer knows(path, service);
    CHECK(knows.Sweep().done);  // while the old one asks Zoom to revoke it
    CHECK(Must(old->records->RemoveCredential(leaving)));
    CHECK_FALSE(Must(knows.records->FindHost("app_1", "ann")));
    CHECK(Must(FindMeetings(*knows.records, kNumber)).empty());
  }

  TEST_CASE_FIXTURE(SharedStore, "has meetings swept by who does not know it yet") {
    REQUIRE(old->records->PutMeetings(std::array{MeetingOf("app_1", kNumber, "ann")}).ok());
    Sharer knows(path, service);
    CHECK(knows.Sweep().done);
    CHECK(Must(old->records->EndListings("app_1", "ann", EmptyList(kNow + absl::Seconds(1)))) == 1);
  }

  TEST_CASE_FIXTURE(SharedStore, "is asked for by a sweep that meets what is newer than its own") {
    Must(old->records->PutConsented(CredentialOf("app_1", "ann", "cred_1")));
    Sharer first(path, service);
    KeySweep sweep(*first.store, *first.keys, base::SystemRandom(), 1);
    CHECK_FALSE(Must(sweep.Step()));
    service.Offer({1, 2, 3});
    CHECK(Sharer(path, service).Sweep().done);
    while (!Must(sweep.Step())) {
    }
    CHECK(sweep.report().done);
    CHECK(sweep.report().unreadable == 0);
    CHECK(first.keys->Current().newest() == 3);
  }
}

}  // namespace
}  // namespace joinpass::store
