// A bot that does what Report() says, in front of a Zoom that takes its passes or does not.

#include <string>
#include <vector>

#include "integration/engine/app_kinds.h"
#include "integration/engine/engine_scene.h"
#include "joinpass/next_step.h"

namespace joinpass::testing {
namespace {

constexpr int kFailed = 6;
constexpr int kEnded = 7;
constexpr int kInMeeting = 3;

struct Bot : EngineScene {
  using EngineScene::EngineScene;

  std::string story;  // the steps, one after the other, and what it ended with

  // Joins as Report() says until it is in, or has to stop. `meanwhile` happens in each wait.
  void Run(const JoinRequest& request, const std::function<void(int attempt)>& meanwhile = {}) {
    story.clear();
    auto session = engine->BeginJoin(request);
    REQUIRE(NameOf(session) == "ok");
    for (int attempt = 1; attempt < 20; ++attempt) {
      const absl::StatusOr<JoinPass> pass = (*session)->Mint(absl::Seconds(20));
      if (!pass.ok()) return Tell("mint: " + NameOf(pass));
      Advance(late_by);
      const fake_zoom::RedeemAnswer answer = Redeem(*pass);
      if (answer.joined) {
        const NextStep next = (*session)->Report(SdkOutcome::StatusChanged(kInMeeting, 0));
        return Tell(std::string(StepName(next.step)) + (answer.may_record ? "; may record" : ""));
      }
      const NextStep next =
          (*session)->Report(SdkOutcome::StatusChanged(kFailed, answer.fail_code));
      CHECK((*session)->Report(SdkOutcome::StatusChanged(kEnded, 0)).step == next.step);
      Tell(std::to_string(answer.fail_code) + " " + std::string(StepName(next.step)));
      if (!JoinsAgain(next.step)) return Tell(NameOf(next.why));
      Advance(next.wait);
      if (meanwhile) meanwhile(attempt);
    }
    Tell("went on for ever");
  }

  absl::Duration late_by = absl::ZeroDuration();  // between Mint() and Join()

