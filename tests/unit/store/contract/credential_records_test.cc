#include <doctest/doctest.h>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

const Secret kFirst("first refresh");
const Secret kSecond("second refresh");

TEST_SUITE("Records of credentials") {
  TEST_CASE_FIXTURE(StoreFixture, "give back what a consent brought") {
    const CredentialRecord ann = Ann();
    CHECK(ann.id == "cred_1");
    CHECK(ann.app_id == "app_1");
    CHECK(ann.user_id == "ann");
    CHECK(ann.account_id == "account of ann");
    CHECK(ann.email == "ann@example.com");
    CHECK(ann.tokens.access_token == Secret("first access"));
    CHECK(ann.tokens.refresh_token == kFirst);
    CHECK(ann.tokens.access_expires_at == kNow + absl::Hours(1));
    CHECK(ann.tokens.scopes == TokensNamed("").scopes);
    CHECK(ann.tokens.api_origin == message::Origin{.host = "api-eu.zoom.us"});
    CHECK(ann.generation == 1);
    CHECK_FALSE(ann.pending);
    CHECK(ann.health == Health::kHealthy);
    CHECK(ann.health_since == kNow);
    CHECK(ann.cause == Cause::kNone);
    CHECK(ann.connected_at == kNow);
  }

  TEST_CASE_FIXTURE(StoreFixture, "are found by app and user, and by user alone") {
    REQUIRE(records.CreateApp(AppNamed("app_2")).ok());
    Must(records.PutConsented(CredentialOf("app_2", "ann", "cred_2")));
    Must(records.PutConsented(CredentialOf("app_2", "bob", "cred_3")));

    CHECK(Must(records.FindCredential("app_2", Principal::User("ann"))).id == "cred_2");
    CHECK(WhyNot(records.FindCredential("app_1", Principal::User("bob"))) ==
          Reason::kCredentialUnknown);
    CHECK(WhyNot(records.GetCredential("cred_4")) == Reason::kCredentialUnknown);
    const auto anns = Must(records.FindCredentialsOfUser("ann"));
    REQUIRE(anns.size() == 2);
    CHECK(anns[0].id == "cred_1");
    CHECK(anns[1].id == "cred_2");
    CHECK(Must(records.FindCredentialsOfUser("eve")).empty());
    CHECK(Must(records.ListCredentials("app_2")).size() == 2);
    CHECK(Must(records.ListCredentials("")).size() == 3);
    CHECK(Must(records.ListCredentials("app_3")).empty());
  }

  TEST_CASE_FIXTURE(StoreFixture, "are kept for apps that are there only") {
    CHECK(WhyNot(records.PutConsented(CredentialOf("app_9", "ann", "cred_9"))) ==
          Reason::kAppUnknown);
    CHECK(Must(records.ListCredentials("")).size() == 1);
  }

  TEST_CASE_FIXTURE(StoreFixture, "a second consent replaces all but the id") {
    REQUIRE(Must(records.OpenPending("cred_1", kFirst, {}, kNow)));
    REQUIRE(Must(records.Condemn("cred_1", kFirst, Cause::kAnswerLost, {}, kNow)) ==
            Records::Verdict::kWritten);
    CredentialRecord again = CredentialOf("app_1", "ann", "cred_new");
    again.tokens = TokensNamed("again");
    again.connected_at = kNow + absl::Hours(2) + absl::Microseconds(7);
    const CredentialRecord given = Must(records.PutConsented(again)).record;
    const CredentialRecord stored = Ann();
    for (const CredentialRecord* record : {&given, &stored}) {
      CHECK(record->id == "cred_1");
      CHECK(record->generation == 2);
      CHECK_FALSE(record->pending);
      CHECK(record->health == Health::kHealthy);
      CHECK(record->cause == Cause::kNone);
      CHECK(record->connected_at == kNow + absl::Hours(2));
      CHECK(record->health_since == kNow + absl::Hours(2));
      CHECK(record->tokens.refresh_token == Secret("again refresh"));
    }
    CHECK(WhyNot(records.GetCredential("cred_new")) == Reason::kCredentialUnknown);
    CHECK(Must(records.ListCredentials("")).size() == 1);
  }

  TEST_CASE_FIXTURE(StoreFixture, "keep times without an end") {
    CredentialRecord bob = CredentialOf("app_1", "bob", "cred_2");
    bob.tokens.access_expires_at = absl::InfiniteFuture();
    bob.connected_at = absl::InfinitePast();
    Must(records.PutConsented(bob));
    const CredentialRecord back = Must(records.GetCredential("cred_2"));
    CHECK(back.tokens.access_expires_at == absl::InfiniteFuture());
    CHECK(back.connected_at == absl::InfinitePast());
  }
}

