// A consent whose end is cut short: by the caller, by Zoom, by closing.

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <thread>

#include "integration/engine/life_scene.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::kClientId;
using testing::kJill;
using testing::kJillsMeeting;
using testing::LifeScene;
using testing::NameOf;

constexpr char kAskWho[] = "users/me";
constexpr char kExchange[] = "token/authorization_code";

struct ConsentScene : LifeScene {
  // Zoom refuses to say who consented, until it is told otherwise.
  void RefuseToSayWho() {
    fake_zoom::Fault fault;
    fault.endpoint = kAskWho;
    fault.kind = fake_zoom::FaultKind::kStatus;
    fault.status = 403;
    fault.times = 1000;
    REQUIRE(zoom->SetFault(fault).ok());
  }

  // How often it was asked in vain for the name of this one.
  int Refusals(const std::string& unnamed) {
    const auto log = engine->credentials().Log(unnamed);
    REQUIRE(NameOf(log) == "ok");
    const CredentialEvent& newest = log->front();
    return newest.kind == CredentialEventKind::kIdentificationFailed ? newest.times : 0;
  }

  // Jill's credential has these tokens of Zoom's now, and no other one is there.
  bool HasNewTokens(absl::Time than) {
    const auto all = engine->credentials().List("");
    REQUIRE(NameOf(all) == "ok");
    return all->size() == 1 && all->front().id == id && all->front().connected_at > than;
  }
};

TEST_SUITE("A consent that Zoom does not name at once") {
  TEST_CASE_FIXTURE(ConsentScene, "is no failure: it is identified, and so is the earlier one") {
    const absl::Time before = Get(id).connected_at;
    Advance(absl::Minutes(1));
    RefuseToSayWho();
    const auto connected = TryConnect(kJill);
    REQUIRE(NameOf(connected) == "ok");
    CHECK(connected->health == Health::kIdentifying);
    CHECK(connected->cause == "permission_denied");
    CHECK(connected->user_id.empty());
    CHECK(Get(id).health == Health::kIdentifying);
    CHECK(Get(id).cause == "consented_again");
    CHECK_FALSE(HasNewTokens(before));
    CHECK(NameOf(Sync(connected->id)) == "permission_denied");
    const auto in_vain = engine->credentials().Validate(connected->id, absl::Seconds(20));
    REQUIRE(NameOf(in_vain) == "ok");
    CHECK(in_vain->health == Health::kIdentifying);
    // It is asked again by itself after a second, and then after a minute.
    Advance(absl::Seconds(2));
    while (Refusals(connected->id) < 4) std::this_thread::yield();
    zoom->ClearFaults();

    SUBCASE("until somebody has it validated") {
      const auto validated = engine->credentials().Validate(connected->id, absl::Seconds(20));
      REQUIRE(NameOf(validated) == "ok");
      CHECK(validated->id == id);
      CHECK(validated->health == Health::kHealthy);
    }
    SUBCASE("until it is synced") { CHECK(NameOf(Sync(connected->id)) == "ok"); }
    SUBCASE("until the next process comes") {
      Reopen();
      while (!HasNewTokens(before)) std::this_thread::yield();
    }
    SUBCASE("until upkeep") { CHECK(Upkeep().settled == 1); }
    CHECK(HasNewTokens(before));
    CHECK(Get(id).health == Health::kHealthy);
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(NameOf(engine->credentials().Get(connected->id)) == "credential_unknown");
  }
}

struct ExpectedScene : EngineScene {
  absl::StatusOr<Credential> TryConnectAs(const std::string& email, ExpectedConsenter expected) {
    const std::string redirect = Redirect(email, fake_zoom::Decision::kAllow, std::move(expected));
    return engine->credentials().FinishConnect(redirect, "cookie", absl::Seconds(20));
  }
  bool IsLive(const char* email) {
    const auto consent = zoom->GetConsent(kClientId, email);
    return consent.ok() && consent->live;
  }
};

