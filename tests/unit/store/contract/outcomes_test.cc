// How each write of the store ends that depends on what is stored.

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

const EventRow kEvent = {.first_at = kNow, .last_at = kNow, .kind = 5, .reason = "x"};

struct OutcomeFixture : StoreFixture {
  struct Case {
    const char* what;
    std::function<Outcome()> call;
    Outcome outcome;
  };

  Store& store = *opened.store;
  const LookupKeys spent = {"unknown", Row().tokens.refresh_key};
  const AppPause pause = {.since = kNow, .next_probe = kNow + absl::Minutes(1), .probes = 3};

  CredentialRow Row() {
    const std::optional<CredentialRow> row = Must(store.credentials().Find("cred_1"));
    REQUIRE(row);
    return *row;
  }
  AppRow App() {
    const std::optional<AppRow> row = Must(store.apps().Find("app_1"));
    REQUIRE(row);
    return *row;
  }

  Outcome ReplaceTokens(const LookupKeys& keys, std::int64_t generation, Health health) {
    const TokensRow tokens = {.refresh_key = spent[1], .sealed = "new"};
    return Must(store.credentials().ReplaceTokens("cred_1", keys, generation, health, tokens, kNow,
                                                  kEvent));
  }
  Outcome ReplaceCredential(std::int64_t generation, Health health) {
    CredentialRow row = Row();
    row.sealed_user = "new";
    row.health = Health::kHealthy;
    return Must(store.credentials().Replace(row, generation, health, kEvent, nullptr));
  }
  Outcome Condemn(const LookupKeys& keys) {
    return Must(store.credentials().SetHealth("cred_1", keys, Health::kReauthorizationRequired,
                                              kNow, "cause", kEvent));
  }
  Outcome ClaimProbe(AppPause seen) { return Must(store.apps().ClaimProbe("app_1", seen, kNow)); }

  // How often the log has what these changes tell.
  int Told() {
    int times = 0;
    for (const EventRow& event : Must(store.credentials().ListEvents("cred_1"))) {
      if (event.reason == kEvent.reason) times += event.times;
    }
    return times;
  }

  // Each case in turn. Only what was done is told in the log, and once.
  void Check(const std::vector<Case>& cases) {
    for (const Case& each : cases) {
      CAPTURE(each.what);
      const int before = Told();
      CHECK(each.call() == each.outcome);
      const int told = Told() - before;
      CHECK(told == (each.outcome == Outcome::kDone ? 1 : 0));
    }
  }
};

