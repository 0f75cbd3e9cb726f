// Join, sync, refresh, consent, disconnect and a change of keys, with each step of
// theirs failing in turn.

#include "support/each_step.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "crypto/key_source.h"
#include "directory/resolver.h"
#include "directory/sync.h"
#include "join/session.h"
#include "oauth/consent.h"
#include "oauth/disconnect.h"
#include "oauth/refresh_rules.h"
#include "store/key_sweep.h"
#include "store/sqlite/sqlite_store.h"
#include "support/found_records.h"

namespace joinpass {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;
using testing::TokenAnswer;

constexpr std::uint64_t kNumber = 98765432109;

// A Zoom that acts on what reaches it, whether or not its answer arrives. Of refresh
// tokens it takes the newest and the one before, whose answer may have been lost.
struct ActingRoom : EngineRoom {
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  int generation = 0;

  ActingRoom() {
    transport.answer = [this](const ScriptedTransport::Seen& seen) { return Answer(seen); };
  }

  ScriptedTransport::Answer Answer(const ScriptedTransport::Seen& seen) {
    const auto has = [&seen](const char* part) {
      return seen.target.find(part) != std::string::npos;
    };
    if (has("/oauth/token")) return Token(seen.body);
    if (has("/jointoken/")) return JsonAnswer(200, R"({"expire_in":120,"token":"recording"})");
    if (has("/zak")) return JsonAnswer(200, R"({"token":"zak"})");
    if (!has("/meetings?")) {
      return JsonAnswer(200, R"({"id":"user-1","account_id":"account-1","pmi":1234567890})");
    }
    if (has("next_page_token")) {
      return JsonAnswer(200, R"({"meetings":[{"id":11122233345,"host_id":"user-1"}]})");
    }
    return JsonAnswer(200, R"({"meetings":[{"id":11122233344,"host_id":"user-1"}],)"
                           R"("next_page_token":"next"})");
  }

  ScriptedTransport::Answer Token(const std::string& body) {
    const auto has = [&body](int n) {
      return body.find("refresh_token=refresh-" + std::to_string(n)) != std::string::npos;
    };
    if (body.find("grant_type=refresh_token") != std::string::npos && !has(generation) &&
        !has(generation - 1)) {
      return JsonAnswer(400, R"({"reason":"Invalid Token!","error":"invalid_grant"})");
    }
    return TokenAnswer(++generation);
  }

  // Plays `task` to its end, whatever time it takes.
  template <typename T>
  T ToItsEnd(base::Task<T> task) {
    const auto result = Begin(std::move(task));
    for (int seconds = 0; !result->has_value(); ++seconds) {
      REQUIRE(seconds < 3600);
      loop.Advance(absl::Seconds(1));
    }
    return *std::move(*result);
  }

  // A refresh that went unanswered is settled, and what the store refused is in it.
  void GoOn() { loop.Advance(absl::Minutes(10)); }

  // The stored refresh token is one that Zoom takes.
  void CheckRefreshTokenLives(const std::string& id) {
    const auto stored = records.GetCredential(id);
    REQUIRE(stored.ok());
    CHECK(stored->health == Health::kHealthy);
    const std::string token(stored->tokens.refresh_token.Reveal());
    const bool lives = token == "refresh-" + std::to_string(generation) ||
                       token == "refresh-" + std::to_string(generation - 1);
    CHECK(lives);
  }
};

struct RefreshRoom : ActingRoom {
  RefreshRoom() { Connect(absl::ZeroDuration()); }

  absl::Status Play() { return ToItsEnd(tokens.Get("cred_1", In(absl::Seconds(20)))).status(); }
  void CheckDone() { CheckRefreshTokenLives("cred_1"); }
  void CheckNothingLost() {
    GoOn();
    CheckRefreshTokenLives("cred_1");
  }
};

struct JoinRoom : ActingRoom {
  directory::ServingConsents consents{records};
  directory::HostFinder hosts{context, calls, consents};
  join::Minter minter{context, calls};
  join::PassLog log{context};
  join::Services services{context, tokens, hosts, minter, calls, log};
  absl::StatusOr<JoinPass> pass = absl::UnknownError("not minted");

