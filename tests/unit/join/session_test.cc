#include "join/session.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "unit/join/join_scene.h"
#include "unit/store/raw_sqlite.h"

namespace joinpass::join {
namespace {

using Scene = JoinScene;

TEST_SUITE("A webinar") {
  struct WebinarScene : Scene {
    ScriptedTransport::Answer of_meetings =
        JsonAnswer(400, R"({"code":3000,"message":"Cannot access webinar information."})");
    ScriptedTransport::Answer of_webinars = JsonAnswer(200, R"({"expire_in":120,"token":"web"})");

    WebinarScene() {
      request.recording = Need::kRequired;
      const std::string scopes =
          "meeting:read:local_recording_token "
          "webinar:read:local_recording_token";
      REQUIRE(records.PutConsented(Consent("cred_1", "user-1", absl::Hours(1), scopes)).ok());
      transport.answer = [this](const ScriptedTransport::Seen& seen) {
        return seen.target.find("/webinars/") != std::string::npos ? of_webinars : of_meetings;
      };
    }
    std::string Minted() {
      const auto pass = MintOn(Warmed());
      if (!pass.ok()) return std::string(ReasonName(ReasonOf(pass.status())));
      return std::string(pass->recording_token().Reveal());
    }
    void IsWebinar() {
      clock.Advance(absl::Seconds(1));
      PutMeeting("user-1", "app_1", store::MeetingKind::kWebinar);
    }
  };

  TEST_CASE_FIXTURE(WebinarScene, "that is known as one has its token from its own place at once") {
    IsWebinar();
    CHECK(Minted() == "web");
    CHECK(transport.seen.size() == 1);
  }

  TEST_CASE_FIXTURE(WebinarScene, "that is taken for a meeting is asked for as one") {
    CHECK(Minted() == "web");
    CHECK(transport.seen.size() == 2);
    of_webinars = JsonAnswer(404, R"({"code":3001,"message":"Webinar does not exist: 1."})");
    CHECK(Minted() == "meeting_unknown");
    CHECK(transport.seen.size() == 4);
  }

  TEST_CASE_FIXTURE(WebinarScene, "that became a meeting is asked for as a meeting") {
    IsWebinar();
    for (const message::Response& gone :
         {JsonAnswer(404, R"({"code":3001,"message":"Webinar does not exist: 1."})"),
          JsonAnswer(400, R"({"code":300,"message":"Invalid webinar ID."})")}) {
      of_webinars = gone;
      of_meetings = JsonAnswer(200, R"({"expire_in":120,"token":"met"})");
      CHECK(Minted() == "met");
      of_meetings = JsonAnswer(500, "");
      CHECK(Minted() == "meeting_unknown");
    }
  }

  TEST_CASE_FIXTURE(WebinarScene, "that may not be recorded is not asked for twice") {
    IsWebinar();
    of_webinars =
        JsonAnswer(400, R"({"code":3000,"message":"Not allowed to start local recording."})");
    CHECK(Minted() == "local_recording_disabled");
    of_webinars = JsonAnswer(400, R"({"code":200,"message":"No permission."})");
    CHECK(Minted() == "permission_denied");
    CHECK(transport.seen.size() == 2);
  }
}

TEST_SUITE("Session") {
  TEST_CASE_FIXTURE(Scene, "warming opens sockets and mints nothing") {
    request.identity = Identity::kZak;
    Warmed();
    CHECK(transport.warmed == 2);
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(Scene, "what warming meets is told, and is no error of the join") {
    std::vector<std::string> told;
    context.listeners.on_notice = [&](const Notice& notice) {
      told.push_back(notice.name + ": " + notice.text);
    };
    transport.warm_answer = testing::NetworkError(Reason::kTlsFailed, false);
    const auto session = Warmed();
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("warming_failed: tls_failed: ") == 0);
    CHECK(MintOn(session)->shortfalls().empty());
    transport.warm_answer = testing::NetworkError(Reason::kCancelled, false);
    Warmed();
    CHECK(told.size() == 1);
  }

  // Zoom is asked who hosts a meeting that nobody knows of.
  struct UnknownMeeting : Scene {
    bool look_up_hangs = false;
    bool network_is_down = false;

    UnknownMeeting() {
      request.link = *MeetingLink::Parse("11122233344");
      request.host_hints = {"user-1"};
      transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
        if (seen.target.find("jointoken") != std::string::npos) {
          return JsonAnswer(200, R"({"expire_in":120,"token":"rec"})");
        }
        return JsonAnswer(200, R"({"host_id":"user-1","type":2})");
      };
      transport.fault = [this](const ScriptedTransport::Seen& seen) {
        if (network_is_down) return testing::NetFault::kRefused;
        const bool look_up = seen.target == "/v2/meetings/11122233344";
        return look_up && look_up_hangs ? testing::NetFault::kSilence : testing::NetFault::kNone;
      };
    }
    // In the order of the asking; `after` is let go by before the pass is looked at.
    std::string Minted(const std::shared_ptr<Session>& session, absl::Duration after) {
      std::string minted;
      base::Start<absl::StatusOr<JoinPass>>(
          session->Mint(In(absl::Seconds(4))), [&](absl::StatusOr<JoinPass> pass) {
            minted = !pass.ok()                        ? ReasonName(ReasonOf(pass.status()))
                     : pass->recording_token().empty() ? "without"
                                                       : "with";
          });
      loop.Run();
      constexpr int kSteps = 80;
      for (int i = 0; i < kSteps; ++i) loop.Advance(after / kSteps);
      return minted;
    }
  };

