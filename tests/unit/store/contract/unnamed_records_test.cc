// Credentials whose subject nobody knows yet.

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

const Consenter kAnn = {
    .user_id = "ann", .account_id = "account of ann", .email = "ann@example.com"};
const Consenter kBob = {
    .user_id = "bob", .account_id = "account of bob", .email = "bob@example.com"};

struct UnnamedFixture : StoreFixture {
  CredentialRecord Exchanged(const std::string& id, absl::Duration after) {
    CredentialRecord credential = CredentialOf("app_1", "nobody", id);
    credential.tokens = TokensNamed(id);
    credential.connected_at = kNow + after;
    return Must(records.PutExchanged(credential));
  }

  bool IsThere(const std::string& id) { return records.GetCredential(id).ok(); }
};

TEST_SUITE("Unnamed credentials") {
  TEST_CASE_FIXTURE(UnnamedFixture, "are kept with all but a name, and are found as such") {
    Exchanged("cred_2", absl::Hours(1));
    const CredentialRecord kept = Must(records.GetCredential("cred_2"));
    CHECK_FALSE(kept.IsNamed());
    CHECK(kept.user_id.empty());
    CHECK(kept.tokens.refresh_token == Secret("cred_2 refresh"));
    CHECK(kept.generation == 1);
    CHECK(Must(records.ListUnnamed()).size() == 1);
    CHECK(Must(records.ListUnsettled()) == std::vector<std::string>{"cred_2"});
    CHECK(Must(records.ListCredentials("app_1")).size() == 2);
    CHECK(Must(records.FindCredentialsOfUser("")).empty());
    CHECK(WhyNot(records.FindCredential("app_1", Principal::User(""))) ==
          Reason::kCredentialUnknown);
    CHECK(WhyNot(records.RemoveApp("app_1")) == Reason::kAppInUse);
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "are many side by side, and of an app that is there") {
    Exchanged("cred_2", absl::Hours(1));
    Exchanged("cred_3", absl::Hours(2));
    CHECK(Must(records.ListUnnamed()).size() == 2);
    CredentialRecord stray = CredentialOf("app_9", "x", "cred_4");
    CHECK(WhyNot(records.PutExchanged(stray)) == Reason::kAppUnknown);
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "that are kept a second time were kept, and it is no error") {
    // As after a commit that the disk took and said it had not.
    Exchanged("cred_2", absl::Hours(1));
    Exchanged("cred_2", absl::Hours(1));
    CHECK(Must(records.ListUnnamed()).size() == 1);
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "keep their id where the subject is new") {
    Exchanged("cred_2", absl::Hours(1));
    const Records::Consented named = Must(records.NameCredential("cred_2", kBob));
    CHECK(named.record.id == "cred_2");
    CHECK_FALSE(named.before);
    const CredentialRecord bob = Must(records.FindCredential("app_1", Principal::User("bob")));
    CHECK(bob.id == "cred_2");
    CHECK(bob.email == "bob@example.com");
    CHECK(bob.tokens.refresh_token == Secret("cred_2 refresh"));
    CHECK(Must(records.FindCredentialsOfUser("bob")).size() == 1);
    CHECK(Must(records.ListUnnamed()).empty());
    CHECK(Must(records.ListUnsettled()).empty());
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "go where the subject is known") {
    Must(records.Condemn("cred_1", Secret("first refresh"), Cause::kAnswerLost, {}, kNow));
    Exchanged("cred_2", absl::Hours(1));
    const Records::Consented named = Must(records.NameCredential("cred_2", kAnn));
    CHECK(named.record.id == "cred_1");
    CHECK(named.before == Health::kReauthorizationRequired);
    CHECK_FALSE(IsThere("cred_2"));
    CHECK(Ann().tokens.refresh_token == Secret("cred_2 refresh"));
    CHECK(Ann().health == Health::kHealthy);
    CHECK(Ann().generation == 2);
    CHECK(Ann().connected_at == kNow + absl::Hours(1));
    CHECK(Must(records.ListEvents("cred_1")).front().kind == CredentialEventKind::kReconnected);
    CHECK(WhyNot(records.ListEvents("cred_2")) == Reason::kCredentialUnknown);
    CHECK(
        Must(records.CommitTokens("cred_1", Secret("cred_2 refresh"), TokensNamed("next"), kNow)));
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "take an unanswered refresh along") {
    Exchanged("cred_2", absl::Hours(1));
    REQUIRE(Must(records.OpenPending("cred_2", Secret("cred_2 refresh"), {}, kNow)));
    Must(records.NameCredential("cred_2", kAnn));
    REQUIRE(Ann().pending);
    CHECK(Ann().pending->sends == 1);
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "are void where a later consent came") {
    Exchanged("cred_2", absl::Hours(1));
    CredentialRecord later = CredentialOf("app_1", "ann", "cred_9");
    later.tokens = TokensNamed("later");
    later.connected_at = kNow + absl::Hours(2);
    Must(records.PutConsented(later));
    const Records::Consented named = Must(records.NameCredential("cred_2", kAnn));
    CHECK(named.record.id == "cred_1");
    CHECK(named.record.tokens.refresh_token == Secret("later refresh"));
    CHECK(Ann().tokens.refresh_token == Secret("later refresh"));
    CHECK_FALSE(IsThere("cred_2"));
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "are named once, and not on their way out") {
    CHECK(WhyNot(records.NameCredential("cred_9", kBob)) == Reason::kCredentialUnknown);
    CHECK(Must(records.NameCredential("cred_1", kBob)).record.user_id == "ann");
    Exchanged("cred_2", absl::Hours(1));
    REQUIRE(Must(records.BeginDisconnect("cred_2", kNow)));
    for (const Consenter& subject : {kAnn, kBob}) {
      CHECK(WhyNot(records.NameCredential("cred_2", subject)) == Reason::kCredentialUnknown);
    }
    CHECK(Ann().tokens.refresh_token == Secret("first refresh"));
    CHECK(Must(records.RemoveCredential(Must(records.GetCredential("cred_2")))));
    CHECK_FALSE(IsThere("cred_2"));
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "are removed as they were seen only") {
    const CredentialRecord seen = Exchanged("cred_2", absl::Hours(1));
    CredentialRecord condemned = seen;
    condemned.health = Health::kReauthorizationRequired;
    CHECK_FALSE(Must(records.RemoveUnnamed(condemned)));
    REQUIRE(
        Must(records.CommitTokens("cred_2", Secret("cred_2 refresh"), TokensNamed("next"), kNow)));
    CHECK_FALSE(Must(records.RemoveUnnamed(seen)));
    CHECK(Must(records.RemoveUnnamed(Must(records.GetCredential("cred_2")))));
    CHECK_FALSE(Must(records.RemoveUnnamed(seen)));
    CHECK_FALSE(Must(records.RemoveUnnamed(Ann())));
    CHECK(IsThere("cred_1"));
  }

  TEST_CASE_FIXTURE(UnnamedFixture, "that change meanwhile are not merged as they were") {
    Store& store = *opened.store;
    Exchanged("cred_2", absl::Hours(1));
    const CredentialRow seen = *Must(store.credentials().Find("cred_2"));
    const CredentialRow ann = *Must(store.credentials().Find("cred_1"));
    REQUIRE(
        Must(records.CommitTokens("cred_2", Secret("cred_2 refresh"), TokensNamed("next"), kNow)));
    CredentialRow row = seen;
    row.id = "cred_1";
    row.principal_key = ann.principal_key;
    CHECK(Must(store.credentials().Replace(row, 1, Health::kHealthy, {}, &seen)) ==
          Outcome::kMoved);
    CHECK(IsThere("cred_2"));
    CHECK(Ann().tokens.refresh_token == Secret("first refresh"));
    const CredentialRow now = *Must(store.credentials().Find("cred_2"));
    CHECK(Must(store.credentials().Replace(row, 9, Health::kHealthy, {}, &now)) == Outcome::kMoved);
    CHECK(IsThere("cred_2"));
    CHECK(Must(store.credentials().Name(row, {ann.principal_key})) == Outcome::kTaken);
    CHECK(Must(store.credentials().Name(row, {})) == Outcome::kMoved);
  }

  TEST_CASE("get keys as the others do") {
    testing::TempFolder folder;
    {
      OpenedStore before(folder / "store", RingOf({1}));
      REQUIRE(before.records.CreateApp(AppNamed("app_1")).ok());
      Must(before.records.PutExchanged(CredentialOf("app_1", "x", "cred_2")));
    }
    OpenedStore after(folder / "store", RingOf({1, 2}));
    const Records::Consented named = Must(after.records.NameCredential("cred_2", kBob));
    CHECK(named.record.id == "cred_2");
    CHECK(Must(after.records.FindCredential("app_1", Principal::User("bob"))).id == "cred_2");
  }
}

}  // namespace
}  // namespace joinpass::store
