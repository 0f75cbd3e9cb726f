#include <doctest/doctest.h>

#include <array>
#include <memory>

#include "store/key_sweep.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

// A store that was written under key 1, opened with keys 1 and 2.
struct RotatedStore {
  static constexpr std::uint64_t kNumber = 85'746'065'123;

  testing::TempFolder folder;
  std::string path = folder / "store";
  const HostRecord host = HostOf("app_1", "ann", 5'551'112'222, "ann.lee", kNow, "acme");
  const MeetingRecord meeting = MeetingOf("app_1", kNumber, "ann", kNow, "acme");

  RotatedStore() {
    OpenedStore before(path, RingOf({1}));
    REQUIRE(before.records.CreateApp(AppNamed("app_1")).ok());
    Must(before.records.PutConsented(CredentialOf("app_1", "ann", "cred_1")));
    REQUIRE(before.records.PutHost(host).ok());
    REQUIRE(before.records.PutMeetings(std::array{meeting}).ok());
    const AuthorizationRequest consent = {.app_id = "app_1",
                                          .bound_to_hash = before.records.HashBinding("cookie"),
                                          .expires_at = kNow};
    REQUIRE(before.records.PutAuthorization("state", consent).ok());
    const Records::NotedPass noted = {.pass = {.id = "pass_1",
                                               .join_id = "join_1",
                                               .at = kNow,
                                               .recording = {.credential_id = "cred_1"}}};
    REQUIRE(before.records.PutPasses(std::array{noted}, kNow).ok());
  }
};

TEST_SUITE("A store whose key was changed") {
  TEST_CASE_FIXTURE(RotatedStore, "finds what was written under the old key") {
    OpenedStore opened(path, RingOf({1, 2}));
    Records& records = opened.records;
    CHECK(Must(records.GetApp("app_1")).settings.client_secret == Secret("secret of app_1"));
    CHECK(Must(records.FindCredential("app_1", Principal::User("ann"))).id == "cred_1");
    CHECK(Must(records.FindCredentialsOfUser("ann")).size() == 1);
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).size() == 1);
    CHECK(Must(FindHostsByPersonalMeetingId(records, 5'551'112'222)).size() == 1);
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
    CHECK(Must(records.ListPasses(1, kNow)).at(0).join_id == "join_1");
    const auto consent = Must(records.TakeAuthorization("state", kNow));
    REQUIRE(consent);
    CHECK(records.IsBoundTo(consent->bound_to_hash, "cookie"));
    CHECK_FALSE(records.IsBoundTo(consent->bound_to_hash, "another"));
    CHECK_FALSE(records.IsBoundTo("", "cookie"));
    CHECK(records.IsBoundTo(records.HashBinding("cookie"), "cookie"));
  }

  TEST_CASE_FIXTURE(RotatedStore, "refreshes a token that was stored under the old key") {
    OpenedStore opened(path, RingOf({1, 2}));
    const Secret spent("first refresh");
    CHECK(Must(opened.records.OpenPending("cred_1", spent, {}, kNow)));
    CHECK(Must(opened.records.Condemn("cred_1", spent, Cause::kAnswerLost, {}, kNow)) ==
          Records::Verdict::kWritten);
    CHECK(Must(opened.records.UndoPending("cred_1", spent, {}, kNow)));
    CHECK(Must(opened.records.CommitTokens("cred_1", spent, TokensNamed("second"), kNow)));
    CHECK(Must(opened.records.CommitTokens("cred_1", Secret("second refresh"), TokensNamed("third"),
                                           kNow)));
  }

  TEST_CASE_FIXTURE(RotatedStore, "writes no second row beside an old one") {
    OpenedStore opened(path, RingOf({1, 2}));
    Records& records = opened.records;
    AppRecord same = AppNamed("app_2");
    same.settings.client_id = "client of app_1";
    CHECK(WhyNot(records.CreateApp(same)) == Reason::kInvalidArgument);
    CHECK(Must(records.PutConsented(CredentialOf("app_1", "ann", "cred_2"))).record.id == "cred_1");

    HostRecord changed_host = host;
    changed_host.account_id = {"another", kNow + absl::Hours(1)};
    REQUIRE(records.PutHost(changed_host).ok());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).size() == 1);
    MeetingRecord changed = meeting;
    changed.host = {{"ann", "another"}, kNow + absl::Hours(1)};
    REQUIRE(records.PutMeetings(std::array{changed}).ok());
    const auto found = Must(FindMeetings(records, kNumber));
    REQUIRE(found.size() == 1);
    CHECK(found[0].host.value.account_id == "another");
  }