  JoinRoom() {
    Connect(absl::ZeroDuration());
    store::MeetingRecord meeting;
    meeting.app_id = "app_1";
    meeting.number = kNumber;
    meeting.host = {{"user-1", "account-1"}, clock.Now()};
    meeting.deleted = {false, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
  }

  absl::Status Play() {
    JoinRequest request;
    request.link = *MeetingLink::Parse(std::to_string(kNumber));
    request.recording = Need::kRequired;
    request.identity = Identity::kZak;
    const auto session = std::make_shared<join::Session>(services, request);
    const auto warming = Start(session->Warm());
    pass = ToItsEnd(session->Mint(In(absl::Seconds(20))));
    return pass.status();
  }
  // What is there is whole, and what is not says why.
  void CheckDone() {
    CHECK(pass->recording_token() == Secret("recording"));
    const bool has_zak = pass->zak() == Secret("zak");
    CHECK(has_zak == pass->shortfalls().empty());
  }
  void CheckNothingLost() {
    GoOn();
    CheckRefreshTokenLives("cred_1");
    CHECK(FindMeetings(records, kNumber)->size() == 1);
  }
};

// Three apps know the meeting, each as that of another host; Zoom says of two that it is not theirs
// any more. The identity is that of the third.
struct CandidatesRoom : JoinRoom {
  static constexpr const char* kHosts[] = {"gone-1", "gone-2", "host"};

  CandidatesRoom() {
    for (const std::string host : kHosts) {
      store::AppRecord app;
      app.id = "app_" + host;
      app.settings.client_id = "client of " + host;
      app.settings.client_secret = Secret("client-secret");
      REQUIRE(records.CreateApp(app).ok());
      store::CredentialRecord credential = Consent("cred_" + host, host, absl::Hours(1));
      credential.app_id = app.id;
      credential.client_id = app.settings.client_id;
      credential.tokens.access_token = Secret("access of " + host);
      REQUIRE(records.PutConsented(credential).ok());
      store::MeetingRecord meeting;
      meeting.app_id = app.id;
      meeting.number = kNumber;
      // The newest is asked first.
      meeting.host = {{host, "account-1"}, clock.Now() + absl::Minutes(host == "host" ? 1 : 2)};
      meeting.deleted = {false, clock.Now()};
      REQUIRE(records.PutMeetings({&meeting, 1}).ok());
    }
    clock.Advance(absl::Minutes(3));
    transport.answer = [this](const ScriptedTransport::Seen& seen) {
      const bool is_gone = seen.authorization.find("gone") != std::string::npos;
      return is_gone ? JsonAnswer(404, R"({"code":3001,"message":"Meeting does not exist: 1."})")
                     : Answer(seen);
    };
  }

  absl::Status Play() {
    JoinRequest request;
    request.link = *MeetingLink::Parse(std::to_string(kNumber));
    request.recording = Need::kRequired;
    request.identity = Identity::kZak;
    request.identity_need = Need::kPreferred;
    request.identity_users = {"host"};
    const auto session = std::make_shared<join::Session>(services, request);
    const auto warming = Start(session->Warm());
    pass = ToItsEnd(session->Mint(In(absl::Seconds(20))));
    return pass.status();
  }
  // What was had is never another's: beside his identity only the host's own.
  void CheckDone() {
    JoinRoom::CheckDone();
    CHECK((pass->recording().credential_id == "cred_host" || pass->zak().empty()));
  }
  void CheckNothingLost() {
    GoOn();
    CHECK(FindMeetings(records, kNumber)->size() == 4);
    for (const std::string host : kHosts) {
      CHECK(records.GetCredential("cred_" + host)->health == Health::kHealthy);
    }
  }
};

struct SyncRoom : ActingRoom {
  directory::ServingConsents consents{records};
  directory::Sync sync{context, calls};
  absl::StatusOr<SyncReport> report = absl::UnknownError("not synced");

  SyncRoom() {
    Connect(absl::Hours(9));
    store::MeetingRecord known;
    known.app_id = "app_1";
    known.number = 11122233344;
    known.host = {{"user-1", "account-1"}, clock.Now()};
    known.deleted = {false, clock.Now()};
    REQUIRE(records.PutMeetings({&known, 1}).ok());
    clock.Advance(absl::Minutes(1));
  }

