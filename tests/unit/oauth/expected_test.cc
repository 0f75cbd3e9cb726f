// A consent that is to be by somebody, and may be by somebody else.

#include "oauth/expected.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "oauth/disconnect.h"
#include "unit/oauth/consent_scene.h"

namespace joinpass::oauth {
namespace {

using store::Consenter;

struct ExpectedScene : ConsentScene {
  std::string who = R"({"id":"user-1","account_id":"account-1","email":"Ann@b.example"})";
  int who_status = 200;
  int generation = 1;
  std::vector<std::string> revoked;
  bool zoom_revokes = true;

  ExpectedScene() {
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/revoke") == 0) {
        revoked.push_back(seen.body);
        if (!zoom_revokes) return testing::NetworkError(Reason::kNetworkUnreachable, false);
        return JsonAnswer(200, R"({"status":"success"})");
      }
      if (seen.target.find("/oauth/token") == 0) return TokenAnswer(generation++);
      return JsonAnswer(who_status, who);
    };
  }

  std::string Connect(const ExpectedConsenter& expected) {
    request.expected = expected;
    last = End("code=c&state=" + Begun());
    return NameOf(last);
  }
  std::size_t Kept() { return records.ListCredentials("")->size() + records.ListUnnamed()->size(); }

  absl::StatusOr<store::CredentialRecord> last = absl::UnknownError("");
};

