// A session through several attempts: what the SDK told of one changes the next pass.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/join/join_scene.h"

namespace joinpass::join {
namespace {

struct Scene : JoinScene {
  std::shared_ptr<Session> session;
  int minted = 0;

  Scene() {
    // Each token that is minted is another one.
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      const std::string number = std::to_string(++minted);
      if (seen.target.find("jointoken") != std::string::npos) {
        return JsonAnswer(200, R"({"expire_in":120,"token":"rec)" + number + "\"}");
      }
      return JsonAnswer(200, R"({"token":"id)" + number + "\"}");
    };
  }
  // "rec1 id2 through cred_1"; a dash for what the pass has not.
  std::string Mint() {
    if (!session) session = Warmed();
    const absl::StatusOr<JoinPass> pass = MintOn(session);
    if (!pass.ok()) return std::string(ReasonName(ReasonOf(pass.status())));
    const auto show = [](const JoinPass::Token& token) {
      return token.value.empty() ? std::string("-") : std::string(token.value.Reveal());
    };
    std::string text = show(pass->recording()) + " " + show(pass->identity_token());
    if (!pass->identity_token().value.empty()) {
      text += " through " + pass->identity_token().credential_id;
    }
    for (const Shortfall& shortfall : pass->shortfalls()) {
      text += " " + std::string(ReasonName(ReasonOf(shortfall.why)));
    }
    return text;
  }
  Step Report(const SdkOutcome& outcome) {
    return session->Report(outcome, {clock.Now(), clock.SteadyNow()}, 0).step;
  }
  Step Failed(int code) { return Report(SdkOutcome::StatusChanged(6, code)); }
};

TEST_SUITE("A session whose bot failed to join") {
  TEST_CASE_FIXTURE(Scene, "mints a new recording token, and then none") {
    CHECK(Mint() == "rec1 -");
    CHECK(Failed(500) == Step::kJoinAgain);
    CHECK(Mint() == "rec2 -");
    CHECK(Failed(500) == Step::kJoinWithoutRecordingToken);
    CHECK(Mint() == "- - recording_token_refused");
    CHECK(minted == 2);
    CHECK(Report(SdkOutcome::StatusChanged(3, 0)) == Step::kAskHost);
  }

  TEST_CASE_FIXTURE(Scene, "takes the on-behalf-of token of the next user, and then all anew") {
    request.identity = Identity::kOnBehalfOf;
    request.identity_users = {"user-1", "guest"};
    CHECK(Mint() == "rec1 id2 through cred_1");
    CHECK(Failed(501) == Step::kJoinAsNextUser);
    // The guest is not the host: a recording token would be in the way of his identity.
    CHECK(Mint() == "- id4 through cred_guest owner_not_host");
    CHECK(Failed(501) == Step::kAwaitOwner);
    CHECK(Mint() == "rec5 id6 through cred_1");
  }

  TEST_CASE_FIXTURE(Scene, "joins without an identity that is refused, if it is only preferred") {
    request.identity = Identity::kOnBehalfOf;
    request.identity_need = Need::kPreferred;
    CHECK(Mint() == "rec1 id2 through cred_1");
    CHECK(Failed(502) == Step::kJoinWithoutIdentity);
    CHECK(Mint() == "rec3 - identity_refused");
  }

  TEST_CASE_FIXTURE(Scene, "is told by URLs no less") {
    // Who waits for a circuit and the like would hide it: there is nobody to ask at all.
    request.token_urls.join_token_url = Secret("https://tokens.example/join");
    transport.answer = [](const ScriptedTransport::Seen&) { return JsonAnswer(200, "rec-of-url"); };
    CHECK(Mint() == "rec-of-url -");
    CHECK(Failed(500) == Step::kJoinAgain);
    CHECK(Mint() == "rec-of-url -");
    CHECK(Failed(500) == Step::kJoinWithoutRecordingToken);
    CHECK(Mint() == "- - recording_token_refused");
  }
}