  absl::Status Play() {
    report = ToItsEnd(sync.Run("cred_1", In(absl::Seconds(20))));
    return report.status();
  }
  void CheckDone() {
    CHECK(report->meetings == 2);
    for (const char* link : {"11122233344", "11122233345", "1234567890"}) {
      CAPTURE(link);
      CHECK(directory::Resolve(records, consents, *MeetingLink::Parse(link), {}, clock.Now()).ok());
    }
  }
  // A sync that failed halfway has forgotten nothing that is there.
  void CheckNothingLost() {
    CHECK(directory::Resolve(records, consents, *MeetingLink::Parse("11122233344"), {}, clock.Now())
              .ok());
  }
};

struct ConsentRoom : ActingRoom {
  oauth::Upkeep upkeep{context, tokens, calls};
  oauth::Consents consents{context, calls, upkeep};

  ConsentRoom() {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.client_id = "client";
    app.settings.client_secret = Secret("client-secret");
    REQUIRE(records.CreateApp(app).ok());
  }

  absl::Status Play() {
    ConnectRequest request;
    request.app_id = "app_1";
    request.redirect_uri = "https://bot.example/cb";
    request.bound_to = "cookie";
    const auto start = oauth::BeginConsent(context, request);
    if (!start.ok()) return start.status();
    const std::string rest = start->authorize_url.substr(start->authorize_url.find("state=") + 6);
    const Secret redirect(request.redirect_uri + "?code=c&state=" + rest.substr(0, rest.find('&')));
    return ToItsEnd(consents.Finish(redirect, request.bound_to, In(absl::Seconds(20)))).status();
  }

  // Whether Zoom's tokens came: nobody can have them again.
  bool Exchanged() const {
    return std::any_of(transport.seen.begin(), transport.seen.end(), [](const auto& seen) {
      return seen.body.find("grant_type=authorization_code") != std::string::npos &&
             seen.befell == testing::NetFault::kNone;
    });
  }

  void CheckDone() { CHECK(records.ListCredentials("")->size() == 1); }

  // They stay, whatever the caller was told, and have their name in the end.
  void CheckNothingLost() {
    if (!Exchanged()) return;
    GoOn();
    (void)ToItsEnd(upkeep.Run(In(absl::Minutes(5))));
    const auto all = records.ListCredentials("");
    REQUIRE(all.ok());
    REQUIRE(all->size() == 1);
    CHECK(all->front().IsNamed());
    CheckRefreshTokenLives(all->front().id);
  }
};

struct DisconnectRoom : ActingRoom {
  oauth::Upkeep upkeep{context, tokens, calls};

  DisconnectRoom() {
    Connect(absl::Hours(9));
    store::MeetingRecord known;
    known.app_id = "app_1";
    known.number = kNumber;
    known.host = {{"user-1", "account-1"}, clock.Now()};
    known.deleted = {false, clock.Now()};
    REQUIRE(records.PutMeetings({&known, 1}).ok());
    transport.answer = [this](const ScriptedTransport::Seen& seen) {
      return seen.target == "/oauth/revoke" ? JsonAnswer(200, R"({"status":"success"})")
                                            : Answer(seen);
    };
  }

  bool IsGone() {
    const auto credential = records.GetCredential("cred_1");
    return !credential.ok() && ReasonOf(credential.status()) == Reason::kCredentialUnknown;
  }
  absl::Status Play() {
    if (IsGone()) return absl::OkStatus();
    return ToItsEnd(oauth::Disconnect(context, tokens, "cred_1", In(absl::Seconds(20)))).status();
  }
  void CheckDone() {
    CHECK(IsGone());
    CHECK(FindMeetings(records, kNumber)->empty());
    const auto token = ToItsEnd(tokens.Get("cred_1", In(absl::Seconds(20))));
    REQUIRE_FALSE(token.ok());
    CHECK(ReasonOf(token.status()) == Reason::kCredentialUnknown);
  }
  // It is what it was, or on its way out; Zoom is asked only when it is. What is on its
  // way needs nobody to ask for it again.
  void CheckNothingLost() {
    if (IsGone()) return CheckDone();
    const auto credential = records.GetCredential("cred_1");
    REQUIRE(credential.ok());
    if (credential->health == Health::kHealthy) {
      CHECK(transport.seen.empty());
      CHECK(ToItsEnd(tokens.Get("cred_1", In(absl::Seconds(20)))).ok());
      return;
    }
    CHECK(credential->health == Health::kDisconnecting);
    CHECK_FALSE(ToItsEnd(tokens.Get("cred_1", In(absl::Seconds(20)))).ok());
    const auto round = ToItsEnd(upkeep.Run(In(absl::Minutes(5))));
    REQUIRE(round.ok());
    CHECK(round->disconnected == 1);
    CheckDone();
  }
};

// The store of the room, and another process that has a second key.
struct RotationRoom : ActingRoom {
  static constexpr crypto::KeyId kOld = 7;
  static constexpr crypto::KeyId kNew = 8;
  static constexpr int kMeetings = 5;