TEST_SUITE("Who is expected to consent") {
  TEST_CASE("is compared by what is asked for, and what is told") {
    struct Case {
      Consenter expected;
      bool is;
    };
    const Consenter who = {.user_id = "u", .account_id = "a", .email = "Ann@b.example"};
    const Case cases[] = {
        {{}, true},
        {{.user_id = "u"}, true},
        {{.user_id = "U"}, false},
        {{.account_id = "a"}, true},
        {{.account_id = "b"}, false},
        {{.email = "aNN@B.example"}, true},
        {{.email = "bob@b.example"}, false},
        {{.user_id = "u", .account_id = "a", .email = "ann@b.example"}, true},
        {{.user_id = "u", .account_id = "b", .email = "ann@b.example"}, false},
        {{.user_id = "v", .account_id = "a", .email = "ann@b.example"}, false},
        {{.user_id = "u", .account_id = "a", .email = "ann@c.example"}, false},
    };
    for (const Case& c : cases) CHECK(IsExpected(c.expected, who) == c.is);
    CHECK_FALSE(IsExpected({.email = "ann@b.example"}, {.user_id = "u"}));
    CHECK(IsExpected({}, {}));
  }

  TEST_CASE_FIXTURE(ExpectedScene, "consents, and nothing is different") {
    CHECK(Connect({.user_id = "user-1", .account_id = "account-1", .email = "ann@B.example"}) ==
          "ok");
    CHECK(last->expected.IsAnybody());
    CHECK(Stored(last->id).expected.IsAnybody());
    CHECK(revoked.empty());
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is another: nothing of the consent is kept") {
    bool zoom_hears = true;
    SUBCASE("and Zoom revokes it") {}
    SUBCASE("and Zoom cannot be reached") { zoom_hears = false; }
    zoom_revokes = zoom_hears;
    CHECK(Connect({.user_id = "user-2"}) == "consenter_unexpected");
    CHECK(Kept() == 0);
    REQUIRE(revoked.size() == 1);
    CHECK(revoked[0].find("access-1") != std::string::npos);
    const bool says_so = last.status().message().find("is revoked") != absl::string_view::npos;
    CHECK(says_so == zoom_hears);
    // Nobody else's consent is touched by that.
    zoom_revokes = true;
    CHECK(Connect({.user_id = "user-1"}) == "ok");
    CHECK(Kept() == 1);
    CHECK(revoked.size() == 1);
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is another, who has a credential: it lives by the new tokens") {
    REQUIRE(Connect({}) == "ok");
    const std::string his = last->id;
    clock.Advance(absl::Minutes(1));
    CHECK(Connect({.email = "bob@b.example"}) == "consenter_unexpected");
    CHECK(Kept() == 1);
    CHECK(revoked.empty());
    CHECK(Stored(his).tokens.refresh_token == Secret("refresh-2"));
    CHECK(Stored(his).expected.IsAnybody());
    CHECK(records.ListEvents(his)->front().kind == CredentialEventKind::kReconnected);
    CHECK(last.status().message().find("goes on with it") != absl::string_view::npos);
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is another, whose credential is on its way out: it goes on") {
    REQUIRE(Connect({}) == "ok");
    REQUIRE(*records.BeginDisconnect(last->id, clock.Now()));
    const std::string his = last->id;
    clock.Advance(absl::Minutes(1));
    CHECK(Connect({.user_id = "user-2"}) == "consenter_unexpected");
    CHECK(revoked.size() == 1);
    CHECK(Stored(his).health == Health::kDisconnecting);
    REQUIRE(testing::EngineRoom::Finish(upkeep.Run(In(absl::Minutes(1)))).ok());
    CHECK(Kept() == 0);
  }

  TEST_CASE_FIXTURE(ExpectedScene,
                    "is another: whoever brings the response again is told the same") {
    request.expected.user_id = "user-2";
    const std::string state = Begun();
    CHECK(NameOf(End("code=c&state=" + state)) == "consenter_unexpected");
    CHECK(NameOf(End("code=c&state=" + state)) == "consenter_unexpected");
    CHECK(revoked.size() == 1);
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is found out later, by the next process") {
    who_status = 500;
    request.expected.user_id = "user-2";
    const auto ended = BeginToEnd();
    while (!*ended && loop.AdvanceToNext()) {
    }
    REQUIRE(*ended);
    REQUIRE(NameOf(**ended) == "unnamed");
    CHECK(Stored((**ended)->id).expected.user_id == "user-2");
    CHECK(revoked.empty());

    who_status = 200;
    bool is_he = false;
    SUBCASE("and it is another") {}
    SUBCASE("and it is he") { is_he = true; }
    if (is_he) who = R"({"id":"user-2","account_id":"account-1"})";
    AccessTokens its_tokens(context);
    AuthorizedCalls its_calls(context, its_tokens);
    Upkeep its_upkeep(context, its_tokens, its_calls);
    const auto round = testing::EngineRoom::Finish(its_upkeep.Run(In(absl::Minutes(1))));
    REQUIRE(round.ok());
    CHECK(round->settled == 1);
    CHECK(round->failed == 0);
    CHECK(Kept() == (is_he ? 1 : 0));
    CHECK(revoked.size() == (is_he ? 0 : 1));
    const auto again = testing::EngineRoom::Finish(its_upkeep.Run(In(absl::Minutes(1))));
    CHECK(again->settled == 0);
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is found out by another process first") {
    who_status = 500;
    bool is_he = false;
    SUBCASE("and it is another") { request.expected.user_id = "user-2"; }
    SUBCASE("and it is he, who had a credential") {
      is_he = true;
      who_status = 200;
      REQUIRE(Connect({}) == "ok");
      who_status = 500;
      clock.Advance(absl::Minutes(1));
      request.expected.user_id = "user-1";
    }
    const std::string state = Begun();
    const auto ended = BeginToEnd(state);
    REQUIRE_FALSE(*ended);
    who_status = 200;
    AccessTokens its_tokens(context);
    AuthorizedCalls its_calls(context, its_tokens);
    Upkeep its_upkeep(context, its_tokens, its_calls);
    REQUIRE(testing::EngineRoom::Finish(its_upkeep.Run(In(absl::Minutes(1)))).ok());
    for (int i = 0; i < 9 && !*ended; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(*ended);
    const std::string outcome = is_he ? "ok" : "consenter_unexpected";
    CHECK(NameOf(**ended) == outcome);
    CHECK(NameOf(End("code=c&state=" + state)) == outcome);
    CHECK(Kept() == (is_he ? 1 : 0));
    CHECK(revoked.size() == (is_he ? 0 : 1));
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is another, and the store fails while it is taken away") {
    request.expected.user_id = "user-2";
    const auto answer = transport.answer;
    transport.answer = [&](const ScriptedTransport::Seen& seen) {
      if (seen.target.find("/oauth/revoke") == 0) BreakStore();
      return answer(seen);
    };
    const auto ended = BeginToEnd();
    REQUIRE_FALSE(*ended);
    MendStore();
    transport.answer = answer;
    for (int i = 0; i < 9 && !*ended; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "consenter_unexpected");
    REQUIRE(testing::EngineRoom::Finish(upkeep.Run(In(absl::Minutes(1)))).ok());
    CHECK(Kept() == 0);
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is another, whose credential goes just then") {
    REQUIRE(Connect({}) == "ok");
    const std::string his = last->id;
    clock.Advance(absl::Minutes(1));
    std::unique_ptr<store::RefreshLock> lock;
    const auto answer = transport.answer;
    transport.answer = [&](const ScriptedTransport::Seen& seen) {
      const auto unnamed = records.ListUnnamed();
      if (seen.target.find("/oauth") != 0 && !unnamed->empty() && !lock) {
        lock = *records.TryLockRefresh(unnamed->front().id);
      }
      return answer(seen);
    };
    request.expected.user_id = "user-2";
    const auto ended = BeginToEnd();
    REQUIRE(lock);
    REQUIRE_FALSE(*ended);
    REQUIRE(
        testing::EngineRoom::Finish(Disconnect(context, tokens, his, In(absl::Seconds(9)))).ok());
    lock.reset();
    for (int i = 0; i < 9 && !*ended; ++i) loop.Advance(absl::Seconds(1));
    REQUIRE(*ended);
    CHECK(NameOf(**ended) == "consenter_unexpected");
    CHECK(Kept() == 0);
    CHECK(revoked.size() == 2);
  }

  TEST_CASE_FIXTURE(ExpectedScene, "is not made up by whoever begins: each field has a bound") {
    for (std::string ExpectedConsenter::*field :
         {&ExpectedConsenter::user_id, &ExpectedConsenter::account_id, &ExpectedConsenter::email}) {
      request.expected = {};
      request.expected.*field = std::string(256, 'x');
      CHECK(BeginConsent(context, request).ok());
      request.expected.*field += "x";
      const auto refused = BeginConsent(context, request);
      REQUIRE_FALSE(refused.ok());
      CHECK(ReasonOf(refused.status()) == Reason::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace joinpass::oauth
