// bot_adapter/example_bot, with a stand-in for Zoom's SDK and one for Zoom.

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "adapter/hand_loop.h"
#include "adapter/standin_sdk/standin_sdk.h"
#include "example_bot/bot.h"
#include "integration/engine/engine_scene.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::HandLoop;
using testing::kHanksMeeting;
using testing::kJill;
using testing::kJillsMeeting;
using testing::NameOf;
using testing::StandInSdk;
using Joined = StandInSdk::Joined;

// MeetingStatus.
constexpr int kConnecting = 1;
constexpr int kInMeeting = 3;
constexpr int kFailed = 6;
constexpr int kEnded = 7;
constexpr int kInWaitingRoom = 11;
constexpr int kJoinBreakoutRoom = 14;
constexpr int kLeaveBreakoutRoom = 15;

// MeetingEndReason.
constexpr int kEndedByHost = 2;
constexpr int kOwnerLeft = 8;

constexpr int kGranted = 0;
constexpr int kDenied = 1;

constexpr absl::Duration kLong = absl::Minutes(2);

// A bot that may join what Jill hosts, and a hand that plays the SDK.
struct BotScene : EngineScene {
  HandLoop loop;
  StandInSdk sdk;
  std::vector<std::string> lines;
  example_bot::Bot::Result result;
  std::unique_ptr<example_bot::Bot> bot;

  BotScene() {
    Connect(kJill);
    engine.reset();
    EngineOptions options = Options();
    options.callback_executor = [this](std::function<void()> work) { loop.Post(std::move(work)); };
    auto opened = engine::OpenWith(std::move(options), clock, *random);
    REQUIRE(NameOf(opened) == "ok");
    engine = *std::move(opened);
    bot = std::make_unique<example_bot::Bot>(
        *engine, loop,
        example_bot::BotOptions{.sdk_key = testing::kClientId,
                                .sdk_secret = Secret("example-secret")},
        [this](std::string_view line) { lines.emplace_back(line); });
  }

  // The engine's last words go to the loop.
  ~BotScene() {
    bot.reset();
    engine.reset();
  }

  // Runs the bot while `play` says what happens, each thing after the one before. Gives the name
  // of what it ended for.
  template <typename Play>
  std::string Run(JoinRequest request, Play play) {
    std::thread player([&] { play(); });
    result = bot->Run(std::move(request));
    sdk.End();
    loop.End();
    player.join();
    bot.reset();
    CHECK(sdk.texts_have_lived());
    CHECK(sdk.joins_were_in_turn());
    CHECK(sdk.calls_are_of_one_thread());
    CHECK(sdk.Calls().back() == "CleanUPSDK");
    return NameOf(result.why);
  }

  static JoinRequest Request(Identity identity = Identity::kNone) {
    JoinRequest request = RequestFor(kJillsMeeting, Need::kPreferred);
    request.display_name = "Notes";
    request.identity = identity;
    return request;
  }

  void Authenticate() {
    sdk.Await("SDKAuth");
    sdk.TellAuthenticated(0);
  }

  // Waits for the next Join(), and gives what it was given.
  Joined AwaitJoin() { return sdk.Await("Join") ? sdk.Joins().back() : Joined(); }

  void Enter() {
    sdk.TellStatus(kConnecting);
    sdk.TellStatus(kInMeeting);
  }
  void Fail(int code) {
    sdk.TellStatus(kConnecting);
    sdk.TellStatus(kFailed, code);
    sdk.TellStatus(kEnded);
  }
  void EndWith(int reason) { sdk.TellStatus(kEnded, reason); }

  // Does as Zoom would: enters, or fails with Zoom's code.
  void AskZoom(const Joined& joined) {
    const auto text = [](const std::string& value) { return value == "-" ? "" : value; };
    fake_zoom::RedeemRequest request;
    request.client_id = testing::kClientId;
    request.meeting_number = static_cast<std::int64_t>(joined.meeting_number);
    request.recording_token = text(joined.recording_token);
    request.zak = text(joined.zak);
    request.on_behalf_token = text(joined.on_behalf_token);
    const fake_zoom::RedeemAnswer answer = zoom->Redeem(request);
    if (answer.joined) return Enter();
    Fail(answer.fail_code);
  }