  crypto::FixedKeys both{RingOf({kOld, kNew})};
  std::unique_ptr<store::Store> rotated = OpenWith(both.Current());
  store::Records rotating{*rotated, both, base::SystemRandom()};
  bool done = false;

  static crypto::KeyRing RingOf(std::vector<crypto::KeyId> ids) {
    std::vector<crypto::MasterKey> all;
    for (const crypto::KeyId id : ids) {
      const char fill = id == kOld ? 'k' : 'n';  // as OneKey() has it
      all.push_back({.id = id, .bytes = Secret(std::string(crypto::kMasterKeySize, fill))});
    }
    return *crypto::KeyRing::Make(std::move(all));
  }
  std::unique_ptr<store::Store> OpenWith(const crypto::KeyRing& ring) {
    auto opened =
        store::OpenSqliteStore(*store::PrepareFolder(folder / "store"), ring, base::SystemRandom());
    REQUIRE(opened.ok());
    return *std::move(opened);
  }

  RotationRoom() {
    rotated->WaitNoLongerThan(absl::ZeroDuration());
    Connect(absl::Hours(9));
    for (int i = 0; i < kMeetings; ++i) {
      store::MeetingRecord known;
      known.app_id = "app_1";
      known.number = kNumber + static_cast<std::uint64_t>(i);
      known.host = {{"user-1", "account-1"}, clock.Now()};
      known.deleted = {false, clock.Now()};
      REQUIRE(records.PutMeetings({&known, 1}).ok());
    }
    REQUIRE(records.PutAuthorization("state", {.app_id = "app_1", .expires_at = clock.Now()}).ok());
  }

  absl::Status Play() {
    store::KeySweep sweep(*rotated, both, base::SystemRandom(), 2);
    absl::StatusOr<bool> over = false;
    while (over.ok() && !*over) over = sweep.Step();
    done = over.ok() && sweep.report().done;
    return over.status();
  }
  void CheckWhole(store::Records& with) {
    CHECK(with.GetApp("app_1").ok());
    const auto credential = with.GetCredential("cred_1");
    REQUIRE(credential.ok());
    CHECK(credential->tokens.refresh_token == Secret("refresh-0"));
    for (int i = 0; i < kMeetings; ++i) {
      CHECK(FindMeetings(with, kNumber + static_cast<std::uint64_t>(i))->size() == 1);
    }
    CHECK(with.FindAuthorization("state")->has_value());
  }
  // The old key can go.
  void CheckDone() {
    CHECK(done);
    CHECK(*rotated->rotation().CountSealed(kOld) == 0);
    const auto store_after = OpenWith(RingOf({kNew}));
    store::Records after(*store_after, RingOf({kNew}), base::SystemRandom());
    CheckWhole(after);
  }
  void CheckNothingLost() { CheckWhole(rotating); }
};

TEST_SUITE("Each step failing in turn") {
  TEST_CASE("of a refresh") { CHECK(testing::EachStep<RefreshRoom>("refresh") > 40); }
  TEST_CASE("of a join") { CHECK(testing::EachStep<JoinRoom>("join") > 40); }
  TEST_CASE("of a join with several candidates") {
    CHECK(testing::EachStep<CandidatesRoom>("candidates") > 40);
  }
  TEST_CASE("of a sync") { CHECK(testing::EachStep<SyncRoom>("sync") > 40); }
  TEST_CASE("of a consent") { CHECK(testing::EachStep<ConsentRoom>("consent") > 40); }
  TEST_CASE("of a disconnect") { CHECK(testing::EachStep<DisconnectRoom>("disconnect") > 20); }
  TEST_CASE("of a change of keys") { CHECK(testing::EachStep<RotationRoom>("rotation") > 40); }
}

}  // namespace
}  // namespace joinpass