TEST_SUITE("The outcome of a write") {
  TEST_CASE_FIXTURE(OutcomeFixture, "of a credential is told by what it was seen as") {
    constexpr Health kHealthy = Health::kHealthy;
    constexpr Health kCondemned = Health::kReauthorizationRequired;
    Check({
        {"an event", [&] { return Must(store.credentials().AddEvent("cred_1", kEvent)); },
         Outcome::kDone},
        {"of nobody", [&] { return Must(store.credentials().AddEvent("cred_9", kEvent)); },
         Outcome::kUnknown},
        {"undo", [&] { return Must(store.credentials().UndoPending("cred_1", spent, kEvent)); },
         Outcome::kDone},
        {"undo: token",
         [&] { return Must(store.credentials().UndoPending("cred_1", {"z"}, kEvent)); },
         Outcome::kMoved},
        {"undo: nobody",
         [&] { return Must(store.credentials().UndoPending("cred_9", spent, kEvent)); },
         Outcome::kMoved},
        {"tokens: generation", [&] { return ReplaceTokens(spent, 2, kHealthy); }, Outcome::kMoved},
        {"tokens: health", [&] { return ReplaceTokens(spent, 1, kCondemned); }, Outcome::kMoved},
        {"tokens: token", [&] { return ReplaceTokens({"z"}, 1, kHealthy); }, Outcome::kMoved},
        {"tokens", [&] { return ReplaceTokens(spent, 1, kHealthy); }, Outcome::kDone},
        {"condemn: token", [&] { return Condemn({"z"}); }, Outcome::kMoved},
        {"condemn", [&] { return Condemn(spent); }, Outcome::kDone},
        {"condemn again", [&] { return Condemn(spent); }, Outcome::kSame},
        {"tokens: since condemned", [&] { return ReplaceTokens(spent, 2, kHealthy); },
         Outcome::kMoved},
        {"late tokens", [&] { return ReplaceTokens(spent, 2, kCondemned); }, Outcome::kDone},
        {"consent: generation", [&] { return ReplaceCredential(2, kHealthy); }, Outcome::kMoved},
        {"consent: health", [&] { return ReplaceCredential(3, kCondemned); }, Outcome::kMoved},
        {"consent", [&] { return ReplaceCredential(3, kHealthy); }, Outcome::kDone},
    });
  }

  TEST_CASE_FIXTURE(OutcomeFixture, "on a credential's way out is that of a removal only") {
    constexpr Health kLeaving = Health::kDisconnecting;
    const auto leave = [&](const char* id) {
      return Must(store.credentials().BeginDisconnect(id, kNow, kEvent));
    };
    const auto remove = [&](const char* id) { return Must(store.credentials().Remove(id)); };
    const auto open = [&] {
      return Must(store.credentials().OpenPending("cred_1", spent, {}, kNow));
    };
    Check({
        {"not yet", [&] { return remove("cred_1"); }, Outcome::kMoved},
        {"nobody", [&] { return leave("cred_9"); }, Outcome::kUnknown},
        {"leave", [&] { return leave("cred_1"); }, Outcome::kDone},
        {"leave again", [&] { return leave("cred_1"); }, Outcome::kSame},
        {"open", open, Outcome::kMoved},
        {"undo", [&] { return Must(store.credentials().UndoPending("cred_1", spent, kEvent)); },
         Outcome::kMoved},
        {"tokens", [&] { return ReplaceTokens(spent, 1, kLeaving); }, Outcome::kMoved},
        {"condemn", [&] { return Condemn(spent); }, Outcome::kMoved},
        {"consent unseen", [&] { return ReplaceCredential(1, Health::kHealthy); }, Outcome::kMoved},
        {"consent", [&] { return ReplaceCredential(1, kLeaving); }, Outcome::kDone},
        {"kept", [&] { return remove("cred_1"); }, Outcome::kMoved},
        {"leave anew", [&] { return leave("cred_1"); }, Outcome::kDone},
    });
    CHECK(remove("cred_1") == Outcome::kDone);
    CHECK(remove("cred_1") == Outcome::kUnknown);
    CHECK(Must(store.credentials().ListEvents("cred_1")).empty());
  }

  TEST_CASE_FIXTURE(OutcomeFixture, "of an app's pause is told by its version, and by the pause") {
    const auto stop = [&](const char* id, std::int64_t version) {
      return Must(store.apps().Pause(id, version, pause));
    };
    const auto resume = [&](const char* id, std::int64_t version) {
      return Must(store.apps().Resume(id, version));
    };
    const std::int64_t version = App().version;
    CHECK(ClaimProbe(pause) == Outcome::kMoved);
    CHECK(resume("app_1", version) == Outcome::kSame);
    CHECK(resume("app_1", version + 1) == Outcome::kMoved);
    CHECK(resume("app_9", version) == Outcome::kUnknown);
    CHECK(stop("app_9", version) == Outcome::kUnknown);
    CHECK(stop("app_1", version - 1) == Outcome::kMoved);
    CHECK_FALSE(App().pause);
    CHECK(stop("app_1", version) == Outcome::kDone);
    CHECK(stop("app_1", version) == Outcome::kSame);
    CHECK(stop("app_1", version + 1) == Outcome::kMoved);
    CHECK(resume("app_1", version - 1) == Outcome::kMoved);

    AppPause other = pause;
    other.since += absl::Seconds(1);
    CHECK(ClaimProbe(other) == Outcome::kMoved);
    other = pause;
    other.next_probe += absl::Seconds(1);
    CHECK(ClaimProbe(other) == Outcome::kMoved);
    other = pause;
    ++other.probes;
    CHECK(ClaimProbe(other) == Outcome::kMoved);
    CHECK(Must(store.apps().ClaimProbe("app_9", pause, kNow)) == Outcome::kMoved);
    CHECK(App().pause == pause);
    CHECK(ClaimProbe(pause) == Outcome::kDone);
    CHECK(App().pause == AppPause{kNow, kNow, 4});
    CHECK(App().version == version);
    CHECK(resume("app_1", version) == Outcome::kDone);
    CHECK(resume("app_1", version) == Outcome::kSame);
  }
}

}  // namespace
}  // namespace joinpass::store
