#include <doctest/doctest.h>

#include <array>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

// A store that was written under key 1, opened with keys 1 and 2.
struct RotatedStore {
  static constexpr std::uint64_t kNumber = 85'746'065'123;

  testing::TempFolder folder;
  std::string path = folder / "store";
  const HostRecord host = {.app_id = "app_1",
                           .user_id = "ann",
                           .personal_meeting_id = 5'551'112'222,
                           .vanity_name = "ann.lee",
                           .learnt_at = kNow};
  const MeetingRecord meeting = {
      .app_id = "app_1", .number = kNumber, .host_user_id = "ann", .learnt_at = kNow};

  RotatedStore() {
    OpenedStore before(path, RingOf({1}));
    REQUIRE(before.records.CreateApp(AppNamed("app_1")).ok());
    Must(before.records.PutConsented(CredentialOf("app_1", "ann", "cred_1")));
    REQUIRE(before.records.PutHost(host).ok());
    REQUIRE(before.records.PutMeetings(std::array{meeting}).ok());
    const ConsentRecord consent = {.app_id = "app_1",
                                   .bound_to_hash = before.records.HashBinding("cookie"),
                                   .expires_at = kNow};
    REQUIRE(before.records.PutConsent("state", consent).ok());
  }
};

TEST_SUITE("A store whose key was changed") {
  TEST_CASE_FIXTURE(RotatedStore, "finds what was written under the old key") {
    OpenedStore opened(path, RingOf({1, 2}));
    Records& records = opened.records;
    CHECK(Must(records.GetApp("app_1")).settings.client_secret == Secret("secret of app_1"));
    CHECK(Must(records.FindCredential("app_1", "ann")).id == "cred_1");
    CHECK(Must(records.FindCredentialsOfUser("ann")).size() == 1);
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).size() == 1);
    CHECK(Must(records.FindHostsByPersonalMeetingId(5'551'112'222)).size() == 1);
    CHECK(Must(records.FindMeetings(kNumber)).size() == 1);
    const auto consent = Must(records.TakeConsent("state", kNow));
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
    CHECK(Must(
        opened.records.SetHealth("cred_1", spent, Health::kReauthorizationRequired, "x", kNow)));
    CHECK(Must(opened.records.UndoPending("cred_1", spent)));
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
    CHECK(Must(records.PutConsented(CredentialOf("app_1", "ann", "cred_2"))).id == "cred_1");

    HostRecord changed_host = host;
    changed_host.account_id = "another";
    REQUIRE(records.PutHost(changed_host).ok());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).size() == 1);
    MeetingRecord changed = meeting;
    changed.host_account_id = "another";
    REQUIRE(records.PutMeetings(std::array{changed}).ok());
    const auto found = Must(records.FindMeetings(kNumber));
    REQUIRE(found.size() == 1);
    CHECK(found[0].host_account_id == "another");
  }

  TEST_CASE_FIXTURE(RotatedStore, "sweeps what was written under the old key") {
    OpenedStore opened(path, RingOf({1, 2}));
    CHECK(Must(opened.records.SweepMeetings("app_1", "ann", kNow + absl::Seconds(1))) == 1);
  }

  TEST_CASE_FIXTURE(RotatedStore, "writes what only the new key opens") {
    OpenedStore both(path, RingOf({1, 2}));
    Must(both.records.PutConsented(CredentialOf("app_1", "bob", "cred_2")));
    OpenedStore old(path, RingOf({1}));
    const absl::StatusOr<CredentialRecord> bob = old.records.GetCredential("cred_2");
    CHECK(WhyNot(bob) == Reason::kKeyMissing);
    CHECK(bob.status().message().find("00000002") != absl::string_view::npos);
    const Secret spent("first refresh");
    CHECK(WhyNot(old.records.CommitTokens("cred_2", spent, TokensNamed("second"), kNow)) ==
          Reason::kKeyMissing);
    CHECK(Must(old.records.GetCredential("cred_1")).user_id == "ann");
    CHECK(Must(old.records.ListCredentials("")).size() == 1);
  }
}

}  // namespace
}  // namespace joinpass::store