  TEST_CASE_FIXTURE(RotatedStore, "keeps the meetings of a second row that an old one replaces") {
    OpenedStore opened(path, RingOf({1, 2}));
    Records blind(*opened.store, RingOf({2}), base::SystemRandom());
    REQUIRE(blind.PutMeetings(std::array{MeetingOf("app_1", kNumber + 1, "ann")}).ok());
    DirectoryStore& directory = opened.store->directory();
    const RowSealer old(RingOf({1}), base::SystemRandom());
    const RowSealer both(opened.ring, base::SystemRandom());
    HostRecord changed = host;
    changed.vanity_name = {"another", kNow + absl::Hours(1)};
    const HostChange change = {.row = both.SealHost(changed),
                               .seen = Must(directory.FindHost(old.HostKeys("app_1", "ann")))};
    REQUIRE(Must(directory.Change({.hosts = {change}})) == Outcome::kDone);
    CHECK(Must(opened.records.EndListings("app_1", "ann", EmptyList(kNow + absl::Hours(2)))) == 2);
  }

  TEST_CASE_FIXTURE(RotatedStore, "takes no second row from who lacks the new key") {
    OpenedStore old(path, RingOf({1}));
    OpenedStore both(path, RingOf({1, 2}));  // nobody has swept: it is the first to write
    REQUIRE(both.records.PutHost(HostOf("app_1", "bob", 4'441'112'222, "bob")).ok());
    const absl::Status refused =
        old.records.PutHost(HostOf("app_1", "bob", 4'441'113'333, "bob", kNow + absl::Hours(1)));
    CHECK(WhyNot(refused) == Reason::kKeyMissing);
    CHECK(refused.message().find("00000002") != absl::string_view::npos);
    CHECK(Must(both.records.FindHostsByVanityName("bob")).size() == 1);
  }

  TEST_CASE_FIXTURE(RotatedStore, "sweeps what was written under the old key") {
    OpenedStore opened(path, RingOf({1, 2}));
    CHECK(Must(opened.records.EndListings("app_1", "ann", EmptyList(kNow + absl::Seconds(1)))) ==
          1);
  }

  TEST_CASE_FIXTURE(RotatedStore, "removes what was written under the old key") {
    OpenedStore opened(path, RingOf({1, 2}));
    Records& records = opened.records;
    CHECK(Must(records.ListEvents("cred_1")).size() == 1);
    const CredentialRecord ann = Must(records.GetCredential("cred_1"));
    REQUIRE(Must(records.BeginDisconnect("cred_1", kNow)));
    CHECK(Must(records.RemoveCredential(ann)));
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).empty());
    CHECK(WhyNot(records.GetCredential("cred_1")) == Reason::kCredentialUnknown);
  }

  TEST_CASE_FIXTURE(RotatedStore, "removes the hosts of an account under the old key, too") {
    OpenedStore opened(path, RingOf({1, 2}));
    Records& records = opened.records;
    const auto remove = [&records](const std::string& id, const std::string& account) {
      CredentialRecord admin = {
          .id = id, .app_id = "app_1", .app_kind = AppKind::kAccountManaged, .account_id = account};
      admin = Must(records.PutConsented(admin)).record;
      REQUIRE(Must(records.BeginDisconnect(id, kNow)));
      CHECK(Must(records.RemoveCredential(admin)));
    };
    remove("cred_2", "another account");
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
    remove("cred_3", "acme");
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).empty());
  }

  TEST_CASE_FIXTURE(RotatedStore, "takes the same client id for the same") {
    OpenedStore opened(path, RingOf({1, 2}));
    const absl::Time later = kNow + absl::Hours(1);
    REQUIRE(opened.records.UpdateApp(AppNamed("app_1"), later).ok());
    CHECK(Must(opened.records.GetApp("app_1")).client_id_since == kNow);
  }

  TEST_CASE_FIXTURE(RotatedStore, "writes what only the new key opens") {
    OpenedStore old(path, RingOf({1}));
    OpenedStore both(path, RingOf({1, 2}));
    Must(both.records.PutConsented(CredentialOf("app_1", "bob", "cred_2")));
    const absl::StatusOr<CredentialRecord> bob = old.records.GetCredential("cred_2");
    CHECK(WhyNot(bob) == Reason::kKeyMissing);
    CHECK(bob.status().message().find("00000002") != absl::string_view::npos);
    const Secret spent("first refresh");
    CHECK(WhyNot(old.records.CommitTokens("cred_2", spent, TokensNamed("second"), kNow)) ==
          Reason::kKeyMissing);
    CHECK(Must(old.records.GetCredential("cred_1")).user_id == "ann");
    CHECK(WhyNot(old.records.ListCredentials("")) == Reason::kKeyMissing);
  }
}

// Gives the first key to one call, which is late: all that follow see the second.
class LateKeys final : public crypto::KeySource {
 public:
  crypto::KeyRing Current() override { return asked_++ == late_ ? RingOf({1}) : RingOf({1, 2}); }
  absl::StatusOr<crypto::KeyRing> CurrentToSeal() override { return Current(); }