TEST_SUITE("The next user") {
  struct Several : Scene {
    std::string gone;  // whose tokens cannot be had

    Several() {
      request.identity = Identity::kOnBehalfOf;
      const auto works = transport.answer;
      transport.answer = [this,
                          works](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
        const bool is_identity = seen.target.find("onbehalf") != std::string::npos;
        if (is_identity && !gone.empty() && asked_by(seen) == gone) {
          return JsonAnswer(404, R"({"code":1001,"message":"User does not exist"})");
        }
        return works(seen);
      };
      // Each has an access token of his own.
      for (const std::string user : {"user-1", "guest"}) {
        store::CredentialRecord credential =
            Consent(user == "guest" ? "cred_guest" : "cred_1", user, absl::Hours(1));
        credential.tokens.access_token = Secret("access of " + user);
        REQUIRE(records.PutConsented(credential).ok());
      }
    }
    static std::string asked_by(const ScriptedTransport::Seen& seen) {
      return seen.authorization.find("guest") != std::string::npos ? "guest" : "user-1";
    }
  };

  TEST_CASE_FIXTURE(Several, "is nobody whom the request rules out") {
    request.recording = Need::kRequired;
    request.identity_users = {"user-1", "guest"};
    CHECK(Mint() == "rec1 id2 through cred_1");
    CHECK(Failed(501) == Step::kAwaitOwner);  // beside the guest there is no recording token
    CHECK(Mint() == "rec3 id4 through cred_1");
  }

  TEST_CASE_FIXTURE(Several, "whose token cannot be had gives way to the first again") {
    request.recording = Need::kOff;
    request.identity_users = {"user-1", "guest"};
    CHECK(Mint() == "- id1 through cred_1");
    CHECK(Failed(501) == Step::kJoinAsNextUser);
    gone = "guest";
    CHECK(Mint() == "- id2 through cred_1");
    CHECK(Failed(501) == Step::kAwaitOwner);
  }

  TEST_CASE_FIXTURE(Several, "is the host where a recording token stands beside nobody else") {
    request.identity_users = {"guest", "user-1"};
    request.recording_beside_strangers = true;
    CHECK(Mint() == "rec1 id2 through cred_guest");
    CHECK(Failed(503) == Step::kJoinWithoutRecordingToken);
    CHECK(Mint() == "- id4 through cred_guest recording_token_refused");
    CHECK(Failed(501) == Step::kJoinAsNextUser);
    CHECK(Mint() == "rec5 id6 through cred_1");
    session.reset();
    request.recording = Need::kRequired;
    CHECK(Mint() == "rec7 id8 through cred_guest");
    CHECK(Failed(503) == Step::kJoinAsNextUser);
    CHECK(Mint() == "rec9 id10 through cred_1");
  }

  TEST_CASE_FIXTURE(Several, "and nobody of those: then the recording token need not give way") {
    request.identity_need = Need::kPreferred;
    request.identity_users = {"guest"};
    gone = "guest";
    CHECK(Mint() == "rec1 - user_unknown");
    request.identity_need = Need::kRequired;
    session.reset();
    CHECK(Mint() == "user_unknown");
  }
}

