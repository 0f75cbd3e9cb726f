#include "directory/webhook_receiver.h"

#include <doctest/doctest.h>

#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "directory/resolver.h"
#include "support/engine_room.h"
#include "support/one_shot.h"
#include "support/signed_webhook.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;
using testing::SignedWebhook;
using Outcome = WebhookOutcome;

constexpr char kSecret[] = "webhook-secret";

// Does something else the n-th time that somebody asks for the keys, as whoever reads or
// writes a sealed row does.
class KeysAskedFor final : public crypto::KeySource {
 public:
  explicit KeysAskedFor(crypto::KeyRing ring) : ring_(std::move(ring)) {}
  crypto::KeyRing Current() override {
    if (++asked == then_at) then();
    return ring_;
  }
  absl::StatusOr<crypto::KeyRing> CurrentToSeal() override { return Current(); }

  int asked = 0;
  int then_at = 0;
  std::function<void()> then = [] {};

 private:
  const crypto::KeyRing ring_;
};

struct Scene : EngineRoom {
  ServingConsents consents{records};
  std::vector<std::string> validated;
  bool is_closing = false;
  bool holds = false;
  bool has_no_memory = false;
  WebhookReceiver receiver{records,
                           consents,
                           clock,
                           {.validate =
                                [this](std::string id) {
                                  validated.push_back(std::move(id));
                                  return !is_closing;
                                },
                            .later =
                                [this](std::function<void()> work) {
                                  if (has_no_memory) throw std::bad_alloc();
                                  if (is_closing) return false;
                                  if (holds) {
                                    waiting.push_back(std::move(work));
                                  } else {
                                    work();
                                  }
                                  return true;
                                }}};
  std::vector<std::function<void()>> waiting;  // of what is done later, if that is held

  Scene() {
    Connect(absl::Hours(1));
    store::AppRecord app = *records.GetApp("app_1");
    app.settings.webhook_secrets = {Secret("old"), Secret(kSecret)};
    REQUIRE(records.UpdateApp(app, clock.Now()).ok());
  }

  WebhookAnswer Receive(const std::string& body, absl::Duration signed_ago = absl::ZeroDuration(),
                        const std::string& app_id = "app_1") {
    return receiver.Receive(
        SignedWebhook(app_id, kSecret, body, clock.Now() - signed_ago).Request());
  }

  // An event that came to pass just now, or before.
  std::string Body(const std::string& event, const std::string& object,
                   absl::Duration ago = absl::ZeroDuration()) {
    return R"({"event":")" + event + R"(","event_ts":)" +
           std::to_string(absl::ToUnixMillis(clock.Now() - ago)) +
           R"(,"payload":{"account_id":"account-1","object":)" + object + "}}";
  }
  std::string Meeting(const std::string& event, const std::string& host = "user-1",
                      absl::Duration ago = absl::ZeroDuration()) {
    return Body(event, R"({"id":98765432109,"host_id":")" + host + R"(","type":2})", ago);
  }

  std::string HostOf(std::string_view link) {
    const auto found = Resolve(records, *MeetingLink::Parse(link), clock.Now());
    return found.ok() ? found->candidates[0].host_user_id : "";
  }
  WebhookStatus Status() {
    const auto status = receiver.GetStatus("app_1");
    REQUIRE(status.ok());
    return *status;
  }
};

