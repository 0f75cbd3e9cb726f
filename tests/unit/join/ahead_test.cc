// Passes that are minted ahead of their join.

#include "join/ahead.h"

#include <doctest/doctest.h>

#include <new>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "unit/join/join_scene.h"

namespace joinpass::join {
namespace {

const absl::Time kJoin = absl::FromUnixSeconds(1'700'000'600);

TEST_SUITE("When to mint ahead") {
  TEST_CASE("is by chance in the minute before, and never too late") {
    struct Row {
      double seconds_left;
      double roll;
      std::optional<double> before_the_join;
    };
    for (const Row& row : std::initializer_list<Row>{{86'400, 0, 50},
                                                     {86'400, 1, 5},
                                                     {300, 0.5, 27.5},
                                                     {51, 0, 50},
                                                     {50, 0, 50},
                                                     {20, 0, 20},
                                                     {20, 0.5, 12.5},
                                                     {20, 1, 5},
                                                     {5, 0, 5},
                                                     {5, 1, 5},
                                                     {4.9, 0, {}},
                                                     {0, 0, {}},
                                                     {-60, 0, {}}}) {
      CAPTURE(row.seconds_left);
      CAPTURE(row.roll);
      const auto at = WhenToMintAhead(kJoin, kJoin - absl::Seconds(row.seconds_left), row.roll);
      REQUIRE(at.has_value() == row.before_the_join.has_value());
      if (at) CHECK(kJoin - *at == absl::Seconds(*row.before_the_join));
    }
  }

  TEST_CASE("what was minted is good for whoever joins then, or is not given to him") {
    const SteadyTime now = SteadyTime::FromSinceBoot(absl::Hours(1));
    const auto is_good = [now](double recording_left, double identity_left,
                               std::optional<Reason> lacks = {}) {
      JoinPass::Content content;
      content.recording = {Secret("r"), now + absl::Seconds(recording_left), "cred"};
      content.identity_token = {Secret("i"), now + absl::Seconds(identity_left), "cred"};
      content.identity = Identity::kZak;
      if (lacks) {
        content.recording = {};
        content.shortfalls.push_back({PassPart::kRecordingToken, base::MakeError(*lacks, "x")});
      }
      return IsGoodToJoin(JoinPass(std::move(content)), now);
    };
    CHECK(is_good(60, 60));
    CHECK_FALSE(is_good(59.9, 60));
    CHECK_FALSE(is_good(60, 59.9));
    CHECK(is_good(0, 60, Reason::kOwnerNotHost));
    CHECK(is_good(0, 60, Reason::kSdkLacksField));
    CHECK_FALSE(is_good(0, 60, Reason::kRateLimited));
    CHECK_FALSE(is_good(0, 60, Reason::kHostNotConnected));
  }
}

// Joins five minutes from the beginning.
struct Scene : JoinScene {
  const absl::Time join_at = clock.Now() + absl::Minutes(5);
  std::shared_ptr<Session> session;
  std::shared_ptr<std::optional<absl::Status>> waiting;
  int minted = 0;
  std::vector<std::string> told;

  Scene() {
    request.identity = Identity::kOnBehalfOf;
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      const std::string number = std::to_string(++minted);
      if (seen.target.find("jointoken") != std::string::npos) {
        return JsonAnswer(200, R"({"expire_in":120,"token":"rec)" + number + "\"}");
      }
      return JsonAnswer(200, R"({"token":"id)" + number + "\"}");
    };
    context.listeners.on_notice = [this](const Notice& notice) { told.push_back(notice.name); };
  }
  void Begin(double roll = 0) {
    session = Warmed();
    waiting = EngineRoom::Begin(Session::MintAhead(session, context, join_at, roll));
  }
  void AdvanceTo(absl::Duration before_the_join) {
    while (join_at - clock.Now() > before_the_join) {
      loop.Advance(
          std::min(join_at - clock.Now() - before_the_join, absl::Duration(absl::Seconds(10))));
    }
  }
  std::string Mint(absl::Duration patience = absl::Seconds(5)) {
    const absl::StatusOr<JoinPass> pass = MintOn(session, patience);
    if (!pass.ok()) return std::string(ReasonName(ReasonOf(pass.status())));
    const SteadyTime now = clock.SteadyNow();
    if (!pass->recording_token().empty()) {
      CHECK(pass->recording().expires_at - now >= absl::Seconds(60));
    }
    return std::string(pass->recording_token().Reveal()) + " " +
           std::string(pass->on_behalf_token().Reveal());
  }
};

TEST_SUITE("A session that mints ahead") {
  TEST_CASE_FIXTURE(Scene, "sends nothing at the join, and mints the next pass then") {
    Begin();
    AdvanceTo(absl::Seconds(50) + absl::Milliseconds(1));
    CHECK(minted == 0);
    AdvanceTo(absl::Seconds(50));
    CHECK(minted == 2);
    CHECK(waiting->has_value());
    AdvanceTo(absl::ZeroDuration());
    CHECK(Mint() == "rec1 id2");
    CHECK(minted == 2);
    // What the pass holds is known.
    const NextStep next = session->Report(SdkOutcome::StatusChanged(6, 500), context.Now(), 0);
    CHECK(next.step == Step::kJoinAgain);
    CHECK(Mint() == "rec3 id4");
    const auto logged = Finish(log.List(2));
    REQUIRE(logged.ok());
    CHECK_FALSE(logged->at(0).minted_ahead);
    CHECK(logged->at(1).minted_ahead);
  }

  TEST_CASE_FIXTURE(Scene, "serves a bot that is ten seconds late, and no later one") {
    Begin();
    AdvanceTo(absl::ZeroDuration());
    SUBCASE("") {
      loop.Advance(absl::Seconds(10));
      CHECK(Mint() == "rec1 id2");
    }
    SUBCASE("") {
      loop.Advance(absl::Milliseconds(10'001));
      CHECK(Mint() == "rec3 id4");
    }
  }

  TEST_CASE_FIXTURE(Scene, "does not once the bot has joined before") {
    Begin();
    CHECK(Mint() == "rec1 id2");
    AdvanceTo(absl::ZeroDuration());
    CHECK(minted == 2);
    CHECK(waiting->has_value());
  }

  TEST_CASE_FIXTURE(Scene, "does not once the bot is gone, nor keeps a timer for it") {
    Begin();
    session.reset();
    loop.Advance(absl::Seconds(30));
    CHECK(waiting->has_value());
    CHECK(loop.timers() == 0);
    AdvanceTo(absl::ZeroDuration());
    CHECK(minted == 0);
  }

  TEST_CASE_FIXTURE(Scene, "goes by the wall clock, which may be set") {
    Begin();
    loop.Advance(absl::Seconds(100));
    clock.SetBack(absl::Minutes(1));
    AdvanceTo(absl::Seconds(51));
    CHECK(minted == 0);
    AdvanceTo(absl::Seconds(50));
    CHECK(minted == 2);
  }

  TEST_CASE_FIXTURE(Scene, "does nothing if the machine slept until after the join") {
    Begin();
    loop.Advance(absl::Minutes(6));
    CHECK(waiting->has_value());
    CHECK(minted == 0);
    CHECK(Mint() == "rec1 id2");
  }

  TEST_CASE_FIXTURE(Scene, "has Mint() wait for what is under way, for half of its time") {
    Begin();
    transport.fault = [](const ScriptedTransport::Seen&) { return testing::NetFault::kSilence; };
    AdvanceTo(absl::Seconds(49));
    CHECK(minted == 2);
    transport.fault = [](const ScriptedTransport::Seen&) { return testing::NetFault::kNone; };
    const SteadyTime before = clock.SteadyNow();
    CHECK(Mint(absl::Seconds(8)) == "rec3 id4");
    CHECK(clock.SteadyNow() - before == absl::Seconds(4));
    while (!waiting->has_value() && loop.AdvanceToNext()) {
    }
  }

  TEST_CASE_FIXTURE(Scene, "mints at the join what could not be had before") {
    const auto works = transport.answer;
    transport.answer = [](const ScriptedTransport::Seen& seen) {
      const bool recording = seen.target.find("jointoken") != std::string::npos;
      return recording ? JsonAnswer(429, R"({"code":429,"message":"x"})")
                       : JsonAnswer(200, R"({"token":"early"})");
    };
    SUBCASE("a part that was only preferred") {
      Begin();
      AdvanceTo(absl::Seconds(1));
      CHECK(told.empty());
    }
    SUBCASE("a required one, which is told") {
      request.recording = Need::kRequired;
      Begin();
      AdvanceTo(absl::Seconds(1));
      CHECK(told == std::vector<std::string>{"warming_failed"});
    }
    transport.answer = works;
    AdvanceTo(absl::ZeroDuration());
    CHECK(Mint() == "rec1 id2");
  }

  TEST_CASE_FIXTURE(Scene, "gives one that comes too late to nobody") {
    Begin();
    transport.hold = true;
    AdvanceTo(absl::Seconds(49));
    transport.hold = false;
    CHECK(Mint(absl::Seconds(8)) == "rec1 id2");  // what is held is answered later
    transport.Release();
    loop.Run();
    REQUIRE(waiting->has_value());
    CHECK(minted == 4);
    const NextStep next = session->Report(SdkOutcome::StatusChanged(6, 503), context.Now(), 0);
    CHECK(next.step == Step::kJoinWithoutRecordingToken);
    CHECK(Mint() == " id5");
  }

  TEST_CASE_FIXTURE(Scene, "has a rejoin wait for nothing") {
    Begin();
    transport.fault = [](const ScriptedTransport::Seen&) { return testing::NetFault::kSilence; };
    AdvanceTo(absl::Seconds(49));
    transport.fault = [](const ScriptedTransport::Seen&) { return testing::NetFault::kNone; };
    CHECK(Mint(absl::Seconds(8)) == "rec3 id4");
    (void)session->Report(SdkOutcome::StatusChanged(6, 500), context.Now(), 0);
    const SteadyTime before = clock.SteadyNow();
    CHECK(Mint(absl::Seconds(8)) == "rec5 id6");
    CHECK(clock.SteadyNow() == before);
    while (!waiting->has_value() && loop.AdvanceToNext()) {
    }
  }

  TEST_CASE_FIXTURE(Scene, "gives no ZAK that another bot was refused with meanwhile") {
    request.identity = Identity::kZak;
    request.identity_users = {"guest"};
    Begin();
    request.recording_beside_strangers = true;
    session = Warmed();
    waiting = EngineRoom::Begin(Session::MintAhead(session, context, join_at, 0));
    AdvanceTo(absl::Seconds(50));
    REQUIRE(minted == 2);
    const auto zak_of = [this](const std::shared_ptr<Session>& bot) {
      const absl::StatusOr<JoinPass> pass = MintOn(bot);
      REQUIRE(pass.ok());
      return std::string(pass->zak().Reveal());
    };
    SUBCASE("refused") {
      const auto other = Warmed();
      const std::string refused = zak_of(other);
      (void)other->Report(SdkOutcome::StatusChanged(6, 16), context.Now(), 0);
      EngineRoom::Begin(other->FollowReport());
      AdvanceTo(absl::ZeroDuration());
      CHECK(zak_of(session) != refused);
    }
    SUBCASE("not refused") {
      AdvanceTo(absl::ZeroDuration());
      const int before = minted;
      CHECK(zak_of(session).starts_with("id"));
      CHECK(minted == before);
    }
  }

  TEST_CASE_FIXTURE(Scene, "asks for the host as he is known then") {
    Begin();
    AdvanceTo(absl::Seconds(100));
    PutMeeting("guest");
    AdvanceTo(absl::ZeroDuration());
    CHECK(Mint() == "rec1 id2");
    const auto logged = Finish(log.List(1));
    REQUIRE(logged.ok());
    CHECK(logged->at(0).host_user_id == "guest");
    CHECK(logged->at(0).recording.credential_id == "cred_guest");
    CHECK(logged->at(0).minted_ahead);
  }

  TEST_CASE_FIXTURE(Scene, "gives nothing of a consent that was taken back meanwhile") {
    Begin();
    AdvanceTo(absl::Seconds(40));
    REQUIRE(minted == 2);
    REQUIRE(records.BeginDisconnect("cred_1", clock.Now()).ok());
    tokens.Forget("cred_1");
    SUBCASE("on its way out") {}
    SUBCASE("gone") { REQUIRE(*records.RemoveCredential(Stored("cred_1"))); }
    AdvanceTo(absl::ZeroDuration());
    const std::string pass = Mint();
    CAPTURE(pass);
    CHECK(pass.find("rec") == std::string::npos);
    CHECK(pass.find("id1") == std::string::npos);
    CHECK(minted == 2);
  }

  TEST_CASE_FIXTURE(Scene, "is not stuck by an exception") {
    const auto works = transport.answer;
    transport.answer = [](const ScriptedTransport::Seen&) -> ScriptedTransport::Answer {
      throw std::bad_alloc();
    };
    Begin();
    AdvanceTo(absl::Seconds(49));
    transport.answer = works;
    CHECK(Mint() == "rec1 id2");
    CHECK(told == std::vector<std::string>{"warming_failed"});
  }

  TEST_CASE_FIXTURE(Scene, "ends when the engine closes") {
    Begin();
    context.closing->Begin();
    loop.Run();
    CHECK(waiting->has_value());
    CHECK(loop.timers() == 0);
  }

  TEST_CASE_FIXTURE(Scene, "spreads many bots that join at the same time") {
    std::vector<std::shared_ptr<Session>> bots;
    for (int i = 0; i < 20; ++i) {
      bots.push_back(Warmed());
      (void)EngineRoom::Begin(Session::MintAhead(bots.back(), context, join_at, i / 20.0));
    }
    int most = 0;
    for (int second = 50; second >= 0; --second) {
      const int before = minted;
      AdvanceTo(absl::Seconds(second));
      most = std::max(most, minted - before);
    }
    CHECK(minted == 40);
    CHECK(most == 2);
  }
}

}  // namespace
}  // namespace joinpass::join