TEST_SUITE("A stranger's identity") {
  // The host's consent is an admin's, for the whole account.
  struct OfAdmin : Scene {
    OfAdmin() {
      store::AppRecord app;
      app.id = "app_admin";
      app.settings.kind = AppKind::kAccountManaged;
      app.settings.client_id = "client of admin";
      app.settings.client_secret = Secret("client-secret");
      REQUIRE(records.CreateApp(app).ok());
      store::CredentialRecord account =
          Consent("cred_admin", "", absl::Hours(1),
                  "meeting:read:local_recording_token:admin user:read:token:admin");
      account.app_id = app.id;
      account.app_kind = AppKind::kAccountManaged;
      account.client_id = app.settings.client_id;
      REQUIRE(records.PutConsented(account).ok());
      clock.Advance(absl::Seconds(1));
      PutMeeting("boss", app.id);
      request.identity = Identity::kOnBehalfOf;
      request.identity_users = {"guest"};
    }
  };

  TEST_CASE_FIXTURE(OfAdmin, "stands beside the recording token of an admin's consent") {
    CHECK(Mint() == "rec1 id2 through cred_guest");
    CHECK(Failed(503) == Step::kJoinWithoutRecordingToken);
    CHECK(Mint() == "- id3 through cred_guest recording_token_refused");
  }

  TEST_CASE_FIXTURE(OfAdmin, "whose token is preferred to that of the host himself") {
    // The same meeting is known by the host's own consent, too, and better.
    clock.Advance(absl::Seconds(1));
    PutMeeting("user-1");
    request.recording = Need::kRequired;
    request.identity_users = {"guest", "user-1"};
    CHECK(Mint() == "rec1 id2 through cred_guest");
  }

  TEST_CASE_FIXTURE(OfAdmin, "also where that is required") {
    request.recording = Need::kRequired;
    CHECK(Mint() == "rec1 id2 through cred_guest");
    CHECK(Failed(503) == Step::kStop);
  }

  TEST_CASE_FIXTURE(Scene, "stands beside a user's recording token only by the option") {
    request.identity = Identity::kOnBehalfOf;
    request.identity_users = {"guest"};
    CHECK(Mint() == "- id1 through cred_guest owner_not_host");
    session.reset();
    request.recording_beside_strangers = true;
    CHECK(Mint() == "rec2 id3 through cred_guest");
    session.reset();
    request.recording = Need::kRequired;
    CHECK(Mint() == "rec4 id5 through cred_guest");
  }

  TEST_CASE_FIXTURE(Scene, "and the recording token exclude each other in an old SDK") {
    request.identity = Identity::kOnBehalfOf;
    request.recording_or_on_behalf_of = true;
    CHECK(Mint() == "- id1 through cred_1 sdk_lacks_field");
    session.reset();
    request.recording = Need::kRequired;
    request.identity_need = Need::kPreferred;
    CHECK(Mint() == "rec2 - sdk_lacks_field");
    session.reset();
    request.recording = Need::kPreferred;
    request.identity = Identity::kZak;  // no on-behalf-of token
    CHECK(Mint() == "rec3 id4 through cred_1");
    session.reset();
    request.identity = Identity::kOnBehalfOf;
    request.identity_need = Need::kPreferred;
    CHECK(Mint() == "- id6 through cred_1 sdk_lacks_field");
  }
}