TEST_SUITE("WebhookReceiver") {
  TEST_CASE_FIXTURE(Scene, "has a meeting known when it acknowledges it") {
    const WebhookAnswer made = Receive(Meeting("meeting.created"));
    CHECK(made.outcome == Outcome::kApplied);
    CHECK(made.http_status == 204);
    CHECK(made.body.empty());
    CHECK(made.event == "meeting.created");
    CHECK(HostOf("98765432109") == "user-1");
    clock.Advance(absl::Seconds(1));
    CHECK(Receive(Meeting("meeting.deleted")).outcome == Outcome::kApplied);
    CHECK(HostOf("98765432109").empty());
    clock.Advance(absl::Seconds(1));
    CHECK(Receive(Meeting("meeting.recovered")).outcome == Outcome::kApplied);
    CHECK(HostOf("98765432109") == "user-1");
  }

  TEST_CASE_FIXTURE(Scene, "knows what it received before, and so does every other") {
    const std::string body = Meeting("meeting.created");
    CHECK(Receive(body).outcome == Outcome::kApplied);
    const WebhookAnswer again = Receive(body);
    CHECK(again.outcome == Outcome::kDuplicate);
    CHECK(again.http_status == 204);
    ServingConsents their_consents{records};
    WebhookReceiver another(records, their_consents, clock, {.later = [](auto) { return false; }});
    const SignedWebhook late("app_1", kSecret, body, clock.Now() - absl::Hours(1));
    CHECK(another.Receive(late.Request()).outcome == Outcome::kDuplicate);
  }

  TEST_CASE_FIXTURE(Scene, "goes by when things happened, and not by when they were told") {
    CHECK(Receive(Meeting("meeting.deleted", "user-1", absl::Minutes(10))).outcome ==
          Outcome::kApplied);
    CHECK(Receive(Meeting("meeting.created", "user-1", absl::Minutes(20))).outcome ==
          Outcome::kApplied);
    CHECK(HostOf("98765432109").empty());
    // Zoom's third retry, with the first signature.
    const std::string moved = Meeting("meeting.recovered", "user-1", absl::Minutes(5));
    clock.Advance(absl::Minutes(85));
    CHECK(Receive(moved, absl::Minutes(85)).outcome == Outcome::kApplied);
    CHECK(HostOf("98765432109") == "user-1");
  }

  TEST_CASE_FIXTURE(Scene, "leaves what is two days old to a sync") {
    CHECK(Receive(Meeting("meeting.created", "user-1", absl::Hours(48))).outcome ==
          Outcome::kIgnored);
    CHECK(HostOf("98765432109").empty());
  }

  TEST_CASE_FIXTURE(Scene, "learns a new room and a new personal link at once") {
    CHECK(Receive(Body("user.updated", R"({"id":"user-1","pmi":1234567890,"vanity_name":"Jill"})"))
              .outcome == Outcome::kApplied);
    CHECK(HostOf("1234567890") == "user-1");
    CHECK(HostOf("https://zoom.us/my/jill") == "user-1");
    clock.Advance(absl::Seconds(1));
    Receive(Body("user.updated", R"({"id":"user-1","pmi":1234567899})"));
    CHECK(HostOf("1234567890").empty());
    CHECK(HostOf("1234567899") == "user-1");
    clock.Advance(absl::Seconds(1));
    Receive(Body("user.deactivated", R"({"id":"user-1","type":3})"));
    CHECK(HostOf("1234567899").empty());
    clock.Advance(absl::Seconds(1));
    Receive(Body("user.activated", R"({"id":"user-1","type":1})"));
    CHECK(HostOf("1234567899") == "user-1");
  }

  TEST_CASE_FIXTURE(Scene, "keeps nothing of who has not consented, and acknowledges it") {
    for (const std::string& body :
         {Meeting("meeting.started", "user-2"), Meeting("meeting.created", "user-2"),
          Body("user.updated", R"({"id":"user-2","pmi":5})"), Meeting("meeting.participant_joined"),
          Body("user.settings_updated", R"({"id":"u"})")}) {
      const WebhookAnswer answer = Receive(body);
      CHECK(answer.outcome == Outcome::kIgnored);
      CHECK(answer.http_status == 204);
    }
    CHECK(HostOf("98765432109").empty());
    CHECK(Receive(Meeting("meeting.created")).outcome == Outcome::kApplied);
    clock.Advance(absl::Seconds(1));
    CHECK(Receive(Meeting("meeting.updated", "user-2")).outcome == Outcome::kApplied);
    CHECK(HostOf("98765432109").empty());
    const auto found = records.FindNumber(98765432109, store::Records::Deleted::kShown);
    REQUIRE(found.ok());
    REQUIRE(found->meetings.size() == 1);
    CHECK(found->meetings[0].host.value.user_id == "user-1");  // not the stranger
  }

  TEST_CASE_FIXTURE(Scene, "has a consent looked at that Zoom says was taken back, and no more") {
    const auto body = [](const std::string& user, const std::string& client) {
      return R"({"event":"app_deauthorized","payload":{"account_id":"account-1","user_id":")" +
             user + R"(","client_id":")" + client + R"(","event_ts":"2024-09-08 15:58:40"}})";
    };
    CHECK(Receive(body("user-2", "client")).outcome == Outcome::kIgnored);
    CHECK(Receive(body("user-1", "another")).outcome == Outcome::kIgnored);
    CHECK(validated.empty());
    CHECK(Receive(body("user-1", "client")).outcome == Outcome::kApplied);
    CHECK(validated == std::vector<std::string>{"cred_1"});
    CHECK(Receive(body("user-1", "client")).outcome == Outcome::kDuplicate);
    CHECK(validated.size() == 1);
    CHECK(Stored().health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(Scene, "answers the URL challenge by the secret that signed it") {
    const std::string body = R"({"payload":{"plainToken":"abc"},"event_ts":1654503849680,)"
                             R"("event":"endpoint.url_validation"})";
    const WebhookAnswer answer = Receive(body);
    CHECK(answer.outcome == Outcome::kChallenge);
    CHECK(answer.http_status == 200);
    CHECK(answer.content_type == "application/json");
    CHECK(answer.body == *zoom::AnswerChallenge(Secret(kSecret), "abc"));
    CHECK(Receive(body).outcome == Outcome::kChallenge);
    SignedWebhook forged("app_1", "not-the-secret", body, clock.Now());
    const WebhookAnswer refused = receiver.Receive(forged.Request());
    CHECK(refused.http_status == 401);
    CHECK(refused.body.empty());
    const WebhookAnswer oracle =
        Receive(R"({"payload":{"plainToken":"v0:1:{}"},"event":"endpoint.url_validation"})");
    CHECK(oracle.http_status == 400);
    CHECK(oracle.body.empty());
  }

  TEST_CASE_FIXTURE(Scene, "says by its HTTP status whether Zoom shall bring it again") {
    const std::string good = Meeting("meeting.created");
    struct Row {
      const char* what;
      WebhookAnswer answer;
      int status;
      Outcome outcome;
      Reason reason;
    };
    SignedWebhook forged("app_1", "another", good, clock.Now());
    for (const Row& row : {
             Row{"forged", receiver.Receive(forged.Request()), 401, Outcome::kRefused,
                 Reason::kWebhookNotAuthentic},
             Row{"stale", Receive(good, absl::Hours(3)), 401, Outcome::kRefused,
                 Reason::kWebhookNotAuthentic},
             Row{"broken", Receive(good + "x"), 400, Outcome::kRefused, Reason::kWebhookInvalid},
             Row{"lacking", Receive(Body("meeting.created", "{}")), 400, Outcome::kRefused,
                 Reason::kWebhookInvalid},
             Row{"large", Receive(std::string(300'000, ' ')), 413, Outcome::kRefused,
                 Reason::kWebhookInvalid},
             Row{"of nobody", Receive(good, absl::ZeroDuration(), "app_9"), 404, Outcome::kRefused,
                 Reason::kAppUnknown},
         }) {
      CAPTURE(row.what);
      CHECK(row.answer.http_status == row.status);
      CHECK(row.answer.outcome == row.outcome);
      REQUIRE_FALSE(row.answer.why.ok());
      CHECK(ReasonOf(row.answer.why) == row.reason);
      CHECK(row.answer.body.empty());
    }
    CHECK(HostOf("98765432109").empty());
    store::AppRecord app = *records.GetApp("app_1");
    app.settings.webhook_secrets = {};
    REQUIRE(records.UpdateApp(app, clock.Now()).ok());
    const WebhookAnswer without = Receive(good);
    CHECK(without.http_status == 503);
    CHECK(without.outcome == Outcome::kFailed);
    CHECK(ReasonOf(without.why) == Reason::kWebhookSecretMissing);
  }

  TEST_CASE_FIXTURE(Scene, "acknowledges nothing that it could not keep") {
    const std::string journal = folder / "store/directory.db-journal";
    std::filesystem::remove(journal);
    REQUIRE(std::filesystem::create_directory(journal));
    const std::string body = Meeting("meeting.created");
    const WebhookAnswer failed = Receive(body);
    CHECK(failed.http_status == 503);
    CHECK(failed.outcome == Outcome::kFailed);
    CHECK(failed.event == "meeting.created");
    std::filesystem::remove(journal);
    CHECK(Receive(body).outcome == Outcome::kApplied);
    CHECK(HostOf("98765432109") == "user-1");
  }

  TEST_CASE_FIXTURE(Scene,
                    "leaves a user's meetings where they are if an account has another name") {
    CHECK(Receive(Meeting("meeting.created")).outcome == Outcome::kApplied);
    clock.Advance(absl::Seconds(1));
    std::string renamed = Body("user.updated", R"({"id":"user-1","email":"jill@acme.example"})");
    renamed.replace(renamed.find("account-1"), 9, "account-2");
    CHECK(Receive(renamed).outcome == Outcome::kApplied);
    CHECK(HostOf("98765432109") == "user-1");
    CHECK((*records.FindHost("app_1", "user-1"))->account_id.value == "account-1");
  }

  TEST_CASE_FIXTURE(Scene, "takes what has no time of its own as often as it comes") {
    const std::string deleted =
        R"({"event":"meeting.deleted","payload":{"account_id":"account-1","object":)"
        R"({"id":98765432109,"host_id":"user-1","type":2}}})";
    for (int i = 0; i < 2; ++i) {
      CHECK(Receive(Meeting("meeting.recovered")).outcome == Outcome::kApplied);
      CHECK(HostOf("98765432109") == "user-1");
      clock.Advance(absl::Seconds(2));
      CHECK(Receive(deleted).outcome == Outcome::kApplied);
      CHECK(HostOf("98765432109").empty());
      clock.Advance(absl::Seconds(2));
    }
  }

  TEST_CASE_FIXTURE(Scene, "serves an app for accounts by the account that an event names") {
    store::AppRecord app;
    app.id = "app_2";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client-2";
    app.settings.webhook_secrets = {Secret(kSecret)};
    REQUIRE(records.CreateApp(app).ok());
    for (const char* account : {"account-1", "account-2"}) {
      store::CredentialRecord credential =
          Consent(std::string("cred_of_") + account, "", absl::Hours(1));
      credential.app_id = "app_2";
      credential.app_kind = AppKind::kAccountManaged;
      credential.account_id = account;
      REQUIRE(records.PutConsented(credential).ok());
    }
    const auto receive = [&](std::string body, const std::string& account) {
      clock.Advance(absl::Seconds(1));
      const std::size_t at = body.find("account-1");
      body.replace(at, 9, account);
      return Receive(body, absl::ZeroDuration(), "app_2").outcome;
    };
    CHECK(receive(Meeting("meeting.created", "u"), "account-9") == Outcome::kIgnored);
    CHECK(receive(Meeting("meeting.created", "u"), "account-2") == Outcome::kApplied);
    const auto found = Resolve(records, *MeetingLink::Parse("98765432109"), clock.Now());
    REQUIRE(found.ok());
    CHECK(found->candidates[0].credential_id == "cred_of_account-2");
    // Another account says nothing of him, and takes nothing away.
    CHECK(receive(Meeting("meeting.deleted", "u"), "account-1") == Outcome::kIgnored);
    CHECK(receive(Body("meeting.deleted", R"({"id":98765432109})"), "account-1") ==
          Outcome::kIgnored);
    CHECK(receive(Body("user.disassociated", R"({"id":"u"})"), "account-1") == Outcome::kIgnored);
    CHECK(HostOf("98765432109") == "u");
    CHECK(receive(Body("meeting.deleted", R"({"id":98765432109})"), "account-2") ==
          Outcome::kApplied);
    CHECK(HostOf("98765432109").empty());
    // The same number in another app is another meeting.
    CHECK(Receive(Meeting("meeting.started")).outcome == Outcome::kApplied);
    CHECK(receive(Meeting("meeting.started", "u"), "account-2") == Outcome::kApplied);
  }

  TEST_CASE_FIXTURE(Scene, "keeps nothing of a consent that is taken away meanwhile") {
    int removed = 0;
    for (int then_at = 1; then_at < 60; ++then_at) {
      CAPTURE(then_at);
      EngineRoom room;
      room.Connect(absl::Hours(1));
      store::AppRecord app = *room.records.GetApp("app_1");
      app.settings.webhook_secrets = {Secret(kSecret)};
      REQUIRE(room.records.UpdateApp(app, room.clock.Now()).ok());
      KeysAskedFor asked(room.keys);
      store::Records slow(*room.store, asked, base::SystemRandom());
      ServingConsents serving(slow);
      WebhookReceiver there(slow, serving, room.clock, {.later = [](auto) { return false; }});
      asked.then_at = then_at;
      asked.then = [&] {
        REQUIRE(*room.records.BeginDisconnect("cred_1", room.clock.Now()));
        REQUIRE(*room.records.RemoveCredential(room.Stored()));
        ++removed;
      };
      const SignedWebhook told("app_1", kSecret, Meeting("meeting.created"), room.clock.Now());
      (void)there.Receive(told.Request());
      const bool is_there = room.records.GetCredential("cred_1").ok();
      CHECK(is_there == (asked.asked < then_at));
      CHECK(room.records.FindNumber(98765432109)->meetings.empty() != is_there);
      CHECK((*room.records.FindHost("app_1", "user-1")).has_value() == is_there);
    }
    CHECK(removed > 10);
    CHECK(removed < 59);
  }

  TEST_CASE_FIXTURE(Scene, "asks for no validation that will not be, and says so") {
    is_closing = true;
    const WebhookAnswer answer = Receive(
        R"({"event":"app_deauthorized","payload":{"account_id":"account-1","user_id":"user-1"}})");
    CHECK(answer.http_status == 503);
    CHECK(ReasonOf(answer.why) == Reason::kCancelled);
    CHECK(validated == std::vector<std::string>{"cred_1"});  // without a client id, too
  }

  TEST_CASE_FIXTURE(Scene, "lets no answer wait for a note, and has one wait at a time") {
    holds = true;
    Receive("x");
    CHECK(Status().last_bad_reason.empty());
    clock.Advance(absl::Hours(2));
    Receive("x");
    Receive(Meeting("meeting.participant_joined"));
    // A bad one, a good one, and what is to be forgotten.
    CHECK(waiting.size() == 3);
    for (const auto& work : std::exchange(waiting, {})) work();
    CHECK(Status().last_bad_reason == "webhook_invalid");
    CHECK(Status().last_good_event == "meeting.participant_joined");
    clock.Advance(absl::Hours(1));
    Receive("x");
    CHECK(waiting.size() == 1);
    // Of an app that is not there nothing is.
    Receive("x", absl::ZeroDuration(), "app_9");
    CHECK(waiting.size() == 1);
    CHECK((*records.GetWebhookNotes("app_9")).bad_at == absl::InfinitePast());
  }

  TEST_CASE_FIXTURE(Scene, "writes notes again once that can be done") {
    has_no_memory = true;
    CHECK_THROWS_AS(Receive("x"), std::bad_alloc);
    has_no_memory = false;
    is_closing = true;
    clock.Advance(absl::Seconds(1));
    Receive("x");
    is_closing = false;
    clock.Advance(absl::Seconds(1));
    Receive("x");
    CHECK(Status().last_bad_at == clock.Now());
  }

  TEST_CASE_FIXTURE(Scene, "waits for no clock that was set back") {
    clock.Advance(absl::Hours(24));
    Receive("x");
    clock.Advance(-absl::Hours(23));
    const absl::Time now = clock.Now();
    Receive("x");
    CHECK(Status().last_bad_at == now);
  }

  TEST_CASE_FIXTURE(Scene, "forgets what is old, also where nobody syncs") {
    Receive(Meeting("meeting.deleted"));
    const auto is_remembered = [&] {
      return !records.FindNumber(98765432109, store::Records::Deleted::kShown)->meetings.empty();
    };
    CHECK(is_remembered());
    clock.Advance(absl::Hours(49));
    Receive(Meeting("meeting.participant_joined"));
    CHECK_FALSE(is_remembered());
  }

  TEST_CASE_FIXTURE(Scene, "shows the last good and the last bad one") {
    CHECK(Status().last_good_at == absl::InfinitePast());
    CHECK(Status().last_bad_at == absl::InfinitePast());
    CHECK(Status().last_bad_reason.empty());
    const absl::Time begun = clock.Now();
    Receive(Meeting("meeting.created"));
    Receive("x");
    CHECK(Status().last_good_at == begun);
    CHECK(Status().last_good_event == "meeting.created");
    CHECK(Status().last_bad_at == begun);
    CHECK(Status().last_bad_reason == "webhook_invalid");
    CHECK(Status().last_bad_cause == "body_broken");
    // A flood of them is not a flood of writes; what is applied is noted each time.
    clock.Advance(absl::Milliseconds(999));
    receiver.Receive({.app_id = "app_1"});
    CHECK(Status().last_bad_cause == "body_broken");
    Receive(Meeting("meeting.participant_joined"));
    CHECK(Status().last_good_event == "meeting.created");
    Receive(Meeting("meeting.deleted"));
    CHECK(Status().last_good_event == "meeting.deleted");
    clock.Advance(absl::Milliseconds(1));
    receiver.Receive({.app_id = "app_1"});
    CHECK(Status().last_bad_cause == "signature_missing");
    CHECK(Status().last_bad_at == begun + absl::Seconds(1));
    clock.Advance(absl::Seconds(1));
    Receive(Meeting("meeting.participant_left"));
    CHECK(Status().last_good_event == "meeting.participant_left");
    CHECK(ReasonOf(receiver.GetStatus("app_9").status()) == Reason::kAppUnknown);
  }
}

}  // namespace
}  // namespace joinpass::directory