 private:
  void Tell(const std::string& what) { story += (story.empty() ? "" : "; ") + what; }
};

TEST_SUITE("A bot that asks Report() what to do") {
  TEST_CASE_FIXTURE(Bot, "records at once where all is well") {
    Connect(kJill);
    Run(RequestFor(kJillsMeeting));
    CHECK(story == "start_recording; may record");
  }

  TEST_CASE_FIXTURE(Bot, "that joins too late has a fresh token, then asks the host") {
    Connect(kJill);
    late_by = absl::Seconds(121);
    Run(RequestFor(kJillsMeeting, Need::kPreferred));
    CHECK(story == "500 join_again; 500 join_without_recording_token; ask_host");
    Run(RequestFor(kJillsMeeting, Need::kRequired), [&](int) { late_by = absl::ZeroDuration(); });
    CHECK(story == "500 join_again; start_recording; may record");
  }

  TEST_CASE_FIXTURE(Bot, "waits for the owner of its on-behalf-of token") {
    Connect(kHank);
    JoinRequest request = RequestFor(kHanksMeeting);
    request.identity = Identity::kOnBehalfOf;
    REQUIRE(zoom->SetPresent(kHank, 88230014577, false).ok());
    const absl::Time begun = clock.Now();
    Run(request, [&](int attempt) {
      if (attempt == 3) REQUIRE(zoom->SetPresent(kHank, 88230014577, true).ok());
    });
    CHECK(story ==
          "501 await_owner; 501 await_owner; 501 await_owner; start_recording; may record");
    CHECK(clock.Now() - begun >= absl::Seconds(70));

    REQUIRE(zoom->SetPresent(kHank, 88230014577, false).ok());
    request.patience = absl::Seconds(40);
    Run(request);
    CHECK(story.ends_with("501 stop; owner_not_present"));
  }

  TEST_CASE_FIXTURE(Bot, "takes the next user whose app it can be") {
    Connect(kHank);
    Connect(kJill);
    JoinRequest request = RequestFor(kHanksMeeting, Need::kPreferred);
    request.identity = Identity::kOnBehalfOf;
    request.identity_users = {kHank, kJill};
    REQUIRE(zoom->SetPresent(kHank, 88230014577, false).ok());
    REQUIRE(zoom->SetPresent(kJill, 88230014577, true).ok());
    Run(request);
    CHECK(story == "501 join_as_next_user; ask_host");  // she is not the host
  }

  TEST_CASE_FIXTURE(Bot,
                    "leaves a log that says why there was no recording, to other processes, too") {
    Connect(kHank);
    Run(RequestFor(kHanksMeeting));
    const auto opened = Open();
    REQUIRE(NameOf(opened) == "ok");
    // What is minted here is written before it is shown here.
    CHECK(NameOf(engine->PassLog(0)) == "ok");
    CHECK(NameOf(engine->PassLog(-1)) == "invalid_argument");
    const auto log = (*opened)->PassLog(10);
    REQUIRE(NameOf(log) == "ok");
    REQUIRE(log->size() == 1);
    const LoggedPass& pass = log->front();
    CHECK(pass.recording.held);
    CHECK(pass.meeting_number == 88230014577);
    REQUIRE(pass.outcomes.size() >= 1);
    CHECK(pass.outcomes[0].next.step == Step::kStop);
    CHECK(NameOf(pass.outcomes[0].next.why) == "identity_required");
    CHECK(Describe(pass).find("identity_required") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Bot, "tells what a person must do") {
    Connect(kHank);
    Run(RequestFor(kHanksMeeting));
    CHECK(story == "504 stop; identity_required");
    Connect(kJill);
    JoinRequest request = RequestFor("https://acme.zoom.us/j/97763643886?pwd=wrong");
    Run(request);
    CHECK(story == "4 stop; passcode_wrong");
  }

  TEST_CASE_FIXTURE(Bot, "with an identity of a stranger gives the recording token away") {
    Connect(kHank);
    Connect(kJill);
    JoinRequest request = RequestFor(kHanksMeeting, Need::kPreferred);
    request.identity = Identity::kZak;
    request.identity_users = {kJill};
    Run(request);
    CHECK(story == "ask_host");
    request.recording_beside_strangers = true;
    Run(request);
    CHECK(story == "503 join_without_recording_token; ask_host");
    request.recording = Need::kRequired;
    Run(request);
    CHECK(story == "503 stop; recording_token_refused");
  }
}

// An admin's consent, and the identity of a user who is not the host.
struct AdminsBot : Bot {
  explicit AdminsBot(fake_zoom::AccountRecording recording)
      : Bot(
            [&] {
              Scopes scopes = kAccountScopes;
              scopes.push_back("user:read:token:admin");
              fake_zoom::Options options = WorldWith("account_managed", scopes, false);
              options.account_recording = recording;
              return options;
            }(),
            AppKind::kAccountManaged) {
    Connect(kJill);
  }
  JoinRequest AsSomebodyElse() {
    JoinRequest request = RequestFor(kPaulsRoom, Need::kPreferred);
    request.identity = Identity::kZak;
    request.identity_users = {kJill};
    return request;
  }
};

TEST_SUITE("A recording token of an admin's consent") {
  TEST_CASE("goes beside anybody's identity, where Zoom takes it") {
    AdminsBot bot(fake_zoom::AccountRecording::kBesideAnybody);
    bot.Run(bot.AsSomebodyElse());
    CHECK(bot.story == "start_recording; may record");
  }

  TEST_CASE("is left out where Zoom does not") {
    AdminsBot bot(fake_zoom::AccountRecording::kBesideHost);
    bot.Run(bot.AsSomebodyElse());
    CHECK(bot.story == "503 join_without_recording_token; ask_host");
  }
}

}  // namespace
}  // namespace joinpass::testing