  // The next call of Records begins with the old ring.
  void BeLate() { late_ = asked_; }

 private:
  int asked_ = 0;
  int late_ = -1;
};

// All was written under key 2 by somebody else, just after a call took its ring.
struct LateReader {
  static constexpr std::uint64_t kNumber = 85'746'065'123;

  testing::TempFolder folder;
  std::string path = folder / "store";
  LateKeys keys;
  std::unique_ptr<Store> store;
  std::unique_ptr<Records> late;
  const HostRecord host = HostOf("app_1", "ann", 5'551'112'222, "ann.lee");
  const MeetingRecord meeting = MeetingOf("app_1", kNumber, "ann");

  LateReader() {
    OpenedStore first(path, RingOf({1}));
    REQUIRE(first.records.CreateApp(AppNamed("app_1")).ok());
    OpenedStore second(path, RingOf({1, 2}));
    REQUIRE(second.records.CreateApp(AppNamed("app_2")).ok());
    Must(second.records.PutConsented(CredentialOf("app_1", "ann", "cred_1")));
    REQUIRE(second.records.PutHost(host).ok());
    REQUIRE(second.records.PutMeetings(std::array{meeting}).ok());
    REQUIRE(second.records.PutAuthorization("state", {.app_id = "app_1", .expires_at = kNow}).ok());
    store = Must(OpenStoreAt(path, keys));
    late = std::make_unique<Records>(*store, keys, base::SystemRandom());
  }

  // The records, whose next call is late.
  Records& Late() {
    keys.BeLate();
    return *late;
  }
};

TEST_SUITE("A call that took its keys just before there was a newer one") {
  TEST_CASE_FIXTURE(LateReader, "finds and opens what was written under that one") {
    CHECK(Must(Late().ListApps()).size() == 2);
    CHECK(Must(Late().GetApp("app_2")).id == "app_2");
    CHECK(Must(Late().GetCredential("cred_1")).user_id == "ann");
    CHECK(Must(Late().FindCredential("app_1", Principal::User("ann"))).id == "cred_1");
    CHECK(Must(Late().FindCredentialsOfUser("ann")).size() == 1);
    CHECK(Must(Late().ListCredentials("")).size() == 1);
    CHECK(Must(Late().ListEvents("cred_1")).size() == 1);
    CHECK(Must(Late().FindHost("app_1", "ann")));
    CHECK(Must(Late().FindHostsByVanityName("ann.lee")).size() == 1);
    CHECK(Must(FindHostsByPersonalMeetingId(Late(), 5'551'112'222)).size() == 1);
    CHECK(Must(FindMeetings(Late(), kNumber)).size() == 1);
    CHECK(Must(Late().TakeAuthorization("state", kNow)));
    CHECK_FALSE(Must(Late().TakeAuthorization("state", kNow)));
  }

  TEST_CASE_FIXTURE(LateReader, "writes with that one, and nothing beside what is there") {
    AppRecord same = AppNamed("app_3");
    same.settings.client_id = "client of app_2";
    CHECK(WhyNot(Late().CreateApp(same)) == Reason::kInvalidArgument);
    const auto again = Must(Late().PutConsented(CredentialOf("app_1", "ann", "cred_2")));
    CHECK(again.record.id == "cred_1");
    CHECK(again.record.generation == 2);
    HostRecord changed = host;
    changed.account_id = {"another", kNow + absl::Hours(1)};
    REQUIRE(Late().PutHost(changed).ok());
    MeetingRecord moved = meeting;
    moved.host = {{"ann", "another"}, kNow + absl::Hours(1)};
    REQUIRE(Late().PutMeetings(std::array{moved}).ok());
    CHECK(Must(late->FindHostsByVanityName("ann.lee")).size() == 1);
    CHECK(Must(FindMeetings(*late, kNumber)).size() == 1);

    REQUIRE(Late().CreateApp(AppNamed("app_4")).ok());
    REQUIRE(Late().UpdateApp(AppNamed("app_1"), kNow).ok());
    CHECK(Must(store->rotation().CountSealed(1)) == 0);
  }

  TEST_CASE_FIXTURE(LateReader, "refreshes, and seals the answer with that one") {
    const Secret spent("first refresh");
    CHECK(Must(Late().OpenPending("cred_1", spent, {}, kNow)));
    CHECK(Must(Late().UndoPending("cred_1", spent, {}, kNow)));
    CHECK(Must(Late().Condemn("cred_1", spent, Cause::kAnswerLost, {}, kNow)) ==
          Records::Verdict::kWritten);
    REQUIRE(Late().AddEvent("cred_1", {}, kNow).ok());
    CHECK(Must(Late().CommitTokens("cred_1", spent, TokensNamed("second"), kNow)));
    CHECK(Must(late->GetCredential("cred_1")).tokens.refresh_token == Secret("second refresh"));
    CHECK(Must(Late().BeginDisconnect("cred_1", kNow)));
    CHECK(Must(store->rotation().CountSealed(1)) == 1);  // the app
  }

  TEST_CASE_FIXTURE(RotatedStore, "changes no row that a sweep gave another key meanwhile") {
    OpenedStore opened(path, RingOf({1, 2}));
    const RowSealer sealer(opened.ring, base::SystemRandom());
    DirectoryStore& directory = opened.store->directory();
    HostChange of_host = {.seen = Must(directory.FindHost(sealer.HostKeys("app_1", "ann")))};
    of_host.row = *of_host.seen;
    of_host.row.number_at = kNow + absl::Hours(1);
    const MeetingSearch search = sealer.SearchMeeting(meeting);
    MeetingChange of_meeting = {.seen = Must(directory.FindEachMeeting({&search, 1}))[0]};
    of_meeting.row = *of_meeting.seen;
    of_meeting.row.host_at = kNow + absl::Hours(1);

    crypto::FixedKeys keys(opened.ring);
    KeySweep sweep(*opened.store, keys, base::SystemRandom());
    while (!Must(sweep.Step())) {
    }
    CHECK(Must(directory.Change({.hosts = {of_host}})) == Outcome::kMoved);
    CHECK(Must(directory.Change({.meetings = {of_meeting}})) == Outcome::kMoved);
    const MeetingRecord newer = MeetingOf("app_1", kNumber, "ann", kNow + absl::Hours(1));
    REQUIRE(opened.records.PutMeetings(std::array{newer}).ok());
    CHECK(Must(opened.records.EndListings("app_1", "ann", EmptyList(newer.learnt_at()))) == 0);
  }
}

}  // namespace
}  // namespace joinpass::store
