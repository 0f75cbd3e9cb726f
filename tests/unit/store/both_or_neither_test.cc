#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "unit/store/raw_sqlite.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

TEST_SUITE("A change and what the log tells of it") {
  TEST_CASE_FIXTURE(StoreFixture, "are written both, or neither") {
    const Secret first("first refresh");
    REQUIRE(Must(records.OpenPending("cred_1", first, {}, kNow)));
    const std::string stored =
        "SELECT hex(sealed_tokens)||generation||health||pending_sends "
        "FROM credential";
    RawSqlite raw(folder / "store/credentials.db");
    const std::string before = raw.Run(stored);
    raw.Run("ALTER TABLE event RENAME TO gone");
    const std::vector<std::function<absl::Status()>> writes = {
        [&] { return records.CommitTokens("cred_1", first, TokensNamed("x"), kNow).status(); },
        [&] { return records.Condemn("cred_1", first, Cause::kAnswerLost, {}, kNow).status(); },
        [&] { return records.UndoPending("cred_1", first, {}, kNow).status(); },
        [&] { return records.BeginDisconnect("cred_1", kNow).status(); },
        [&] { return records.PutConsented(CredentialOf("app_1", "ann", "cred_9")).status(); },
        [&] { return records.PutConsented(CredentialOf("app_1", "bob", "cred_9")).status(); },
        [&] { return records.AddEvent("cred_1", {}, kNow); },
    };
    for (std::size_t i = 0; i < writes.size(); ++i) {
      CAPTURE(i);
      CHECK(WhyNot(writes[i]()) == Reason::kStoreCorrupt);
      CHECK(raw.Run(stored) == before);
    }
    raw.Run("ALTER TABLE gone RENAME TO event");
    for (std::size_t i = 0; i < 3; ++i) CHECK(writes[i]().ok());
    CHECK(raw.Run(stored) != before);
  }
}

}  // namespace
}  // namespace joinpass::store
