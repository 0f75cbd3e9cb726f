// The main job through the public face, against a Zoom that judges the passes.

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "engine_scene.h"
#include "joinpass/zoom_sdk.h"
#include "support/sdk_lookalike.h"

namespace joinpass::testing {
namespace {

TEST_SUITE("The main job") {
  TEST_CASE_FIXTURE(EngineScene, "a pass for a meeting of the app's account joins and records") {
    const std::string id = Connect(kJill);
    const auto pass = Prepare(RequestFor(kJillsMeeting));
    REQUIRE(NameOf(pass) == "ok");
    CHECK(pass->recording().credential_id == id);
    const absl::Duration left = pass->recording().expires_at - clock.SteadyNow();
    CHECK(left > absl::Seconds(60));
    CHECK(left <= absl::Seconds(120));
    const auto answer = Redeem(*pass);
    CHECK(answer.reason == "joined");
    CHECK(answer.may_record);
  }

  TEST_CASE_FIXTURE(EngineScene, "a minted pass fills the SDK's parameters, and only once") {
    using SdkParam = SdkJoinParam<sdk_6_6::JoinParam>;
    Connect(kHank);
    JoinRequest request = RequestFor(kHanksMeeting);
    request.identity = Identity::kOnBehalfOf;
    request.display_name = "Notes";
    auto pass = Prepare(request);
    REQUIRE(NameOf(pass) == "ok");
    const std::string recording(pass->recording_token().Reveal());
    auto filled = SdkParam::Take(*std::move(pass));
    REQUIRE(NameOf(filled) == "ok");
    const auto& arm = filled->fields();
    CHECK(arm.meetingNumber == 88230014577);
    CHECK(std::string_view(arm.userName) == "Notes");
    CHECK(arm.app_privilege_token == recording);
    CHECK(arm.onBehalfToken != nullptr);
    CHECK(arm.userZAK == nullptr);
    CHECK(NameOf(SdkParam::Take(*std::move(pass))) == "invalid_argument");
  }

  TEST_CASE_FIXTURE(EngineScene, "a pass works once, and the next one is another") {
    Connect(kJill);
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    REQUIRE(NameOf(session) == "ok");
    const auto first = (*session)->Mint(absl::Seconds(20));
    REQUIRE(NameOf(first) == "ok");
    CHECK(Redeem(*first).joined);
    CHECK_FALSE(Redeem(*first).joined);
    const auto second = (*session)->Mint(absl::Seconds(20));
    REQUIRE(NameOf(second) == "ok");
    CHECK(Redeem(*second).joined);
  }

  TEST_CASE_FIXTURE(EngineScene, "a pass that is too old does not join, and says so itself") {
    Connect(kJill);
    const auto pass = Prepare(RequestFor(kJillsMeeting));
    REQUIRE(NameOf(pass) == "ok");
    Advance(absl::Seconds(121));
    CHECK(pass->recording().expires_at < clock.SteadyNow());
    CHECK_FALSE(Redeem(*pass).joined);
  }

  TEST_CASE_FIXTURE(EngineScene, "an external meeting needs an identity, of either kind") {
    Connect(kHank);
    for (const Identity identity : {Identity::kOnBehalfOf, Identity::kZak}) {
      JoinRequest request = RequestFor(kHanksMeeting);
      request.identity = identity;
      const auto pass = Prepare(request);
      REQUIRE(NameOf(pass) == "ok");
      CHECK(pass->zak().empty() != pass->on_behalf_token().empty());
      const auto answer = Redeem(*pass);
      CHECK(answer.reason == "joined");
      CHECK(answer.may_record);
    }
    const auto anonymous = Prepare(RequestFor(kHanksMeeting));
    REQUIRE(NameOf(anonymous) == "ok");
    CHECK_FALSE(Redeem(*anonymous).joined);
  }

  TEST_CASE_FIXTURE(EngineScene, "somebody else's identity joins, without the recording token") {
    const std::string jill = Connect(kJill);
    Connect(kHank);
    REQUIRE(zoom->SetPresent(kJill, 88230014577, true).ok());
    JoinRequest request = RequestFor(kHanksMeeting, Need::kPreferred);
    request.identity = Identity::kOnBehalfOf;
    request.identity_users = {jill};
    const auto pass = Prepare(request);
    REQUIRE(NameOf(pass) == "ok");
    CHECK(pass->recording_token().empty());
    REQUIRE(pass->shortfalls().size() == 1);
    CHECK(NameOf(pass->shortfalls()[0].why) == "owner_not_host");
    CHECK(Redeem(*pass).joined);
  }

  TEST_CASE_FIXTURE(EngineScene, "a personal room is found by its number and by its link") {
    Connect(kHank);
    for (const char* link : {"https://us02web.zoom.us/j/9789194392?pwd=240161",
                             "https://us02web.zoom.us/my/hank?pwd=240161"}) {
      CAPTURE(link);
      JoinRequest request = RequestFor(link);
      request.identity = Identity::kZak;
      const auto pass = Prepare(request);
      REQUIRE(NameOf(pass) == "ok");
      CHECK(pass->meeting_number() == 9789194392);
      CHECK(Redeem(*pass).may_record);
    }
  }

  TEST_CASE_FIXTURE(EngineScene, "the waiting room is passed by where that is asked for") {
    Connect(kJill);
    JoinRequest request = RequestFor(kJillsMeeting);
    request.bypass_waiting_room = true;
    const auto pass = Prepare(request);
    REQUIRE(NameOf(pass) == "ok");
    CHECK_FALSE(Redeem(*pass).in_waiting_room);
  }

  TEST_CASE_FIXTURE(EngineScene, "warming leaves one round trip: no handshake, no token call") {
    Connect(kJill);
    Reopen();
    zoom->ResetCalls();
    const int before = zoom->Connections().handshakes;
    const auto session = engine->BeginJoin(RequestFor(kJillsMeeting));
    REQUIRE(NameOf((*session)->AwaitResolution(absl::Seconds(20))) == "ok");
    CHECK(zoom->Calls("*") == 0);
    REQUIRE(NameOf((*session)->Mint(absl::Seconds(20))) == "ok");
    CHECK(zoom->Calls("*") == 1);
    CHECK(zoom->Calls("meetings/jointoken") == 1);
    CHECK(zoom->Connections().handshakes == before + 1);
  }

  TEST_CASE_FIXTURE(EngineScene, "a pass that is minted ahead leaves no round trip for the join") {
    Connect(kHank);
    MintAheadEarly();
    zoom->ResetCalls();
    JoinRequest request = RequestFor(kHanksMeeting);
    request.identity = Identity::kOnBehalfOf;
    request.mint_ahead_of = clock.Now() + absl::Minutes(10);
    const auto session = engine->BeginJoin(request);
    REQUIRE(NameOf(session) == "ok");
    REQUIRE(NameOf((*session)->AwaitResolution(absl::Seconds(20))) == "ok");
    CHECK(zoom->Calls("*") == 0);
    Advance(absl::Minutes(10) - absl::Seconds(49));
    // The loop sees by whatever comes that the clock was moved.
    (void)engine->directory().LookUp(*MeetingLink::Parse("11122233344"), {kHank}, absl::Seconds(5));
    zoom->AwaitCalls("meetings/jointoken", 1);
    zoom->AwaitCalls("users/token", 1);
    zoom->ResetCalls();
    const auto pass = (*session)->Mint(absl::Seconds(20));
    REQUIRE(NameOf(pass) == "ok");
    CHECK(zoom->Calls("*") == 0);
    CHECK(Redeem(*pass).may_record);
    const auto logged = engine->PassLog(1);
    REQUIRE(NameOf(logged) == "ok");
    CHECK(logged->at(0).minted_ahead);
    request.mint_ahead_of = clock.Now() + absl::Hours(25);
    CHECK(NameOf(engine->BeginJoin(request)) == "invalid_argument");
  }

  TEST_CASE_FIXTURE(EngineScene, "what was connected and synced is there after a restart") {
    const std::string id = Connect(kJill);
    Reopen();
    CHECK(Get(id).email == kJill);
    CHECK(Outcome(kJillsMeeting) == "ok");
    Advance(absl::Hours(2));
    Reopen();
    CHECK(Outcome(kJillsMeeting) == "ok");
    CHECK(zoom->Calls("token/refresh_token") == 1);
  }

  TEST_CASE_FIXTURE(EngineScene, "many at once, at expiry, cause one refresh") {
    Connect(kJill);
    Advance(absl::Hours(1));
    zoom->ResetCalls();
    std::vector<std::thread> bots;
    std::atomic<int> joined = 0;
    for (int i = 0; i < 16; ++i) {
      bots.emplace_back([&] {
        const auto pass = engine->Prepare(RequestFor(kJillsMeeting), absl::Seconds(60));
        if (pass.ok() && Redeem(*pass).may_record) ++joined;
      });
    }
    for (std::thread& bot : bots) bot.join();
    CHECK(joined == 16);
    CHECK(zoom->Calls("token/refresh_token") == 1);
    CHECK(zoom->Calls("meetings/jointoken") == 16);
  }

  TEST_CASE_FIXTURE(EngineScene, "a callback comes on the caller's executor") {
    Connect(kJill);
    engine.reset();
    EngineOptions options = Options();
    std::promise<std::thread> loop;
    options.callback_executor = [&](std::function<void()> work) {
      loop.set_value(std::thread(std::move(work)));
    };
    auto opened = engine::OpenWith(options, clock, base::SystemRandom());
    REQUIRE(NameOf(opened) == "ok");
    const auto session = (*opened)->BeginJoin(RequestFor(kJillsMeeting));
    std::promise<std::pair<std::string, std::thread::id>> got;
    (*session)->MintAsync(absl::Seconds(20), [&](absl::StatusOr<JoinPass> pass) {
      got.set_value({NameOf(pass), std::this_thread::get_id()});
    });
    const auto [name, where] = got.get_future().get();
    CHECK(name == "ok");
    std::thread thread = loop.get_future().get();
    CHECK(where == thread.get_id());
    thread.join();
  }
}

}  // namespace
}  // namespace joinpass::testing
