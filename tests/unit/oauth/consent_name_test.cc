#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "oauth/health.h"
#include "oauth/identify.h"
#include "unit/oauth/consent_scene.h"

namespace joinpass::oauth {
namespace {

// Zoom gives tokens, and says whose they are only if it is asked to.
struct NamelessScene : ConsentScene {
  message::Response whose = JsonAnswer(429, R"({"code":429,"message":"limit"})");
  std::string access_token = Jwt(R"({"uid":"user-1","aid":"account-1"})");
  int generation = 1;

  NamelessScene() {
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") != 0) return whose;
      const std::string n = std::to_string(generation);
      return JsonAnswer(200, R"({"refresh_token":"refresh-)" + n + R"(","access_token":")" +
                                 access_token + R"(","expires_in":3599,"scope":")" +
                                 std::string(kAllScopes) + R"("})");
    };
  }

  void Say() { whose = JsonAnswer(200, R"({"id":"user-1","account_id":"account-1"})"); }

  // A consent whose name Zoom says at once.
  std::string Named() {
    const message::Response before = whose;
    Say();
    const auto named = End("code=c&state=" + Begun());
    REQUIRE(NameOf(named) == "ok");
    whose = before;
    return named->id;
  }

  // One whose name Zoom refuses to say, however often it is asked.
  std::string Unnamed() {
    const auto ended = BeginToEnd();
    for (int i = 0; i < 3; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(*ended);
    REQUIRE(NameOf(**ended) == "unnamed");
    return (**ended)->id;
  }

  HealthState Shown(const std::string& id) {
    const auto unnamed = *records.ListUnnamed();
    return HealthAmong(unnamed, Stored(id), *records.GetApp("app_1"));
  }

  // What another process, or the next one, does with what is stored.
  void SettleElsewhere() {
    const service::Context its_context = Elsewhere();
    AccessTokens its_tokens(its_context);
    AuthorizedCalls its_calls(its_context, its_tokens);
    Upkeep its_upkeep(its_context, its_tokens, its_calls);
    const auto done = EngineRoom::Start(its_upkeep.SettleWhileOpen());
    loop.Run();
    its_context.closing->Begin();
    its_upkeep.Wake();
    loop.Run();
    REQUIRE(*done);
  }
};