TEST_SUITE("A consent by another user than expected") {
  TEST_CASE_FIXTURE(ExpectedScene, "is revoked at Zoom, and leaves nothing") {
    CHECK(NameOf(TryConnectAs(testing::kHank, {.email = kJill})) == "consenter_unexpected");
    CHECK_FALSE(IsLive(testing::kHank));
    CHECK(engine->credentials().List("")->empty());
    const auto jill = TryConnectAs(kJill, {.email = "Jill@ACME.example"});
    REQUIRE(NameOf(jill) == "ok");
    CHECK(NameOf(TryConnectAs(kJill, {.user_id = jill->user_id, .account_id = jill->account_id})) ==
          "ok");
  }

  TEST_CASE_FIXTURE(ExpectedScene, "who had consented before costs him nothing") {
    const std::string hank = Connect(testing::kHank);
    CHECK(NameOf(TryConnectAs(testing::kHank, {.email = kJill})) == "consenter_unexpected");
    CHECK(IsLive(testing::kHank));
    CHECK(engine->credentials().List("")->size() == 1);
    CHECK(Get(hank).health == Health::kHealthy);
    Advance(absl::Minutes(59));
    CHECK(Outcome(testing::kHanksMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(ExpectedScene, "who has to consent anew has done so") {
    const std::string hank = Connect(testing::kHank);
    REQUIRE(zoom->RevokeConsent(kClientId, testing::kHank).ok());
    Advance(absl::Minutes(59));
    CHECK(Outcome(testing::kHanksMeeting) == "reauthorization_required");
    CHECK(NameOf(TryConnectAs(testing::kHank, {.email = kJill})) == "consenter_unexpected");
    CHECK(Get(hank).health == Health::kHealthy);
    base::MutexLock lock(heard_mutex);
    CHECK(heard == "healthy>reauthorization_required reauthorization_required>healthy ");
  }
}

TEST_SUITE("A consent that is brought twice") {
  TEST_CASE_FIXTURE(ConsentScene, "by a double click, in two processes, is exchanged once") {
    const std::string redirect = Redirect(kJill);
    const auto other = Open();
    REQUIRE(NameOf(other) == "ok");
    Hold(kExchange);
    const int calls = zoom->Calls(kExchange);
    const auto finish = [&](Engine& by) {
      return std::async(std::launch::async, [&] {
        return by.credentials().FinishConnect(redirect, "cookie", absl::Seconds(30));
      });
    };
    auto first = finish(*engine);
    zoom->AwaitCalls(kExchange, calls + 1);
    auto second = finish(*engine);
    auto third = finish(**other);
    zoom->Release();
    for (auto* const one : {&first, &second, &third}) {
      const auto connected = one->get();
      REQUIRE(NameOf(connected) == "ok");
      CHECK(connected->id == id);
      CHECK(connected->health == Health::kHealthy);
    }
    CHECK(zoom->Calls(kExchange) == calls + 1);
    CHECK(zoom->GetConsent(kClientId, kJill)->live);
  }
}

TEST_SUITE("Closing during a consent") {
  TEST_CASE_FIXTURE(ConsentScene, "lets the exchange reach the store") {
    const absl::Time before = Get(id).connected_at;
    Advance(absl::Minutes(1));
    Hold(kExchange);
    const int calls = zoom->Calls(kExchange);
    auto connecting = std::async(std::launch::async, [&] { return TryConnect(kJill); });
    zoom->AwaitCalls(kExchange, calls + 1);
    SUBCASE("by Close()") {
      auto closed =
          std::async(std::launch::async, [&] { return engine->Close(absl::Seconds(30)); });
      zoom->Release();
      CHECK(NameOf(closed.get()) == "ok");
    }
    SUBCASE("by the destructor") {
      auto gone =
          std::async(std::launch::async, [&] { engine->Close(absl::Seconds(40)).IgnoreError(); });
      clock.Advance(absl::Seconds(25));
      CHECK(gone.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
      zoom->Release();
      gone.get();
    }
    const auto connected = connecting.get();
    // Stored, so not reported as failed.
    if (connected.ok()) CHECK(connected->connected_at > before);
    Reopen();
    while (!HasNewTokens(before)) std::this_thread::yield();
    CHECK(Outcome(kJillsMeeting) == "ok");
  }

  TEST_CASE_FIXTURE(ConsentScene, "in a hurry says that an exchange was still in flight") {
    Hold(kExchange);
    const int calls = zoom->Calls(kExchange);
    auto connecting = std::async(std::launch::async, [&] { return TryConnect(kJill); });
    zoom->AwaitCalls(kExchange, calls + 1);
    CHECK(NameOf(engine->Close(absl::Milliseconds(10))) == "deadline_exceeded");
    CHECK(NameOf(connecting.get()) != "ok");
    zoom->Release();
  }
}

}  // namespace
}  // namespace joinpass
