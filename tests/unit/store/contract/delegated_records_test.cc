// Credentials whose tokens are the customer's, and those of whole accounts.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

const Secret kUrl("https://tokens.example.com/zoom?key=1");

struct DelegatedFixture : StoreFixture {
  DelegatedFixture() {
    CredentialRecord bob = CredentialOf("app_1", "bob", "cred_2");
    bob.tokens = {.callback_url = kUrl, .url_source = UrlSource::kConfiguration};
    CHECK_FALSE(Must(records.PutConsented(bob)).before);
  }

  CredentialRecord Bob() { return Must(records.GetCredential("cred_2")); }
};

struct AccountFixture : StoreFixture {
  CredentialRecord acme = CredentialOf("app_1", "", "cred_2");

  AccountFixture() {
    acme.app_kind = AppKind::kAccountManaged;
    acme.client_id = "client of app_1";
    acme.account_id = "acme";
    acme = Must(records.PutConsented(acme)).record;
  }
};

TEST_SUITE("Records of delegated credentials") {
  TEST_CASE_FIXTURE(DelegatedFixture, "give back the URL and where it came from") {
    CHECK(Bob().IsDelegated());
    CHECK(Bob().tokens.callback_url == kUrl);
    CHECK(Bob().tokens.url_source == UrlSource::kConfiguration);
    CHECK_FALSE(Ann().IsDelegated());
    CredentialRecord again = Bob();
    again.tokens.callback_url = Secret("https://other.example.com/");
    again.tokens.url_source = UrlSource::kNetwork;
    CHECK(Must(records.PutConsented(again)).before == Health::kHealthy);
    CHECK(Bob().tokens.callback_url == Secret("https://other.example.com/"));
    CHECK(Bob().tokens.url_source == UrlSource::kNetwork);
    CHECK(Bob().generation == 2);
  }

  TEST_CASE_FIXTURE(DelegatedFixture, "have the health that their callback gives them") {
    const EventRecord failed = {.kind = CredentialEventKind::kRefreshFailed};
    const EventRecord worked = {.kind = CredentialEventKind::kRefreshed};
    const absl::Time later = kNow + absl::Hours(1);
    CHECK(Must(records.NoteAsking("cred_2", 1, Health::kPaused, Cause::kHttpStatus, failed,
                                  later)) == Health::kHealthy);
    CHECK(Bob().health == Health::kPaused);
    CHECK(Bob().health_since == later);
    CHECK(Bob().cause == Cause::kHttpStatus);
    CHECK(Must(records.NoteAsking("cred_2", 1, Health::kPaused, Cause::kTokenNotOffered, failed,
                                  later + absl::Hours(1))) == Health::kPaused);
    CHECK(Bob().health_since == later);
    CHECK(Bob().cause == Cause::kTokenNotOffered);
    CHECK(Must(records.ListEvents("cred_2")).front().times == 2);
    CHECK(Bob().tokens.callback_url == kUrl);
    // Of another URL, by now, or on its way out.
    CHECK_FALSE(
        Must(records.NoteAsking("cred_2", 2, Health::kHealthy, Cause::kNone, worked, later)));
    CHECK(Bob().health == Health::kPaused);
    CHECK(Must(records.NoteAsking("cred_2", 1, Health::kHealthy, Cause::kNone, worked, later)) ==
          Health::kPaused);
    CHECK(Bob().health == Health::kHealthy);
    CHECK(Bob().cause == Cause::kNone);
    REQUIRE(Must(records.BeginDisconnect("cred_2", later)));
    CHECK_FALSE(
        Must(records.NoteAsking("cred_2", 1, Health::kPaused, Cause::kHttpStatus, failed, later)));
    CHECK(Bob().health == Health::kDisconnecting);
    CHECK(Must(records.ListEvents("cred_2")).front().kind == CredentialEventKind::kDisconnecting);
    CHECK_FALSE(
        Must(records.NoteAsking("cred_9", 1, Health::kPaused, Cause::kHttpStatus, failed, later)));
  }

  TEST_CASE_FIXTURE(DelegatedFixture, "that are paused are healthy with another URL") {
    Must(records.NoteAsking("cred_2", 1, Health::kPaused, Cause::kHttpStatus, {}, kNow));
    CHECK(Must(records.PutConsented(Bob())).before == Health::kPaused);
    CHECK(Bob().health == Health::kHealthy);
    CHECK(Bob().cause == Cause::kNone);
  }

  TEST_CASE_FIXTURE(DelegatedFixture, "take no write of a refresh") {
    for (const Secret& spent : {Secret(), Secret("first refresh")}) {
      CHECK_FALSE(Must(records.OpenPending("cred_2", spent, {}, kNow)));
      CHECK_FALSE(Must(records.UndoPending("cred_2", spent, {}, kNow)));
      CHECK_FALSE(Must(records.CommitTokens("cred_2", spent, TokensNamed("x"), kNow)));
      CHECK(Must(records.Condemn("cred_2", spent, Cause::kAnswerLost, {}, kNow)) ==
            Records::Verdict::kVoid);
    }
    CHECK(Bob().tokens.callback_url == kUrl);
    CHECK(Bob().health == Health::kHealthy);
    CHECK(Must(records.ListEvents("cred_2")).size() == 1);
  }

  TEST_CASE_FIXTURE(DelegatedFixture, "do not grow old, but are disconnected like any other") {
    CHECK(Must(records.ListRefreshedOutside(kNow + absl::Hours(1), absl::InfiniteFuture())) ==
          std::vector<std::string>{"cred_1"});
    REQUIRE(Must(records.BeginDisconnect("cred_2", kNow)));
    CHECK(Must(records.ListUnsettled()) == std::vector<std::string>{"cred_2"});
    CHECK(Must(records.RemoveCredential(Bob())));
    CHECK(WhyNot(records.GetCredential("cred_2")) == Reason::kCredentialUnknown);
  }
}