TEST_SUITE("A refresh") {
  TEST_CASE_FIXTURE(StoreFixture, "opens its intent, and counts sends on an open one") {
    const absl::Time again = kNow + absl::Seconds(30);
    CHECK(Must(records.OpenPending("cred_1", kFirst, {}, kNow)));
    CHECK(Ann().pending == PendingRefresh{kNow, kNow, 1});
    CHECK(Must(records.OpenPending("cred_1", kFirst, Ann().pending, again)));
    CHECK(Ann().pending == PendingRefresh{kNow, again, 2});
    CHECK(Ann().generation == 1);

    SUBCASE("takes a send back, the last one with the intent") {
      CHECK(Must(records.UndoPending("cred_1", kFirst, {}, kNow)));
      CHECK(Ann().pending == PendingRefresh{kNow, again, 1});
      CHECK(Must(records.UndoPending("cred_1", kFirst, {}, kNow)));
      CHECK_FALSE(Ann().pending);
      CHECK(Must(records.UndoPending("cred_1", kFirst, {}, kNow)));
      CHECK_FALSE(Ann().pending);
      CHECK(Must(records.OpenPending("cred_1", kFirst, {}, kNow + absl::Hours(1))));
      CHECK(Ann().pending == PendingRefresh{kNow + absl::Hours(1), kNow + absl::Hours(1), 1});
    }
    SUBCASE("closes it with the answer") {
      CHECK(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("second"), kNow)));
      CHECK_FALSE(Ann().pending);
    }
    SUBCASE("takes back the send that a verdict answers, and no other") {
      CHECK(Must(records.Condemn("cred_1", kFirst, Cause::kAnswerLost, {}, kNow)) ==
            Records::Verdict::kWritten);
      CHECK(Ann().pending == PendingRefresh{kNow, again, 1});
    }
  }

  TEST_CASE_FIXTURE(StoreFixture, "is sent by one of those who saw the same") {
    const absl::Time later = kNow + absl::Minutes(5);
    CHECK_FALSE(Must(records.OpenPending("cred_1", kFirst, PendingRefresh{kNow, kNow, 1}, kNow)));
    CHECK_FALSE(Ann().pending);
    CHECK(Must(records.OpenPending("cred_1", kFirst, {}, kNow)));
    CHECK_FALSE(Must(records.OpenPending("cred_1", kFirst, {}, later)));
    CHECK(Ann().pending == PendingRefresh{kNow, kNow, 1});

    const std::optional<PendingRefresh> seen = Ann().pending;
    CHECK(Must(records.OpenPending("cred_1", kFirst, seen, later)));
    CHECK_FALSE(Must(records.OpenPending("cred_1", kFirst, seen, later + absl::Minutes(1))));
    CHECK(Ann().pending == PendingRefresh{kNow, later, 2});

    SUBCASE("also where as many sends stand there again") {
      CHECK(Must(records.UndoPending("cred_1", kFirst, {}, kNow)));
      CHECK_FALSE(Must(records.OpenPending("cred_1", kFirst, seen, later)));
      CHECK(Ann().pending == PendingRefresh{kNow, later, 1});
    }
  }

  TEST_CASE_FIXTURE(StoreFixture, "stores its answer once") {
    CHECK(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("second"), kNow)));
    CHECK(Ann().generation == 2);
    CHECK(Ann().tokens.access_token == Secret("second access"));
    CHECK(Ann().tokens.refresh_token == kSecond);

    CHECK_FALSE(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("third"), kNow)));
    CHECK(Ann().generation == 2);
    CHECK(Ann().tokens.refresh_token == kSecond);
    CHECK(Must(records.CommitTokens("cred_1", kSecond, TokensNamed("third"), kNow)));
    CHECK(Ann().generation == 3);
  }

  TEST_CASE_FIXTURE(StoreFixture, "keeps what the answer leaves out") {
    const Tokens answer = {.access_token = Secret("new access"),
                           .access_expires_at = kNow + absl::Hours(3)};
    CHECK(Must(records.CommitTokens("cred_1", kFirst, answer, kNow)));
    const CredentialRecord ann = Ann();
    CHECK(ann.tokens.access_token == Secret("new access"));
    CHECK(ann.tokens.access_expires_at == kNow + absl::Hours(3));
    CHECK(ann.tokens.refresh_token == kFirst);
    CHECK(ann.tokens.scopes == TokensNamed("").scopes);
    CHECK(ann.tokens.api_origin == message::Origin{.host = "api-eu.zoom.us"});
    CHECK(ann.generation == 2);
    CHECK(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("second"), kNow)));
  }

  TEST_CASE_FIXTURE(StoreFixture, "repairs a verdict when the answer comes late") {
    const absl::Time later = kNow + absl::Minutes(1);
    REQUIRE(Must(records.Condemn("cred_1", kFirst, Cause::kAnswerLost, {}, later)) ==
            Records::Verdict::kWritten);
    CHECK(Ann().health == Health::kReauthorizationRequired);
    CHECK(Ann().cause == Cause::kAnswerLost);
    CHECK(Ann().health_since == later);
    CHECK(Ann().generation == 1);
    CHECK(Ann().tokens.refresh_token == kFirst);

    SUBCASE("and a second verdict changes nothing") {
      REQUIRE(Must(records.Condemn("cred_1", kFirst, Cause::kRevokedOrExpired, {},
                                   later + absl::Hours(1))) == Records::Verdict::kStoodAlready);
      CHECK(Ann().health_since == later);
      CHECK(Ann().cause == Cause::kAnswerLost);
    }
    SUBCASE("and is healthy since then") {
      REQUIRE(Must(
          records.CommitTokens("cred_1", kFirst, TokensNamed("second"), later + absl::Minutes(1))));
      CHECK(Ann().health == Health::kHealthy);
      CHECK(Ann().cause == Cause::kNone);
      CHECK(Ann().health_since == later + absl::Minutes(1));
    }
  }

  TEST_CASE_FIXTURE(StoreFixture, "writes nothing when its token is not the stored one") {
    REQUIRE(Must(records.OpenPending("cred_1", kFirst, {}, kNow)));
    const Secret other("other refresh");
    for (const char* id : {"cred_1", "cred_9"}) {
      const Secret& spent = std::string_view(id) == "cred_1" ? other : kFirst;
      CAPTURE(id);
      CHECK_FALSE(Must(records.OpenPending(id, spent, Ann().pending, kNow + absl::Hours(1))));
      CHECK_FALSE(Must(records.UndoPending(id, spent, {}, kNow)));
      CHECK_FALSE(Must(records.CommitTokens(id, spent, TokensNamed("second"), kNow)));
      CHECK(Must(records.Condemn(id, spent, Cause::kAnswerLost, {}, kNow)) ==
            Records::Verdict::kVoid);
    }
    CHECK(Ann().pending == PendingRefresh{kNow, kNow, 1});
    CHECK(Ann().health == Health::kHealthy);
    CHECK(Ann().tokens.refresh_token == kFirst);
    CHECK(Ann().generation == 1);
  }

  TEST_CASE_FIXTURE(StoreFixture, "loses to a second consent") {
    CredentialRecord again = CredentialOf("app_1", "ann", "cred_new");
    again.tokens = TokensNamed("again");
    Must(records.PutConsented(again));
    CHECK_FALSE(Must(records.CommitTokens("cred_1", kFirst, TokensNamed("second"), kNow)));
    CHECK(Ann().tokens.refresh_token == Secret("again refresh"));
  }
}

}  // namespace
}  // namespace joinpass::store
