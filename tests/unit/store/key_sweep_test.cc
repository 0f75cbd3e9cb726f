#include "store/key_sweep.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "crypto/seal.h"
#include "store/sqlite/sqlite_store.h"
#include "unit/store/raw_sqlite.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

constexpr crypto::KeyId kOld = 0xa1b2c3d4;
constexpr crypto::KeyId kNew = 0x5e6f7a8b;
constexpr std::uint64_t kNumber = 85'746'065'123;
const absl::Time kLater = kNow + absl::Hours(1);

HostRecord HostNamed(const std::string& user) {
  return HostOf("app_1", user, 5'551'112'222, "vanity." + user);
}

MeetingRecord MeetingOf(const std::string& user) {
  return store::MeetingOf("app_" + user, kNumber, user);
}

EventRecord Refused() {
  EventRecord event;
  event.kind = CredentialEventKind::kReauthorizationRequired;
  event.reason = "reauthorization_required";
  return event;
}

// A store that was written under the old key: some rows of each kind.
struct OldStore {
  static constexpr std::array kUsers = {"ann", "bob", "eve"};

  testing::TempFolder folder;
  std::string path = folder / "store";

  OldStore() {
    OpenedStore before(path, RingOf({kOld}));
    Records& records = before.records;
    for (const std::string name : {"app_1", "app_2"}) {
      REQUIRE(records.CreateApp(AppNamed(name)).ok());
    }
    for (const std::string user : kUsers) {
      Must(records.PutConsented(CredentialOf("app_1", user, "cred_" + user)));
      REQUIRE(records.PutHost(HostNamed(user)).ok());
      REQUIRE(records.PutMeetings(std::array{MeetingOf(user)}).ok());
      const AuthorizationRequest consent = {
          .app_id = "app_1",
          .bound_to_hash = records.HashBinding("cookie of " + user),
          .expires_at = kLater};
      REQUIRE(records.PutAuthorization("state of " + user, consent).ok());
      const Records::NotedPass noted = {
          {.id = "pass_" + user, .at = kNow, .identity = {.credential_id = "cred_" + user}}, true};
      REQUIRE(records.PutPasses(std::array{noted}, kNow).ok());
    }
    REQUIRE(Must(records.Condemn("cred_eve", Secret("first refresh"), Cause::kAnswerLost, Refused(),
                                 kNow)) == Records::Verdict::kWritten);
  }

  std::string Database(const std::string& name) { return path + "/" + name + ".db"; }

  // Where the id of the old key stands, in any file of the folder.
  std::vector<std::string> FilesWithOldKey() {
    const std::string id = crypto::SealPrefix(kOld).substr(1);
    std::vector<std::string> found;
    for (const auto& [name, file] : testing::Snapshot(path)) {
      if (file.first.find(id) != std::string::npos) found.push_back(name);
    }
    return found;
  }

  // Everything is found by everything, once, with `ring`.
  void CheckWhole(const crypto::KeyRing& ring) {
    OpenedStore opened(path, ring);
    Records& records = opened.records;
    CHECK(Must(records.ListApps()).size() == 2);
    CHECK(WhyNot(records.CreateApp({.id = "app_3", .settings = AppNamed("app_2").settings})) ==
          Reason::kInvalidArgument);
    CHECK(Must(records.ListCredentials("")).size() == kUsers.size());
    CHECK(Must(records.ListPasses(9, kNow)).size() == kUsers.size());
    CHECK(Must(FindMeetings(records, kNumber)).size() == kUsers.size());
    CHECK(Must(FindHostsByPersonalMeetingId(records, 5'551'112'222)).size() == kUsers.size());
    for (const std::string user : kUsers) CheckUser(records, user);
    CHECK(Must(records.GetCredential("cred_eve")).cause == Cause::kAnswerLost);
    CHECK(Must(records.ListEvents("cred_eve")).size() == 2);
  }

  void CheckUser(Records& records, const std::string& user) {
    CAPTURE(user);
    const CredentialRecord credential =
        Must(records.FindCredential("app_1", Principal::User(user)));
    CHECK(credential.id == "cred_" + user);
    CHECK(credential.generation == 1);
    CHECK(credential.tokens.refresh_token == Secret("first refresh"));
    CHECK(Must(records.FindCredentialsOfUser(user)).size() == 1);
    CHECK(Must(records.ListEvents(credential.id)).back().kind == CredentialEventKind::kConnected);
    CHECK(Must(records.FindHostsByVanityName("vanity." + user)).size() == 1);
    CHECK(Must(records.FindHost("app_1", user))->account_id.value == "account");
  }

  // Each can be taken, once.
  void CheckConsents(const crypto::KeyRing& ring) {
    OpenedStore opened(path, ring);
    for (const std::string user : kUsers) {
      const auto consent = Must(opened.records.TakeAuthorization("state of " + user, kNow));
      REQUIRE(consent);
      CHECK(Records::IsBoundTo(consent->bound_to_hash, "cookie of " + user));
      CHECK_FALSE(Must(opened.records.TakeAuthorization("state of " + user, kNow)));
    }
  }
};

SweepReport SweepAll(Store& store, crypto::KeySource& keys, int rows_a_step = 2) {
  KeySweep sweep(store, keys, base::SystemRandom(), rows_a_step);
  while (!Must(sweep.Step())) {
  }
  return sweep.report();
}

// The old store, open with both keys.
struct SweptStore : OldStore {
  crypto::FixedKeys keys{RingOf({kOld, kNew})};
  OpenedStore opened{path, keys.Current()};
  Store& store = *opened.store;
  Records& records = opened.records;
};

TEST_SUITE("A sweep of the keys") {
  TEST_CASE_FIXTURE(SweptStore, "leaves nothing under the old key") {
    const std::int64_t before = Must(store.rotation().CountSealed(kOld));
    // 2 apps, 3 credentials (user, tokens) with a cause and 4 events, 3 hosts, 3 meetings
    // with hosts of their own, 3 consents, 3 passes, a mark in each of 3 files.
    CHECK(before == 2 + 6 + 1 + 4 + 3 + 6 + 3 + 3 + 3);
    const SweepReport report = SweepAll(store, keys);
    CHECK(report.done);
    CHECK(report.resealed == 2 + 3 + 4 + 3 + 6 + 3 + 3);
    CHECK(report.unreadable == 0);
    CHECK(Must(store.rotation().CountSealed(kOld)) == 0);
    CHECK(Must(store.rotation().CountSealed(kNew)) == before);
    REQUIRE(store.rotation().WipeRemains().ok());
    CHECK(FilesWithOldKey().empty());
    CheckWhole(RingOf({kNew}));
    CheckConsents(RingOf({kNew}));
    crypto::FixedKeys left(RingOf({kNew}));
    OpenedStore again(path, left.Current());
    CHECK(SweepAll(*again.store, left).resealed == 0);
  }

  TEST_CASE_FIXTURE(SweptStore, "may be cut anywhere, and the next one goes on") {
    bool over = false;
    for (int steps = 0; !over; ++steps) {
      CAPTURE(steps);
      OldStore cut;
      {
        OpenedStore first(cut.path, keys.Current());
        KeySweep sweep(*first.store, keys, base::SystemRandom(), 1);
        for (int i = 0; i < steps && !over; ++i) over = Must(sweep.Step());
      }
      cut.CheckWhole(keys.Current());
      OpenedStore second(cut.path, keys.Current());
      CHECK(SweepAll(*second.store, keys).done);
      CHECK(Must(second.store->rotation().CountSealed(kOld)) == 0);
      cut.CheckWhole(RingOf({kNew}));
      cut.CheckConsents(RingOf({kNew}));
    }
  }

  TEST_CASE_FIXTURE(SweptStore, "counts what does not unseal, and leaves it as it is") {
    RawSqlite raw(Database("credentials"));
    raw.Run("UPDATE credential SET sealed_tokens=substr(sealed_tokens,1,40) WHERE id='cred_bob'");
    RawSqlite(Database("directory")).Run("UPDATE meeting SET app=1 WHERE seq=1");
    const std::string row =
        "SELECT hex(sealed_user)||hex(sealed_tokens) FROM credential "
        "WHERE id='cred_bob'";
    const std::string before = raw.Run(row);
    const SweepReport report = SweepAll(store, keys);
    CHECK(report.done);
    CHECK(report.unreadable == 2);
    CHECK(raw.Run(row) == before);
    CHECK(Must(store.rotation().CountSealed(kOld)) == 3);
    CHECK(Must(records.GetCredential("cred_ann")).id == "cred_ann");
  }

  TEST_CASE_FIXTURE(SweptStore, "never undoes what others wrote after it looked") {
    REQUIRE(store.rotation().AdoptNewestKey().ok());
    const RowSealer sealer(keys.Current(), base::SystemRandom());
    std::vector<std::vector<Resealed>> late;
    RowCursor cursor;
    while (true) {
      const auto rows = Must(store.rotation().ListSealedOtherwise(kNew, 100, cursor));
      if (rows.empty()) break;
      late.emplace_back();
      for (const AnyRow& row : rows) {
        late.back().push_back({.was = row, .now = Must(ResealRow(sealer, row))});
      }
    }
    REQUIRE(late.size() == 7);

    CHECK(Must(
        records.CommitTokens("cred_ann", Secret("first refresh"), TokensNamed("second"), kLater)));
    CHECK(Must(records.BeginDisconnect("cred_eve", kLater)));
    HostRecord host = HostNamed("ann");
    host.vanity_name = {"another", kLater};
    REQUIRE(records.PutHost(host).ok());
    CHECK(Must(records.EndListings("app_ann", "ann", EmptyList(kLater))) == 1);
    CHECK(Must(records.TakeAuthorization("state of ann", kNow)));
    const Records::NotedPass told = {
        {.id = "pass_ann", .attempt = 7, .at = kNow, .identity = {.credential_id = "cred_ann"}},
        false};
    REQUIRE(records.PutPasses(std::array{told}, kNow).ok());
    REQUIRE(
        records.UpdateApp({.id = "app_1", .settings = AppNamed("app_1").settings}, kLater).ok());

    int put = 0;
    for (const auto& page : late) put += Must(store.rotation().Reseal(page));
    // All but the app, the credentials of ann and eve, the host, consent and pass of ann: that her
    // meeting is deleted stands beside what is sealed.
    CHECK(put == 2 + 3 + 4 + 3 + 6 + 3 + 3 - 6);
    CHECK(Must(records.ListPasses(3, kNow)).at(2).attempt == 7);
    CHECK(Must(records.GetCredential("cred_ann")).tokens.refresh_token == Secret("second refresh"));
    CHECK(Must(records.GetCredential("cred_eve")).health == Health::kDisconnecting);
    CHECK(Must(records.FindHost("app_1", "ann"))->vanity_name.value == "another");
    CHECK(Must(FindMeetings(records, kNumber)).size() == 2);
    CHECK_FALSE(Must(records.TakeAuthorization("state of ann", kNow)));
    CHECK(SweepAll(store, keys).done);
    CHECK(Must(store.rotation().CountSealed(kOld)) == 0);
  }

  TEST_CASE_FIXTURE(SweptStore, "keeps of two rows of one thing the one that was learnt later") {
    // Whoever has lost the old key finds no row, and writes another one.
    Records forgetful(store, RingOf({kNew}), base::SystemRandom());
    HostRecord host = HostNamed("ann");
    host.account_id = {"twin", kLater};
    MeetingRecord meeting = MeetingOf("ann");
    meeting.host = {{"ann", "twin"}, kLater};
    bool twin_stays = true;
    SUBCASE("the other one") {}
    SUBCASE("the old one") {
      const absl::Time before = kNow - absl::Hours(1);
      host = HostOf("app_1", "ann", 5'551'112'222, "vanity.ann", before, "twin");
      meeting = store::MeetingOf("app_ann", kNumber, "ann", before, "twin");
      twin_stays = false;
    }
    const auto another = [&](std::uint64_t i) {
      return std::array{store::MeetingOf("app_ann", kNumber + i, "ann", meeting.host.at)};
    };
    REQUIRE(records.PutMeetings(another(1)).ok());
    REQUIRE(forgetful.PutHost(host).ok());
    REQUIRE(forgetful.PutMeetings(std::array{meeting}).ok());
    REQUIRE(forgetful.PutMeetings(another(2)).ok());
    CHECK(Must(FindMeetings(records, kNumber)).size() == 4);
    const SweepReport report = SweepAll(store, keys);
    CHECK(report.done);
    CHECK(Must(store.rotation().CountSealed(kOld)) == 0);
    CHECK(Must(FindMeetings(records, kNumber)).size() == 3);
    CHECK((Must(records.FindHost("app_1", "ann"))->account_id.value == "twin") == twin_stays);
    // Her meetings are those of the row that stayed.
    CHECK(Must(records.EndListings("app_ann", "ann", EmptyList(kLater + absl::Hours(1)))) == 3);
  }

  TEST_CASE_FIXTURE(SweptStore, "keeps of a host what a row made for one of his meetings lacks") {
    Records forgetful(store, RingOf({kNew}), base::SystemRandom());
    REQUIRE(forgetful.PutMeetings(std::array{store::MeetingOf("app_1", 9, "ann", kLater)}).ok());
    REQUIRE(SweepAll(store, keys).done);
    CHECK(Must(records.FindHostsByVanityName("vanity.ann")).size() == 1);
    CHECK(Must(records.FindHost("app_1", "ann"))->personal_meeting_id.value == 5'551'112'222);
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(kLater + absl::Hours(1)))) == 1);
  }

  TEST_CASE_FIXTURE(SweptStore, "keeps of two credentials of one user the later consent") {
    Records forgetful(store, RingOf({kNew}), base::SystemRandom());
    CredentialRecord twin = CredentialOf("app_1", "ann", "cred_twin");
    std::string left = "cred_twin";
    SUBCASE("the other one") { twin.connected_at = kLater; }
    SUBCASE("the old one") {
      twin.connected_at = kNow - absl::Hours(1);
      left = "cred_ann";
    }
    Must(forgetful.PutConsented(twin));
    CHECK(SweepAll(store, keys).done);
    CHECK(Must(records.ListCredentials("")).size() == 3);
    CHECK(Must(records.FindCredential("app_1", Principal::User("ann"))).id == left);
    CHECK(Must(store.rotation().CountSealed(kOld)) == 0);
    CHECK(RawSqlite(Database("credentials"))
              .Run("SELECT count(*) FROM event WHERE credential_id IN ('cred_ann','cred_twin')") ==
          "1");
  }

  TEST_CASE_FIXTURE(OldStore, "gives the newest key to all, over several rotations") {
    std::vector<crypto::KeyId> ids = {kOld};
    for (crypto::KeyId id = 1; id <= 3; ++id) {
      ids.push_back(id);
      OpenedStore opened(path, RingOf(ids));
      crypto::FixedKeys keys(opened.ring);
      KeySweep sweep(*opened.store, keys, base::SystemRandom(), 1);
      for (int i = 0; i < 5; ++i) CHECK_FALSE(Must(sweep.Step()));
    }
    crypto::FixedKeys all(RingOf(ids));
    OpenedStore opened(path, all.Current());
    CHECK(SweepAll(*opened.store, all).done);
    CheckWhole(RingOf({3}));
    CheckConsents(RingOf({3}));
  }
}

TEST_SUITE("A store whose keys have gone on") {
  TEST_CASE_FIXTURE(SweptStore, "takes nothing from whoever does not know the newest key") {
    OpenedStore old(path, RingOf({kOld}));
    REQUIRE(store.rotation().AdoptNewestKey().ok());
    const absl::Status refused = old.records.CreateApp(AppNamed("app_3"));
    CHECK(WhyNot(refused) == Reason::kKeyMissing);
    CHECK(refused.message() ==
          "credentials.db: sealed with key 5e6f7a8b, which is not in the ring");
    CHECK(WhyNot(old.records.CommitTokens("cred_ann", Secret("first refresh"),
                                          TokensNamed("second"), kNow)) == Reason::kKeyMissing);
    CHECK(WhyNot(old.records.PutHost(HostNamed("new"))) == Reason::kKeyMissing);
    CHECK(WhyNot(old.records.PutAuthorization("state", {})) == Reason::kKeyMissing);
    CHECK(Must(old.records.GetCredential("cred_ann")).generation == 1);
    CHECK(Must(records.ListApps()).size() == 2);
  }

  TEST_CASE_FIXTURE(SweptStore, "says of nothing that it is not there while nobody can say so") {
    OpenedStore old(path, RingOf({kOld}));
    CHECK(SweepAll(store, keys).done);
    old.store->WaitNoLongerThan(absl::ZeroDuration());
    RawSqlite raw(Database("credentials"));
    raw.Run("BEGIN EXCLUSIVE");
    CHECK(WhyNot(old.records.FindHost("app_1", "ann")) == Reason::kStoreUnavailable);
    CHECK(WhyNot(FindMeetings(old.records, kNumber)) == Reason::kStoreUnavailable);
    raw.Run("ROLLBACK");
    CHECK(WhyNot(old.records.FindHost("app_1", "ann")) == Reason::kKeyMissing);
  }

  TEST_CASE_FIXTURE(SweptStore, "does not open with the old key, and says which one it lacks") {
    CHECK(SweepAll(store, keys).done);
    const auto old =
        OpenSqliteStore(Must(PrepareFolder(path)), RingOf({kOld}), base::SystemRandom());
    CHECK(WhyNot(old) == Reason::kKeyMissing);
    CHECK(old.status().message().find("5e6f7a8b") != absl::string_view::npos);
  }

  TEST_CASE_FIXTURE(SweptStore, "never goes back to an older one") {
    CHECK(SweepAll(store, keys).done);
    OpenedStore later(path, RingOf({kOld, kNew, 7}));
    REQUIRE(later.store->rotation().AdoptNewestKey().ok());
    CHECK(WhyNot(store.rotation().AdoptNewestKey()) == Reason::kKeyMissing);
    KeySweep sweep(store, keys, base::SystemRandom());
    CHECK(WhyNot(sweep.Step()) == Reason::kKeyMissing);
  }
}

}  // namespace
}  // namespace joinpass::store