TEST_SUITE("Records of an account's credential") {
  TEST_CASE_FIXTURE(AccountFixture, "are found by the account, and need no user") {
    const CredentialRecord found =
        Must(records.FindCredential("app_1", Principal::Account("acme")));
    CHECK(found.id == "cred_2");
    CHECK(found.app_kind == AppKind::kAccountManaged);
    CHECK(found.client_id == "client of app_1");
    CHECK(found.user_id.empty());
    CHECK(found.principal() == Principal::Account("acme"));
    CHECK(WhyNot(records.FindCredential("app_1", Principal::User("acme"))) ==
          Reason::kCredentialUnknown);
    CHECK(WhyNot(records.FindCredential("app_1", Principal::Account("ann"))) ==
          Reason::kCredentialUnknown);
    CHECK(Must(records.FindCredentialsOfUser("")).empty());
    CHECK(Ann().app_kind == AppKind::kUserManaged);
    CHECK(Ann().principal().id == "ann");
  }

  TEST_CASE_FIXTURE(AccountFixture, "are one, whichever admin consents") {
    acme.user_id = "root";
    CHECK(Must(records.PutConsented(acme)).before == Health::kHealthy);
    acme.user_id = "toor";
    acme.id = "cred_9";
    CHECK(Must(records.PutConsented(acme)).record.id == "cred_2");
    CHECK(Must(records.FindCredentialsOfUser("root")).empty());
    REQUIRE(Must(records.FindCredentialsOfUser("toor")).size() == 1);
    CHECK(Must(records.ListCredentials("app_1")).size() == 2);
  }

  TEST_CASE_FIXTURE(AccountFixture, "take no host with them whose account nobody knows") {
    REQUIRE(
        records.PutMeetings(std::vector<MeetingRecord>{MeetingOf("app_1", 7, "x", kNow, "")}).ok());
    acme.account_id.clear();
    REQUIRE(Must(records.BeginDisconnect("cred_2", kNow)));
    CHECK(Must(records.RemoveCredential(acme)));
    CHECK(Must(FindMeetings(records, 7)).size() == 1);
  }
}

}  // namespace
}  // namespace joinpass::store