  TEST_CASE_FIXTURE(UnknownMeeting, "a look-up that hangs takes no more than half of the time") {
    look_up_hangs = true;
    const auto session = std::make_shared<Session>(services, request);
    Begin(session->Warm());
    CHECK(Minted(session, absl::Seconds(2)) == "with");  // through the hint
    loop.Advance(absl::Minutes(1));
  }

  TEST_CASE_FIXTURE(UnknownMeeting, "a look-up that failed is made again, and why it did is told") {
    context.listeners.on_notice = [&](const Notice& notice) {
      CHECK(notice.name == "warming_failed");
    };
    request.host_hints.clear();
    // An account's consent may be asked without a hint.
    store::AppRecord app;
    app.id = "app_2";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client-2";
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord account =
        Consent("cred_account", "", absl::Hours(1),
                "meeting:read:meeting:admin meeting:read:local_recording_token:admin");
    account.app_id = "app_2";
    account.app_kind = AppKind::kAccountManaged;
    account.client_id = "client-2";
    REQUIRE(records.PutConsented(account).ok());
    request.recording = Need::kRequired;
    network_is_down = true;
    const auto session = std::make_shared<Session>(services, request);
    Begin(session->Warm());
    CHECK(Minted(session, absl::Seconds(4)) == "network_unreachable");
    network_is_down = false;
    CHECK(Minted(session, absl::Seconds(4)) == "with");
  }

  TEST_CASE_FIXTURE(Scene, "minting waits for the sockets, but only for half of its time") {
    transport.hold_warm = true;
    const auto session = Warmed();
    std::string minted;
    base::Start<absl::StatusOr<JoinPass>>(
        session->Mint(In(absl::Seconds(4))),
        [&](absl::StatusOr<JoinPass> pass) { minted = pass.ok() ? "ok" : "not"; });
    loop.Advance(absl::Seconds(2) - absl::Milliseconds(1));
    CHECK(transport.seen.empty());
    loop.Advance(absl::Milliseconds(1));
    CHECK(minted == "ok");
    transport.Release();
    loop.Run();
    CHECK(MintOn(session).ok());
  }

  TEST_CASE_FIXTURE(Scene, "asks for both parts at the same time") {
    request.identity = Identity::kZak;
    const auto session = Warmed();
    transport.hold = true;
    base::Start<absl::StatusOr<JoinPass>>(session->Mint(In(absl::Seconds(5))),
                                          [](absl::StatusOr<JoinPass>) {});
    loop.Run();
    CHECK(transport.Count("jointoken") == 1);
    CHECK(transport.Count("/users/me/zak") == 1);
    transport.Release();
    loop.Run();
  }