TEST_SUITE("A consent without a name") {
  TEST_CASE_FIXTURE(NamelessScene, "is durable before Zoom is asked who gave it") {
    transport.hold = true;
    const auto ended = BeginToEnd();
    transport.Release();
    loop.Run();
    // Zoom holds its answer to the second question; the process could die here.
    CHECK_FALSE(*ended);
    const auto kept = *records.ListUnnamed();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].tokens.refresh_token == Secret("refresh-1"));
    CHECK(*records.ListUnsettled() == std::vector<std::string>{kept[0].id});
    CHECK(HealthOf(kept[0], *records.GetApp("app_1")).health == Health::kIdentifying);
    transport.hold = false;
    transport.Release();
    for (int i = 0; i < 3; ++i) loop.Advance(absl::Seconds(1));
    CHECK(*ended);
  }

  TEST_CASE_FIXTURE(NamelessScene,
                    "that is cut before it has a name gets it from the next process") {
    const std::string before = Named();
    generation = 2;
    clock.Advance(absl::Minutes(1));
    const std::string id = Unnamed();
    CHECK(id != before);
    CHECK(Stored(before).tokens.refresh_token == Secret("refresh-1"));
    CHECK(Shown(before).health == Health::kIdentifying);
    CHECK(Shown(before).cause == Cause::kConsentedAgain);
    CHECK(Shown(id).health == Health::kIdentifying);

    Say();
    SettleElsewhere();
    CHECK(Stored(before).tokens.refresh_token == Secret("refresh-2"));
    CHECK(Shown(before).health == Health::kHealthy);
    CHECK(ReasonOf(records.GetCredential(id).status()) == Reason::kCredentialUnknown);
    CHECK(records.ListUnnamed()->empty());
    CHECK(records.ListEvents(before)->front().kind == CredentialEventKind::kReconnected);
  }

  TEST_CASE_FIXTURE(NamelessScene, "gets its name by itself as soon as Zoom says it") {
    const auto settling = EngineRoom::Begin(upkeep.SettleWhileOpen());
    const std::string id = Unnamed();
    CHECK(records.ListEvents(id)->front().reason == "rate_limited");
    loop.Advance(absl::Seconds(1));
    const std::size_t asked = transport.seen.size();
    loop.Advance(absl::Seconds(58));
    CHECK(transport.seen.size() == asked);
    Say();
    loop.Advance(absl::Seconds(1));
    CHECK(Stored(id).user_id == "user-1");
    CHECK(Shown(id).health == Health::kHealthy);
    loop.Advance(absl::Hours(3));
    CHECK(transport.seen.size() == asked + 1);
    context.closing->Begin();
    upkeep.Wake();
    loop.Run();
    CHECK(*settling);
  }

  TEST_CASE_FIXTURE(NamelessScene, "that Zoom will not name is asked for less and less often") {
    const auto settling = EngineRoom::Begin(upkeep.SettleWhileOpen());
    const std::string id = Unnamed();
    const std::size_t before = transport.Count("/v2/users/me");
    for (int i = 0; i < 60; ++i) loop.Advance(absl::Minutes(1));
    const std::size_t in_an_hour = transport.Count("/v2/users/me") - before;
    CHECK(in_an_hour >= 4);
    CHECK(in_an_hour <= 8);
    context.closing->Begin();
    upkeep.Wake();
    loop.Run();
  }

  TEST_CASE_FIXTURE(NamelessScene, "goes on when whoever began to end it has left") {
    Say();
    transport.hold = true;
    const auto ended = BeginToEnd();
    loop.Advance(absl::Seconds(9));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "deadline_exceeded");
    CHECK(records.ListCredentials("")->empty());
    transport.hold = false;
    transport.Release();
    loop.Run();
    const auto all = *records.ListCredentials("");
    REQUIRE(all.size() == 1);
    CHECK(all[0].user_id == "user-1");
  }

  TEST_CASE_FIXTURE(NamelessScene, "is given without a name when the time for asking is up") {
    const auto ended = BeginToEnd();
    transport.hold = true;
    loop.Advance(absl::Seconds(1));
    CHECK_FALSE(*ended);
    loop.Advance(absl::Seconds(8));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "unnamed");
    Say();
    transport.hold = false;
    transport.Release();
    loop.Run();
  }

  TEST_CASE_FIXTURE(NamelessScene, "is kept if nothing but its refresh token came whole") {
    Say();
    bool cut = true;
    const auto whole = transport.answer;
    transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") != 0 || !std::exchange(cut, false)) return whole(seen);
      return JsonAnswer(200, R"({"refresh_token":"refresh-0","access_tok)");
    };
    const auto ended = End("code=c&state=" + Begun());
    REQUIRE(NameOf(ended) == "ok");
    CHECK(ended->user_id == "user-1");
    CHECK(Stored(ended->id).tokens.refresh_token == Secret("refresh-1"));
    CHECK(transport.seen[1].body.find("refresh_token=refresh-0") != std::string::npos);
  }

  TEST_CASE_FIXTURE(NamelessScene, "under way is waited for at the end") {
    Say();
    transport.hold = true;
    const auto ended = BeginToEnd();
    const auto drained = EngineRoom::Begin(consents.Drain(In(absl::Seconds(30))));
    CHECK_FALSE(*drained);
    transport.hold = false;
    transport.Release();
    loop.Run();
    REQUIRE(*drained);
    CHECK(**drained);
    CHECK(records.ListCredentials("")->size() == 1);
    const auto awaited = EngineRoom::Begin(consents.AwaitFlights());
    CHECK(*awaited);
  }

  TEST_CASE_FIXTURE(NamelessScene,
                    "that the store refuses is told of, and given up at the end only") {
    std::vector<std::string> notices;
    context.listeners.on_notice = [&](const Notice& notice) { notices.push_back(notice.name); };
    const std::string state = Begun();
    transport.hold = true;
    const auto ended = BeginToEnd(state);
    BreakStore();
    transport.hold = false;
    transport.Release();
    loop.Run();
    loop.Advance(absl::Seconds(9));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "deadline_exceeded");
    const auto drained = EngineRoom::Begin(consents.Drain(In(absl::Seconds(30))));
    loop.Advance(absl::Seconds(29));
    CHECK_FALSE(*drained);
    SUBCASE("the store takes it in time") {
      MendStore();
      loop.Advance(absl::Seconds(1));
      loop.Advance(absl::Seconds(1));
      REQUIRE(*drained);
      CHECK(records.ListUnnamed()->size() + records.ListCredentials("")->size() > 0);
      CHECK(notices == std::vector<std::string>{"tokens_unsaved", "tokens_saved"});
    }
    SUBCASE("it does not") {
      loop.Advance(absl::Seconds(1));
      REQUIRE(*drained);
      CHECK_FALSE(**drained);
      MendStore();
      const auto awaited = EngineRoom::Begin(consents.AwaitFlights());
      CHECK(*awaited);
      CHECK(notices == std::vector<std::string>{"tokens_unsaved"});
    }
  }

  TEST_CASE_FIXTURE(NamelessScene, "is named only while nobody refreshes it") {
    const std::string before = Named();
    generation = 2;
    clock.Advance(absl::Minutes(1));
    const std::string id = Unnamed();
    Say();
    auto lock = records.TryLockRefresh(id);
    REQUIRE(lock.ok());
    REQUIRE(*lock != nullptr);
    const auto named = EngineRoom::Begin(Identify(context, calls, id, In(absl::Seconds(5))));
    loop.Advance(absl::Seconds(1));
    CHECK_FALSE(*named);
    lock->reset();
    loop.Advance(absl::Milliseconds(20));
    REQUIRE(*named);
    CHECK((**named)->record.id == before);
  }

  TEST_CASE_FIXTURE(NamelessScene,
                    "that Zoom refuses stays a day for a late answer, and then goes") {
    const std::string id = Unnamed();
    REQUIRE(*records.Condemn(id, Secret("refresh-1"), Cause::kAnswerLost, {}, clock.Now()) ==
            store::Records::Verdict::kWritten);
    SettleElsewhere();
    clock.Advance(absl::Hours(24) - absl::Milliseconds(1));
    SettleElsewhere();
    CHECK(Stored(id).health == Health::kReauthorizationRequired);
    clock.Advance(absl::Milliseconds(1));
    SettleElsewhere();
    CHECK(ReasonOf(records.GetCredential(id).status()) == Reason::kCredentialUnknown);
    CHECK(transport.Count("/oauth/revoke") == 0);
  }

  TEST_CASE_FIXTURE(NamelessScene, "tells of a change of health where it repairs one") {
    const std::string before = Named();
    REQUIRE(*records.Condemn(before, Secret("refresh-1"), Cause::kAnswerLost, {}, clock.Now()) ==
            store::Records::Verdict::kWritten);
    std::vector<HealthChange> told;
    context.listeners.on_health_change = [&](const HealthChange& change) {
      told.push_back(change);
    };
    generation = 2;
    clock.Advance(absl::Minutes(1));
    const std::string id = Unnamed();
    CHECK(told.empty());
    Say();
    SettleElsewhere();
    REQUIRE(told.size() == 1);
    CHECK(told[0].credential_id == before);
    CHECK(told[0].from == Health::kReauthorizationRequired);
    CHECK(told[0].to == Health::kHealthy);
  }
}

}  // namespace
}  // namespace joinpass::oauth
