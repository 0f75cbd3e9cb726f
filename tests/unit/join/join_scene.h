// A meeting with a host, somebody else, and a scripted Zoom: sessions join it.

#ifndef JOINPASS_TESTS_UNIT_JOIN_JOIN_SCENE_H_
#define JOINPASS_TESTS_UNIT_JOIN_JOIN_SCENE_H_

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "join/session.h"
#include "support/engine_room.h"

namespace joinpass::join {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;

struct JoinScene : EngineRoom {
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  directory::ServingConsents consents{records};
  directory::HostFinder hosts{context, calls, consents};
  Minter minter{context, calls};
  PassLog log{context};
  Services services{context, tokens, hosts, minter, calls, log};
  JoinRequest request;

  JoinScene() {
    Connect(absl::Hours(1));
    REQUIRE(records.PutConsented(Consent("cred_guest", "guest", absl::Hours(1))).ok());
    PutMeeting("user-1");
    request.link = *MeetingLink::Parse("98765432109");
    transport.answer = [](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("jointoken") != std::string::npos) {
        return JsonAnswer(200, R"({"expire_in":120,"token":"rec"})");
      }
      return JsonAnswer(200, R"({"token":"identity"})");
    };
  }

  void PutMeeting(std::string host, std::string app = "app_1",
                  store::MeetingKind kind = store::MeetingKind::kScheduled) {
    store::MeetingRecord meeting;
    meeting.app_id = std::move(app);
    meeting.number = 98765432109;
    meeting.host = {{std::move(host), "account-1", kind}, clock.Now()};
    meeting.deleted = {false, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
  }

  // Another app knows the meeting, too, as that of `host`, who has consented to it as
  // "cred_<host>": whom it learnt of last comes first.
  void HostedInAnotherApp(const std::string& host, const std::string& account = "account-1",
                          absl::Duration left = absl::Hours(1)) {
    store::AppRecord app;
    app.id = "app_" + host;
    app.settings.client_id = "client of " + host;
    app.settings.client_secret = Secret("client-secret");
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord credential = Consent("cred_" + host, host, left);
    credential.app_id = app.id;
    credential.client_id = app.settings.client_id;
    credential.account_id = account;
    REQUIRE(records.PutConsented(credential).ok());
    clock.Advance(absl::Seconds(1));
    PutMeeting(host, app.id);
  }

  std::shared_ptr<Session> Warmed() {
    auto session = std::make_shared<Session>(services, request);
    Begin(session->Warm());
    return session;
  }

  // A pass cannot be copied, so it is handed over.
  absl::StatusOr<JoinPass> MintOn(const std::shared_ptr<Session>& session,
                                  absl::Duration patience = absl::Seconds(5)) {
    std::optional<absl::StatusOr<JoinPass>> result;
    base::Start<absl::StatusOr<JoinPass>>(
        session->Mint(In(patience)),
        [&](absl::StatusOr<JoinPass> pass) { result.emplace(std::move(pass)); });
    loop.Run();
    while (!result && loop.AdvanceToNext()) {
    }
    REQUIRE(result.has_value());
    return *std::move(result);
  }
};

}  // namespace joinpass::join

#endif  // JOINPASS_TESTS_UNIT_JOIN_JOIN_SCENE_H_