  TEST_CASE_FIXTURE(Scene, "counts what is left from before the request left") {
    request.identity = Identity::kOnBehalfOf;
    const SteadyTime before = clock.SteadyNow();
    const auto pass = MintOn(Warmed());
    REQUIRE(pass.ok());
    CHECK(pass->recording_token() == Secret("rec"));
    CHECK(pass->recording().expires_at == before + absl::Seconds(120));
    CHECK(pass->on_behalf_token() == Secret("identity"));
    CHECK(pass->identity_token().expires_at == before + absl::Hours(2));
    CHECK(transport.Count("meeting_id=98765432109") == 1);
    CHECK(pass->recording().credential_id == "cred_1");
  }

  TEST_CASE_FIXTURE(Scene, "sends bypass_waiting_room only when it is wanted") {
    REQUIRE(MintOn(Warmed()).ok());
    CHECK(transport.Count("bypass_waiting_room") == 0);
    request.bypass_waiting_room = true;
    REQUIRE(MintOn(Warmed()).ok());
    CHECK(transport.Count("bypass_waiting_room=true") == 1);
  }

  TEST_CASE_FIXTURE(Scene, "mints anew for every attempt") {
    const auto session = Warmed();
    REQUIRE(MintOn(session).ok());
    REQUIRE(MintOn(session).ok());
    CHECK(transport.Count("jointoken") == 2);
  }

  TEST_CASE_FIXTURE(Scene, "tries the next host when an answer concerns only this one") {
    HostedInAnotherApp("eve");
    transport.answer =
        [calls = 0](const ScriptedTransport::Seen&) mutable -> ScriptedTransport::Answer {
      if (++calls == 1)
        return JsonAnswer(404, R"({"code":3001,"message":"Meeting does not exist."})");
      return JsonAnswer(200, R"({"expire_in":120,"token":"rec"})");
    };
    const auto pass = MintOn(Warmed());
    REQUIRE(pass.ok());
    CHECK(pass->recording().credential_id == "cred_1");
    CHECK(transport.seen.size() == 2);
  }

  TEST_CASE_FIXTURE(Scene, "asks nobody else of an account that has trouble, but other accounts") {
    HostedInAnotherApp("eve");
    HostedInAnotherApp("other", "account-2");
    for (const int status : {429, 503}) {
      transport.seen.clear();
      transport.answer = [status](const auto&) { return JsonAnswer(status, "{}"); };
      const auto pass = MintOn(Warmed());
      REQUIRE(pass.ok());
      CHECK(pass->recording_token().empty());
      // One of the first account, and one of the other; but what failed is tried again.
      if (status == 429) CHECK(transport.seen.size() == 2);
      CHECK(transport.seen.size() <= 6);
      REQUIRE(pass->shortfalls().size() == 1);
    }
  }

  TEST_CASE_FIXTURE(Scene, "trouble of one credential alone leads to the next of the account") {
    HostedInAnotherApp("late", "account-1", absl::ZeroDuration());
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return JsonAnswer(502, "<html></html>");
      return JsonAnswer(200, R"({"expire_in":120,"token":"rec"})");
    };
    const auto pass = MintOn(Warmed());
    REQUIRE(pass.ok());
    CHECK(pass->recording().credential_id == "cred_1");
  }

  TEST_CASE_FIXTURE(Scene, "asks for no on-behalf-of token where there is no number") {
    request.link = *MeetingLink::Parse("https://zoom.us/my/unknown");
    request.recording = Need::kOff;
    request.identity = Identity::kOnBehalfOf;
    request.identity_users = {"guest"};
    CHECK(ReasonOf(MintOn(Warmed()).status()) == Reason::kHostNotConnected);
    CHECK(transport.seen.empty());
    request.identity = Identity::kZak;
    CHECK(MintOn(Warmed()).ok());
  }