  std::size_t CountOf(const std::string& call) const {
    const auto calls = sdk.Calls();
    return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), call));
  }

  bool Said(const std::string& part) const {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  }
};

// The program's exit code, and what it printed. The SDK that it is linked with plays by itself: the
// bot gets in, and the host ends the meeting when it records.
std::pair<int, std::string> RunProgram(const std::string& environment,
                                       const std::string& arguments) {
  const std::string command = "env -i " + environment + " " EXAMPLE_BOT " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string printed;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) printed += static_cast<char>(c);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, printed};
}

TEST_SUITE("example bot, the program") {
  TEST_CASE_FIXTURE(EngineScene, "joins and records, with what the environment says") {
    Connect(kJill);
    engine.reset();
    const std::string environment =
        "JOINPASS_STORE=" + (folder / "store") + " JOINPASS_CA_FILE=" + zoom->ca_file() +
        " ZOOM_OAUTH_ORIGIN=" + zoom->origin() + " ZOOM_API_ORIGIN=" + zoom->origin() +
        " ZOOM_CLIENT_ID=" + testing::kClientId + " ZOOM_CLIENT_SECRET=example-secret";
    const auto ran = RunProgram(environment, std::string("'") + kJillsMeeting + "'");
    CAPTURE(ran.second);
    CHECK(ran.first == 0);
    CHECK(ran.second.find("in the meeting\nrecording\nstops: meeting_over") != std::string::npos);
    CHECK(zoom->Calls("meetings/jointoken") == 1);

    CHECK(RunProgram(environment, std::string("'") + kJillsMeeting + "' zak").first == 0);
    CHECK(zoom->Calls("users/zak") == 1);
    CHECK(RunProgram(environment, std::string("'") + kJillsMeeting + "' nobody").first == 2);
  }

  TEST_CASE("says what is wrong") {
    CHECK(RunProgram("", "").first == 2);
    CHECK(RunProgram("", "").second.find("usage: example_bot LINK") == 0);
    const auto [code, printed] = RunProgram("", "https://example.com/j/1");
    CHECK(code == 1);
    CHECK(printed.find("example_bot: not_a_meeting_link") == 0);
  }
}