// The usual set-up of bots that are signed in: one service account for all.
TEST_SUITE("The ZAK of a service account") {
  struct Bots : Scene {
    Bots() {
      request.recording = Need::kOff;
      request.identity = Identity::kZak;
      request.identity_users = {"guest"};
    }
    // Of another bot.
    std::string Another() {
      session = Warmed();
      return Mint();
    }
  };

  TEST_CASE_FIXTURE(Bots, "serves all joins, for as long as it lives") {
    CHECK(Another() == "- id1 through cred_guest");
    CHECK(Another() == "- id1 through cred_guest");
    // 5 minutes, of which the last is given to nobody.
    clock.Advance(absl::Minutes(4));
    CHECK(Another() == "- id1 through cred_guest");
    clock.Advance(absl::Seconds(1));
    CHECK(Another() == "- id2 through cred_guest");
    CHECK(minted == 2);
  }

  TEST_CASE_FIXTURE(Bots, "is asked for once by those who start together") {
    transport.hold = true;
    std::vector<std::string> zaks;
    for (int i = 0; i < 50; ++i) {
      base::Start<absl::StatusOr<JoinPass>>(
          Warmed()->Mint(In(absl::Seconds(5))), [&](absl::StatusOr<JoinPass> pass) {
            zaks.push_back(pass.ok() ? std::string(pass->zak().Reveal()) : "none");
          });
      loop.Run();
    }
    CHECK(transport.Count("/zak") == 1);
    transport.Release();
    loop.Run();
    CHECK(zaks == std::vector<std::string>(50, "id1"));
  }

  TEST_CASE_FIXTURE(Bots, "is asked for again by whoever has more time than the first") {
    bool is_silent = true;
    transport.fault = [&](const ScriptedTransport::Seen&) {
      return is_silent ? testing::NetFault::kSilence : testing::NetFault::kNone;
    };
    std::vector<std::string> outcomes;
    const auto mint = [&](absl::Duration time) {
      base::Start<absl::StatusOr<JoinPass>>(
          Warmed()->Mint(In(time)), [&](absl::StatusOr<JoinPass> pass) {
            outcomes.emplace_back(pass.ok() ? "ok" : ReasonName(ReasonOf(pass.status())));
          });
      loop.Run();
    };
    mint(absl::Seconds(1));
    mint(absl::Milliseconds(500));
    mint(absl::Seconds(60));
    mint(absl::Seconds(61));
    loop.Advance(absl::Milliseconds(600));
    CHECK(outcomes == std::vector<std::string>{"deadline_exceeded"});
    is_silent = false;
    loop.Advance(absl::Milliseconds(500));
    std::sort(outcomes.begin(), outcomes.end());
    CHECK(outcomes ==
          std::vector<std::string>{"deadline_exceeded", "deadline_exceeded", "ok", "ok"});
    CHECK(transport.Count("/zak") == 2);
  }

  TEST_CASE_FIXTURE(Bots, "is not the one again that Zoom has refused") {
    CHECK(Mint() == "- id1 through cred_guest");
    CHECK(Failed(16) == Step::kJoinAgain);
    CHECK(Mint() == "- id2 through cred_guest");
    CHECK(Another() == "- id2 through cred_guest");
  }

  TEST_CASE_FIXTURE(Bots, "is not given to others either, and replaced once") {
    CHECK(Mint() == "- id1 through cred_guest");
    const auto first = session;
    CHECK(Another() == "- id1 through cred_guest");
    CHECK(Failed(16) == Step::kJoinAgain);
    Begin(session->FollowReport());
    clock.Advance(absl::Seconds(1));
    CHECK(Another() == "- id2 through cred_guest");
    // The other bot that had the first.
    session = first;
    CHECK(Failed(16) == Step::kJoinAgain);
    CHECK(Mint() == "- id2 through cred_guest");
  }

  TEST_CASE_FIXTURE(Bots, "is nobody's whose consent is gone") {
    CHECK(Mint() == "- id1 through cred_guest");
    REQUIRE(records.BeginDisconnect("cred_guest", clock.Now()).ok());
    tokens.Forget("cred_guest");
    CHECK(Mint() == "credential_disconnecting");
  }

  TEST_CASE_FIXTURE(Bots, "can be had after an attempt that ended with an exception") {
    const auto works = transport.answer;
    transport.answer = [](const ScriptedTransport::Seen&) -> ScriptedTransport::Answer {
      throw std::bad_alloc();
    };
    std::optional<bool> threw;
    const auto ill = Warmed();
    try {
      (void)MintOn(ill, absl::Seconds(1));
    } catch (const std::bad_alloc&) {
      threw = true;
    }
    transport.answer = works;
    CHECK(Another() == "- id1 through cred_guest");
  }

  TEST_CASE_FIXTURE(Bots, "that could not be had is asked for anew") {
    const auto works = transport.answer;
    transport.answer = [](const ScriptedTransport::Seen&) {
      return JsonAnswer(404, R"({"code":1001,"message":"User does not exist"})");
    };
    CHECK(Another() == "user_unknown");
    transport.answer = works;
    CHECK(Another() == "- id1 through cred_guest");
  }

  TEST_CASE_FIXTURE(Bots, "is nobody else's, and no on-behalf-of token is shared") {
    CHECK(Another() == "- id1 through cred_guest");
    request.identity_users = {"user-1"};
    CHECK(Another() == "- id2 through cred_1");
    request.identity = Identity::kOnBehalfOf;
    CHECK(Another() == "- id3 through cred_1");
    CHECK(Another() == "- id4 through cred_1");
  }
}

}  // namespace
}  // namespace joinpass::join