  TEST_CASE_FIXTURE(Scene, "finds an identity whose owner consented after the join began") {
    request.recording = Need::kOff;
    request.identity = Identity::kZak;
    request.identity_users = {"newcomer"};
    const auto session = Warmed();
    CHECK(ReasonOf(MintOn(session).status()) == Reason::kCredentialUnknown);
    REQUIRE(records.PutConsented(Consent("cred_new", "newcomer", absl::Hours(1))).ok());
    CHECK(MintOn(session).ok());
  }

  TEST_CASE_FIXTURE(Scene, "passes over an owner whose credential is damaged") {
    request.recording = Need::kOff;
    request.identity = Identity::kZak;
    request.identity_users = {"cred_1", "guest"};
    store::RawSqlite(folder / "store/credentials.db")
        .Run("UPDATE credential SET sealed_user=x'00' WHERE id='cred_1'");
    const auto pass = MintOn(Warmed());
    REQUIRE(pass.ok());
    CHECK(pass->identity_token().credential_id == "cred_guest");
    request.identity_users = {"cred_1"};
    CHECK(ReasonOf(MintOn(Warmed()).status()) == Reason::kStoreCorrupt);
  }

  TEST_CASE_FIXTURE(Scene, "a part that falls short does not keep the other from coming") {
    request.identity = Identity::kZak;
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("jointoken") == std::string::npos) {
        return JsonAnswer(200, R"({"token":"identity"})");
      }
      return JsonAnswer(400,
                        R"({"code":3000,"message":"Not allowed to start local recording. To use)"
                        R"( this feature, enable the **Local Recording** setting"})");
    };
    const auto pass = MintOn(Warmed());
    REQUIRE(pass.ok());
    CHECK(pass->zak() == Secret("identity"));
    REQUIRE(pass->shortfalls().size() == 1);
    CHECK(ReasonOf(pass->shortfalls()[0].why) == Reason::kLocalRecordingDisabled);
  }

  TEST_CASE_FIXTURE(Scene, "tries identities in the order of the request") {
    request.recording = Need::kOff;
    request.identity = Identity::kOnBehalfOf;
    request.identity_users = {"cred_nobody", "guest", "cred_1"};
    transport.answer =
        [calls = 0](const ScriptedTransport::Seen&) mutable -> ScriptedTransport::Answer {
      if (++calls == 1) return JsonAnswer(404, R"({"code":1001,"message":"User does not exist"})");
      return JsonAnswer(200, R"({"token":"identity"})");
    };
    const auto pass = MintOn(Warmed());
    REQUIRE(pass.ok());
    CHECK(pass->identity_token().credential_id == "cred_1");
    CHECK(transport.seen.size() == 2);
    CHECK(pass->shortfalls().empty());
  }

  TEST_CASE_FIXTURE(Scene, "nobody known is a shortfall, until the directory learns better") {
    request.link = *MeetingLink::Parse("11122233344");
    const auto session = Warmed();
    const auto before = MintOn(session);
    REQUIRE(before.ok());
    REQUIRE(before->shortfalls().size() == 1);
    CHECK(ReasonOf(before->shortfalls()[0].why) == Reason::kHostNotConnected);
    CHECK(before->meeting_number() == 11122233344);

    store::MeetingRecord learnt;
    learnt.app_id = "app_1";
    learnt.number = 11122233344;
    learnt.host = {{"user-1", "account-1"}, clock.Now()};
    REQUIRE(records.PutMeetings({&learnt, 1}).ok());
    const auto after = MintOn(session);
    REQUIRE(after.ok());
    CHECK(after->recording_token() == Secret("rec"));
  }

  TEST_CASE_FIXTURE(Scene, "fails with the reason of a part that is required") {
    request.recording = Need::kRequired;
    request.link = *MeetingLink::Parse("11122233344");
    CHECK(ReasonOf(MintOn(Warmed()).status()) == Reason::kHostNotConnected);
  }
}

}  // namespace
}  // namespace joinpass::join