TEST_SUITE("example bot") {
  TEST_CASE_FIXTURE(BotScene, "joins with a token, records, and goes with the meeting") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(result.was_in);
    CHECK(result.has_recorded);
    CHECK(sdk.Calls() == std::vector<std::string>{"InitSDK", "SDKAuth", "Join",
                                                  "CanStartRawRecording", "StartRawRecording",
                                                  "CleanUPSDK"});
    const Joined joined = sdk.Joins().front();
    CHECK(joined.meeting_number == 97763643886);
    CHECK(joined.user_name == "Notes");
    CHECK(joined.recording_token != "-");
    CHECK(joined.zak == "-");
    CHECK(joined.on_behalf_token == "-");
    CHECK(joined.is_video_off);
    for (const std::string& line : lines) {
      CHECK(line.find(joined.recording_token) == std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(BotScene, "warms the join while the SDK starts") {
    Advance(absl::Hours(2));  // so that the access token is too old
    CHECK(Run(Request(), [&] {
            sdk.Await("SDKAuth");
            zoom->AwaitCalls("token/refresh_token", 1);
            sdk.TellAuthenticated(0);
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
  }

  TEST_CASE_FIXTURE(BotScene, "500: a fresh token, then none, and the host is asked") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AwaitJoin();
            Fail(500);
            loop.Pass(kLong);
            AwaitJoin();
            Fail(500);
            loop.Pass(kLong);
            AwaitJoin();
            Enter();
            sdk.Await("RequestLocalRecordingPrivilege");
            sdk.TellPrivilegeAnswered(kGranted);
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(result.has_recorded);
    REQUIRE(sdk.Joins().size() == 3);
    CHECK(sdk.Joins()[0].recording_token != "-");
    CHECK(sdk.Joins()[1].recording_token != "-");
    CHECK(sdk.Joins()[1].recording_token != sdk.Joins()[0].recording_token);
    CHECK(sdk.Joins()[2].recording_token == "-");
    CHECK(CountOf("Leave") == 0);  // what has failed
    CHECK(Said("recording_token_refused"));
  }

  TEST_CASE_FIXTURE(BotScene, "501: waits for the owner, with another token each time") {
    const std::int64_t meeting = 97763643886;
    CHECK(Run(Request(Identity::kOnBehalfOf), [&] {
            Authenticate();
            CHECK(zoom->SetPresent(kJill, meeting, false).ok());
            AskZoom(AwaitJoin());
            loop.Pass(kLong);
            AskZoom(AwaitJoin());
            loop.Pass(kLong);
            const Joined third = AwaitJoin();
            CHECK(zoom->SetPresent(kJill, meeting, true).ok());
            AskZoom(third);
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(result.has_recorded);
    const auto joins = sdk.Joins();
    REQUIRE(joins.size() == 3);
    CHECK(joins[0].on_behalf_token != "-");
    CHECK(joins[1].on_behalf_token != joins[0].on_behalf_token);
    CHECK(joins[2].on_behalf_token != joins[1].on_behalf_token);
    CHECK(joins[2].recording_token != joins[0].recording_token);
    CHECK(Said("await_owner after"));
  }

  TEST_CASE_FIXTURE(BotScene, "503: joins without the recording token") {
    CHECK(Run(Request(Identity::kZak), [&] {
            Authenticate();
            AwaitJoin();
            Fail(503);
            loop.Pass(kLong);
            AwaitJoin();
            Enter();
            sdk.Await("RequestLocalRecordingPrivilege");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(result.was_in);
    CHECK_FALSE(result.has_recorded);
    REQUIRE(sdk.Joins().size() == 2);
    CHECK(sdk.Joins()[0].recording_token != "-");
    CHECK(sdk.Joins()[1].recording_token == "-");
    CHECK(sdk.Joins()[1].zak != "-");
  }

  TEST_CASE_FIXTURE(BotScene, "65535 with an on-behalf-of token: as if its owner were not there") {
    CHECK(Run(Request(Identity::kOnBehalfOf), [&] {
            Authenticate();
            AwaitJoin();
            Fail(65535);
            loop.Pass(kLong);
            AwaitJoin();
            Enter();
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(Said("owner_not_present"));
    CHECK(sdk.Joins().size() == 2);
  }

  TEST_CASE_FIXTURE(BotScene, "waits in the waiting room, however long it takes") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AwaitJoin();
            sdk.TellStatus(kConnecting);
            sdk.TellStatus(kInWaitingRoom);
            loop.Pass(absl::Minutes(15));
            sdk.TellStatus(kInMeeting);
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(sdk.Joins().size() == 1);
    CHECK(CountOf("Leave") == 0);
  }

  TEST_CASE_FIXTURE(BotScene, "starts to record again after a breakout room") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            for (const int status : {kJoinBreakoutRoom, kLeaveBreakoutRoom}) {
              sdk.TellStatus(status);
              sdk.TellStatus(kInMeeting);
              sdk.Await("StartRawRecording");
            }
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(CountOf("StartRawRecording") == 3);
    CHECK(sdk.Joins().size() == 1);
  }

  TEST_CASE_FIXTURE(BotScene, "comes back when the owner of its token has left and come back") {
    CHECK(Run(Request(Identity::kOnBehalfOf), [&] {
            Authenticate();
            AwaitJoin();
            Enter();
            sdk.Await("StartRawRecording");
            EndWith(kOwnerLeft);
            loop.Pass(kLong);
            AwaitJoin();
            Enter();
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(sdk.Joins().size() == 2);
    CHECK(sdk.Joins()[0].on_behalf_token != sdk.Joins()[1].on_behalf_token);
  }

  TEST_CASE_FIXTURE(BotScene, "asks the host where there is no token, and again when he comes in") {
    JoinRequest request = Request();
    request.link = *MeetingLink::Parse(kHanksMeeting);  // who never consented
    CHECK(Run(std::move(request), [&] {
            Authenticate();
            AwaitJoin();
            Enter();
            sdk.Await("RequestLocalRecordingPrivilege");
            loop.Pass(absl::Seconds(20));
            CHECK(CountOf("RequestLocalRecordingPrivilege") == 1);
            sdk.SetHostPresent(true);
            loop.Pass(absl::Seconds(5));
            sdk.Await("RequestLocalRecordingPrivilege");
            sdk.TellPrivilegeChanged(true);
            sdk.Await("StartRawRecording");
            loop.Pass(absl::Seconds(20));
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(result.has_recorded);
    CHECK(CountOf("RequestLocalRecordingPrivilege") == 2);
    CHECK(Said("without recording_token: host_not_connected"));
  }

  TEST_CASE_FIXTURE(BotScene, "stays without a recording that the host denies or cannot allow") {
    JoinRequest request = Request();
    request.link = *MeetingLink::Parse(kHanksMeeting);
    std::string reason;
    SUBCASE("denied") { reason = "recording_denied"; }
    SUBCASE("not supported") { reason = "recording_not_supported"; }
    if (reason == "recording_not_supported") {
      sdk.Return("IsSupportRequestLocalRecordingPrivilege", 20);
    }
    CHECK(Run(std::move(request), [&] {
            Authenticate();
            AwaitJoin();
            Enter();
            sdk.Await("IsSupportRequestLocalRecordingPrivilege");
            if (reason == "recording_denied") {
              sdk.Await("RequestLocalRecordingPrivilege");
              sdk.TellPrivilegeAnswered(kDenied);
            }
            loop.Pass(absl::ZeroDuration());  // the bot has heard it
            sdk.SetHostPresent(true);
            loop.Pass(kLong);
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(result.was_in);
    CHECK_FALSE(result.has_recorded);
    CHECK(Said(reason));
    CHECK(CountOf("IsSupportRequestLocalRecordingPrivilege") == 1);
  }

  TEST_CASE_FIXTURE(BotScene, "does not connect for ever") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            for (int attempt = 0; attempt < 2; ++attempt) {
              AwaitJoin();
              sdk.TellStatus(kConnecting);
              loop.Pass(absl::Seconds(61));
              sdk.Await("Leave");
              EndWith(0);
              if (attempt == 0) loop.Pass(kLong);
            }
          }) == "passcode_wrong");
    CHECK_FALSE(result.was_in);
    CHECK(sdk.Joins().size() == 2);
  }

  TEST_CASE_FIXTURE(BotScene, "joins again only once the last attempt has ended") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AwaitJoin();
            sdk.TellStatus(kConnecting);
            sdk.TellStatus(kFailed, 500);
            loop.Pass(absl::Seconds(5));
            CHECK(zoom->Calls("meetings/jointoken") == 1);
            sdk.TellStatus(kEnded);
            AwaitJoin();
            // Where the SDK does not say so, with a service that has no attempt, after a while.
            sdk.TellStatus(kFailed, 1);
            loop.Pass(kLong);
            AwaitJoin();
            Enter();
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(sdk.Joins().size() == 3);
  }

  TEST_CASE_FIXTURE(BotScene, "is let in while it leaves, and joins again all the same") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AwaitJoin();
            sdk.TellStatus(kConnecting);
            loop.Pass(absl::Seconds(61));
            sdk.Await("Leave");
            sdk.TellStatus(kInMeeting);
            loop.Pass(absl::Seconds(1));
            CHECK(CountOf("StartRawRecording") == 0);
            EndWith(0);
            loop.Pass(kLong);
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(sdk.Joins().size() == 2);
  }

  TEST_CASE_FIXTURE(BotScene, "hears nothing of an attempt that it has given up") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AwaitJoin();
            Fail(500);
            sdk.TellStatus(kEnded);  // twice, while it mints
            loop.Pass(kLong);
            sdk.TellStatus(kEnded);
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(sdk.Joins().size() == 2);
    CHECK(zoom->Calls("meetings/jointoken") == 2);
  }

  TEST_CASE_FIXTURE(BotScene, "starts one recording, however often it is allowed") {
    JoinRequest request = Request();
    request.link = *MeetingLink::Parse(kHanksMeeting);
    CHECK(Run(std::move(request), [&] {
            Authenticate();
            AwaitJoin();
            Enter();
            sdk.Await("RequestLocalRecordingPrivilege");
            sdk.TellPrivilegeChanged(true);
            sdk.TellPrivilegeAnswered(kGranted);
            loop.Pass(absl::Seconds(1));
            CHECK(CountOf("StartRawRecording") == 1);
            sdk.TellPrivilegeChanged(false);
            sdk.TellPrivilegeChanged(true);
            loop.Pass(kLong);
            CHECK(CountOf("StartRawRecording") == 2);
            EndWith(kEndedByHost);
          }) == "meeting_over");
  }

  TEST_CASE_FIXTURE(BotScene, "waits for no word of the SDK for ever") {
    CHECK(Run(Request(), [&] {
            sdk.Await("SDKAuth");
            loop.Pass(absl::Seconds(61));
            loop.Pass(kLong);
            sdk.Await("SDKAuth");
            sdk.TellAuthenticated(0);
            AwaitJoin();
            loop.Pass(absl::Seconds(61));
            sdk.Await("Leave");
            EndWith(0);
            loop.Pass(kLong);
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(sdk.Joins().size() == 2);
  }

  TEST_CASE_FIXTURE(BotScene,
                    "keeps the texts until the SDK is gone, where it must leave at once") {
    CHECK(Run(Request(), [&] {
            Authenticate();
            AwaitJoin();
            sdk.TellStatus(kConnecting);
            loop.Post([&] { bot->Leave(); });
            sdk.Await("Leave");
            loop.Pass(absl::Seconds(10));
          }) == "cancelled");
    CHECK_FALSE(result.was_in);
  }

  TEST_CASE_FIXTURE(BotScene, "authenticates again when the SDK is busy, or has forgotten it") {
    CHECK(Run(Request(), [&] {
            sdk.Await("SDKAuth");
            sdk.TellAuthenticated(6);
            loop.Pass(kLong);
            sdk.Await("SDKAuth");
            sdk.Return("Join", 8);
            sdk.TellAuthenticated(0);
            AwaitJoin();
            loop.Pass(kLong);
            sdk.Await("SDKAuth");
            sdk.Return("Join", 0);
            sdk.TellAuthenticated(0);
            loop.Pass(kLong);
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            EndWith(kEndedByHost);
          }) == "meeting_over");
    CHECK(sdk.Joins().size() == 2);
    CHECK(result.has_recorded);
  }

  TEST_CASE_FIXTURE(BotScene, "stops where the SDK refuses its key") {
    CHECK(Run(Request(), [&] {
            sdk.Await("SDKAuth");
            sdk.TellAuthenticated(11);
          }) == "sdk_auth_failed");
    CHECK(sdk.Joins().empty());
  }

  TEST_CASE_FIXTURE(BotScene, "leaves when it is told to, and waits for the end") {
    bool is_told = false;
    SUBCASE("that the SDK tells") { is_told = true; }
    SUBCASE("that the SDK does not tell") {}
    CHECK(Run(Request(), [&] {
            Authenticate();
            AskZoom(AwaitJoin());
            sdk.Await("StartRawRecording");
            loop.Post([&] { bot->Leave(); });
            sdk.Await("Leave");
            if (is_told) return EndWith(0);
            loop.Pass(absl::Seconds(10));
          }) == "cancelled");
    CHECK(result.has_recorded);
  }

  TEST_CASE_FIXTURE(BotScene, "stops when a part that it must have is not to be had") {
    JoinRequest request = Request();
    request.link = *MeetingLink::Parse(kHanksMeeting);
    request.recording = Need::kRequired;
    CHECK(Run(std::move(request), [&] { Authenticate(); }) == "host_not_connected");
    CHECK(sdk.Joins().empty());
  }
}

}  // namespace
}  // namespace joinpass
