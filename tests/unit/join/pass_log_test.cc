// The log of passes: what stands in it, and that no join waits for it.

#include "join/pass_log.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "join/logged_pass.h"
#include "unit/join/join_scene.h"

namespace joinpass::join {
namespace {

struct ThrowingRandom final : base::Random {
  bool armed = false;
  void Fill(std::span<unsigned char> out) override {
    if (armed) throw std::bad_alloc();
    base::SystemRandom().Fill(out);
  }
};

base::Task<bool> Discarded(base::Task<absl::StatusOr<JoinPass>> minting) {
  const absl::StatusOr<JoinPass> pass = co_await std::move(minting);
  co_return pass.ok();
}

struct Scene : JoinScene {
  std::shared_ptr<Session> session;

  absl::StatusOr<JoinPass> Mint() {
    if (!session) session = Warmed();
    return MintOn(session);
  }
  Step Report(const SdkOutcome& outcome) {
    const NextStep next = session->Report(outcome, context.Now(), 0);
    if (IsTelling(outcome, next)) Begin(session->FollowReport());
    return next.step;
  }
  void Note(const std::string& id, const std::string& credential_id = "") {
    LoggedPass pass;
    pass.id = id;
    pass.at = clock.Now();
    pass.recording.credential_id = credential_id;
    log.Note({.pass = pass});
  }
  std::vector<LoggedPass> Log(int most = 100) {
    const auto passes = Finish(log.List(most));
    REQUIRE(passes.ok());
    return *passes;
  }
  std::string journal() { return folder / "store/ephemera.db-journal"; }
  void BreakLog() {
    std::filesystem::remove(journal());
    REQUIRE(std::filesystem::create_directory(journal()));
  }
};

TEST_SUITE("The log of passes") {
  TEST_CASE_FIXTURE(Scene, "has what a pass held, what it lacked, and what came of it") {
    request.identity = Identity::kZak;
    request.identity_users = {"guest"};
    REQUIRE(Mint().ok());
    CHECK(Report(SdkOutcome::StatusChanged(1, 0)) == Step::kGoOn);
    CHECK(Report(SdkOutcome::StatusChanged(6, 60)) != Step::kGoOn);
    clock.Advance(absl::Seconds(5));
    REQUIRE(Mint().ok());
    CHECK(Report(SdkOutcome::StatusChanged(3, 0)) == Step::kAskHost);
    CHECK(Report(SdkOutcome::PrivilegeAnswered(0)) == Step::kStartRecording);
    CHECK(Report(SdkOutcome::RecordingReturned(0)) == Step::kGoOn);

    const std::vector<LoggedPass> passes = Log();
    REQUIRE(passes.size() == 2);
    const LoggedPass& last = passes[0];
    CHECK(last.id.starts_with("pass_"));
    CHECK(last.id != passes[1].id);
    CHECK(last.join_id.starts_with("join_"));
    CHECK(last.join_id == passes[1].join_id);
    CHECK(last.attempt == 2);
    CHECK(last.at == clock.Now());
    CHECK(last.meeting_number == 98765432109);
    CHECK(last.host_user_id == "user-1");
    CHECK_FALSE(last.minted_ahead);
    CHECK(last.recording.wanted);
    CHECK_FALSE(last.recording.held);
    CHECK(ReasonOf(last.recording.why_not) == Reason::kOwnerNotHost);
    CHECK(last.identity_kind == Identity::kZak);
    CHECK(last.identity.held);
    CHECK(last.identity.credential_id == "cred_guest");
    CHECK(last.identity.why_not.ok());
    CHECK(last.identity.expires_at == clock.Now() - absl::Seconds(5) + absl::Minutes(5));
    CHECK(last.error.ok());
    REQUIRE(last.outcomes.size() == 3);
    CHECK(last.outcomes[0].next.step == Step::kAskHost);
    CHECK(last.outcomes[2].outcome.kind == SdkOutcome::Kind::kRecordingReturned);
    REQUIRE(passes[1].outcomes.size() == 1);
    CHECK(passes[1].outcomes[0].outcome.code == 6);
    CHECK(passes[1].outcomes[0].outcome.result == 60);
    CHECK(passes[1].attempt == 1);
    CHECK(Log(1).size() == 1);
    CHECK(Log(0).empty());
  }

  TEST_CASE_FIXTURE(Scene, "has the pass that nobody could have, and whom it was asked of") {
    request.recording = Need::kRequired;
    transport.answer = [](const ScriptedTransport::Seen&) {
      return JsonAnswer(400, R"({"code":3000,"message":"Not allowed to start local recording."})");
    };
    CHECK_FALSE(Mint().ok());
    const LoggedPass pass = Log().at(0);
    CHECK(ReasonOf(pass.error) == Reason::kLocalRecordingDisabled);
    CHECK(GetErrorInfo(pass.error)->http_status == 400);
    CHECK(pass.recording.credential_id == "cred_1");
    CHECK_FALSE(pass.recording.held);
    CHECK_FALSE(pass.identity.wanted);
  }

  TEST_CASE_FIXTURE(Scene, "has the number that a personal link leads to") {
    store::HostRecord host;
    host.app_id = "app_1";
    host.user_id = "user-1";
    host.account_id = {"account-1", clock.Now()};
    host.personal_meeting_id = {3542471135, clock.Now()};
    host.vanity_name = {"jill", clock.Now()};
    REQUIRE(records.PutHost(host).ok());
    request.link = *MeetingLink::Parse("https://zoom.us/my/jill");
    REQUIRE(Mint().ok());
    const LoggedPass pass = Log().at(0);
    CHECK(pass.vanity_name == "jill");
    CHECK(pass.meeting_number == 3542471135);
    CHECK(pass.recording.expires_at == clock.Now() + absl::Minutes(2));
  }

  TEST_CASE("has each report that says more than that it goes on") {
    const NextStep go_on;
    const NextStep why = {Step::kGoOn, {}, base::MakeError(Reason::kMeetingOver, "sdk: over")};
    const NextStep stop = {Step::kStop, {}, why.why};
    CHECK_FALSE(IsTelling(SdkOutcome::StatusChanged(1, 0), go_on));
    CHECK_FALSE(IsTelling(SdkOutcome::JoinReturned(0), go_on));
    CHECK(IsTelling(SdkOutcome::StatusChanged(1, 0), why));
    CHECK(IsTelling(SdkOutcome::StatusChanged(1, 0), stop));
    CHECK(IsTelling(SdkOutcome::RecordingReturned(0), go_on));
    CHECK(IsTelling(SdkOutcome::PrivilegeAnswered(0), go_on));
    CHECK(IsTelling(SdkOutcome::PrivilegeChanged(false), go_on));
  }

  TEST_CASE_FIXTURE(Scene, "keeps the last eight outcomes of a pass") {
    REQUIRE(Mint().ok());
    for (int i = 0; i < 10; ++i) (void)Report(SdkOutcome::PrivilegeChanged(i % 2 == 0));
    (void)Report(SdkOutcome::RecordingReturned(7));
    const LoggedPass pass = Log().at(0);
    REQUIRE(pass.outcomes.size() == 8);
    CHECK(pass.outcomes.back().outcome.code == 7);
    CHECK(pass.outcomes.front().outcome.code == 0);
  }

  TEST_CASE_FIXTURE(Scene, "costs no join, and is written late, where the disk refuses") {
    BreakLog();
    REQUIRE(Mint().ok());
    REQUIRE(Mint().ok());
    (void)Report(SdkOutcome::StatusChanged(6, 5));
    CHECK_FALSE(Finish(log.List(10)).ok());
    std::filesystem::remove(journal());
    REQUIRE(Mint().ok());
    const std::vector<LoggedPass> passes = Log();
    REQUIRE(passes.size() == 3);
    CHECK(passes[1].attempt == 2);
    CHECK(passes[1].outcomes.size() == 1);
    CHECK(passes[2].attempt == 1);
  }

  TEST_CASE_FIXTURE(Scene, "keeps a bounded part of what the disk refuses") {
    BreakLog();
    for (int i = 0; i < 260; ++i) {
      Note("pass_" + std::to_string(i));
      loop.Run();
    }
    std::filesystem::remove(journal());
    Note("pass_last");
    loop.Run();
    const std::vector<LoggedPass> passes = Log(1000);
    CHECK(passes.size() == 256);
    CHECK(passes.front().id == "pass_last");
    CHECK(passes.back().id == "pass_5");
  }

  TEST_CASE_FIXTURE(Scene, "forgets what was had through a consent that is gone") {
    REQUIRE(Mint().ok());
    request.identity = Identity::kZak;
    request.identity_users = {"guest"};
    session = nullptr;
    REQUIRE(Mint().ok());
    REQUIRE(Log().size() == 2);
    REQUIRE(records.BeginDisconnect("cred_guest", clock.Now()).ok());
    REQUIRE(*records.RemoveCredential(Stored("cred_guest")));
    CHECK(Log().size() == 1);
    // What is told of it later does not bring it back.
    (void)Report(SdkOutcome::StatusChanged(6, 5));
    CHECK(Log().size() == 1);
    CHECK(Log()[0].recording.credential_id == "cred_1");
    // Nor is one put there that was minted before.
    REQUIRE(records.BeginDisconnect("cred_1", clock.Now()).ok());
    Note("pass_late", "cred_1");
    CHECK(Log().empty());
  }

  TEST_CASE_FIXTURE(Scene, "shows nothing that is older than thirty days") {
    REQUIRE(Mint().ok());
    clock.Advance(absl::Hours(720));
    CHECK(Log().size() == 1);
    clock.Advance(absl::Milliseconds(1));
    CHECK(Log().empty());
  }

  TEST_CASE_FIXTURE(Scene, "numbers the attempts as they were asked for") {
    session = Warmed();
    transport.hold = true;
    for (int i = 0; i < 2; ++i) Begin(Discarded(session->Mint(In(absl::Seconds(5)))));
    transport.Release();
    loop.Run();
    const std::vector<LoggedPass> passes = Log();
    REQUIRE(passes.size() == 2);
    CHECK(passes[0].attempt == 2);
    CHECK(passes[1].attempt == 1);
  }

  TEST_CASE_FIXTURE(Scene, "has what the SDK told in the pass that the bot is in with") {
    request.recording = Need::kRequired;
    REQUIRE(Mint().ok());
    const SdkOutcome told = SdkOutcome::PrivilegeChanged(true);
    SUBCASE("while another pass was minted") {
      (void)session->Report(told, context.Now(), 0);
      REQUIRE(Mint().ok());  // before the loop comes to what was told
      Begin(session->FollowReport());
    }
    SUBCASE("after another could not be had") {
      transport.answer = [](const ScriptedTransport::Seen&) { return JsonAnswer(500, "{}"); };
      CHECK_FALSE(Mint().ok());
      (void)Report(told);
    }
    const std::vector<LoggedPass> passes = Log();
    REQUIRE(passes.size() == 2);
    CHECK(passes[0].outcomes.empty());
    CHECK(passes[1].outcomes.size() == 1);
  }

  // Its id is what it would lack.
  TEST_CASE_FIXTURE(Scene, "costs no pass where there is no memory for it") {
    ThrowingRandom random;
    const service::Context poor{
        loop, {loop, loop, loop}, clock,           random, transport, records, {},
        {},   context.closing,    context.circuits};
    const Services services_there{poor, tokens, hosts, minter, calls, log};
    session = std::make_shared<Session>(services_there, request);
    Begin(session->Warm());
    random.armed = true;
    CHECK(Mint().ok());
    CHECK(Log().empty());
  }

  TEST_CASE_FIXTURE(Scene, "keeps what an exception left unwritten") {
    ThrowingRandom random;
    store::Records poor(*store, keys, random);
    const service::Context there{
        loop, {loop, loop, loop}, clock,           base::SystemRandom(), transport, poor, {},
        {},   context.closing,    context.circuits};
    PassLog other(there);
    const auto note = [&](const std::string& id) {
      LoggedPass pass;
      pass.id = id;
      pass.at = clock.Now();
      other.Note({.pass = pass});
      loop.Run();
    };
    random.armed = true;
    note("pass_1");
    random.armed = false;
    note("pass_2");
    CHECK(Finish(other.List(10))->size() == 2);
  }

  TEST_CASE_FIXTURE(Scene, "is shown while others go on noting") {
    int noted = 0;
    std::function<void()> note = [&] {
      if (++noted > 1'000) return;
      Note("pass_" + std::to_string(noted));
      loop.Post([&] { note(); });
    };
    note();
    int noted_before = 0;
    base::Start<absl::StatusOr<std::vector<LoggedPass>>>(
        log.List(10), [&](const absl::StatusOr<std::vector<LoggedPass>>& passes) {
          CHECK(passes.ok());
          noted_before = noted;
        });
    loop.Run();
    CHECK(noted_before > 0);
    CHECK(noted_before < 100);
  }

  TEST_CASE_FIXTURE(Scene, "is written before the engine is closed") {
    REQUIRE(Mint().ok());
    Note("pass_at_the_end");
    context.closing->Begin();
    CHECK(Finish(context.closing->AwaitLeft()));
    CHECK(records.ListPasses(10, clock.Now())->front().id == "pass_at_the_end");
  }
}

TEST_SUITE("A logged pass") {
  TEST_CASE("says all of it in words") {
    LoggedPass pass;
    pass.id = "pass_1";
    pass.join_id = "join_1";
    pass.attempt = 2;
    pass.at = absl::FromUnixSeconds(1'700'000'000);
    pass.meeting_number = 98765432109;
    pass.host_user_id = "user-1";
    pass.minted_ahead = true;
    pass.recording = {.wanted = true,
                      .held = true,
                      .credential_id = "cred_1",
                      .expires_at = pass.at + absl::Minutes(2)};
    pass.identity_kind = Identity::kOnBehalfOf;
    pass.identity.wanted = true;
    pass.identity.credential_id = "cred_2";
    pass.identity.why_not = base::MakeError(Reason::kUserUnknown, "zoom: no such user");
    NextStep next = {Step::kJoinAgain, absl::Seconds(2), {}};
    AddOutcome({pass.at + absl::Seconds(3), SdkOutcome::StatusChanged(6, 5), next}, pass);
    AddOutcome({pass.at + absl::Seconds(4), SdkOutcome::RecordingReturned(0), {}}, pass);
    const std::string text = Describe(pass);
    const std::string advice(ReasonAdvice(Reason::kUserUnknown));
    CHECK(text ==
          "2023-11-14T22:13:20Z pass_1, attempt 2 of join_1, meeting 98765432109 of user user-1, "
          "minted ahead\n"
          "  recording token: through cred_1, good until 2023-11-14T22:15:20Z\n"
          "  on-behalf-of token: none, asked of cred_2, user_unknown: zoom: no such user. " +
              advice +
              "\n"
              "  2023-11-14T22:13:23Z onMeetingStatusChanged(6, 5): join_again after 2s\n"
              "  2023-11-14T22:13:24Z recording returned 0: go_on\n");
  }

  TEST_CASE("of a personal link that failed, and of a part from a URL") {
    LoggedPass pass;
    pass.id = "pass_1";
    pass.join_id = "join_1";
    pass.vanity_name = "jill";
    pass.identity_kind = Identity::kZak;
    pass.identity = {.wanted = true, .held = true};
    pass.recording.wanted = true;
    pass.error = base::MakeError(Reason::kHostNotConnected, "resolve: nobody");
    const std::string text = Describe(pass);
    for (const char* part : {", personal link jill\n", "  recording token: none\n",
                             "  ZAK: from a URL, good until ", "  no pass: host_not_connected: "}) {
      CAPTURE(part);
      CHECK(text.find(part) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace joinpass::join
