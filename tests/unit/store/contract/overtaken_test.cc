#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

// What somebody else did between the reading and the writing, without threads.
struct InterleavedFixture : StoreFixture {
  Store& store = *opened.store;
  const LookupKeys spent = {Row().tokens.refresh_key};

  CredentialRow Row() {
    const std::optional<CredentialRow> row = Must(store.credentials().Find("cred_1"));
    REQUIRE(row);
    return *row;
  }
  Outcome ReplaceTokens(std::int64_t seen_generation, const std::string& sealed) {
    return Must(
        store.credentials().ReplaceTokens("cred_1", spent, seen_generation, Health::kHealthy,
                                          {.refresh_key = spent[0], .sealed = sealed}, kNow, {}));
  }
};

TEST_SUITE("A write that was overtaken") {
  TEST_CASE_FIXTURE(InterleavedFixture, "replaces no credential") {
    CredentialRow row = Row();
    row.sealed_user = "late";
    ++row.generation;
    REQUIRE(ReplaceTokens(1, "faster") == Outcome::kDone);
    CHECK(Must(store.credentials().Replace(row, 1, Health::kHealthy, {}, nullptr)) ==
          Outcome::kMoved);
    CHECK(Row().sealed_user != "late");
    CHECK(Row().tokens.sealed == "faster");
    CHECK(Must(store.credentials().Replace(row, 2, Health::kHealthy, {}, nullptr)) ==
          Outcome::kDone);
    CHECK(Row().sealed_user == "late");
    row.id = "cred_9";
    CHECK(Must(store.credentials().Replace(row, 2, Health::kHealthy, {}, nullptr)) ==
          Outcome::kMoved);
  }

  TEST_CASE_FIXTURE(InterleavedFixture,
                    "replaces no tokens, though the refresh token is the same") {
    REQUIRE(ReplaceTokens(1, "faster") == Outcome::kDone);
    CHECK(ReplaceTokens(1, "late") == Outcome::kMoved);
    CHECK(Row().tokens.sealed == "faster");
    CHECK(Row().generation == 2);
    CHECK(ReplaceTokens(2, "next") == Outcome::kDone);
    CHECK(Row().generation == 3);
  }

  TEST_CASE_FIXTURE(InterleavedFixture, "adds no second credential of a user") {
    CredentialRow row = Row();
    CHECK(Must(store.credentials().Insert(row, {"another key"}, {})) == Outcome::kTaken);
    row.id = "cred_2";
    CHECK(Must(store.credentials().Insert(row, {"another key", row.principal_key}, {})) ==
          Outcome::kTaken);
    CHECK(Must(store.credentials().List("")).size() == 1);
  }

  TEST_CASE_FIXTURE(InterleavedFixture, "takes no authorization request that another one took") {
    const AuthorizationRow seen = {.state_key = "key", .sealed = "x"};
    const AuthorizationRow taken = {.state_key = "key", .sealed = "y"};
    REQUIRE(store.authorizations().Put(seen).ok());
    CHECK(Must(store.authorizations().Replace(seen, taken)) == Outcome::kDone);
    CHECK(Must(store.authorizations().Replace(seen, taken)) == Outcome::kMoved);
    CHECK(Must(store.authorizations().Find({"key"}))->sealed == "y");
  }
}

TEST_SUITE("A list of look-up keys") {
  TEST_CASE_FIXTURE(InterleavedFixture, "matches by any of them, and by none if it is empty") {
    const std::string key = Row().principal_key;
    CHECK(Must(store.credentials().FindOfPrincipal({"a", "b", "c", "d", "e", "f", "g", key})));
    CHECK_FALSE(Must(store.credentials().FindOfPrincipal({"a", "b"})));
    CHECK_FALSE(Must(store.credentials().FindOfPrincipal({})));
    CHECK(Must(store.credentials().OpenPending("cred_1", {}, {}, kNow)) == Outcome::kMoved);
  }
}

}  // namespace
}  // namespace joinpass::store
