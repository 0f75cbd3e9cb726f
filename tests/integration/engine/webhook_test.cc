// Webhooks as Zoom sends them, from what happens there to what a join finds.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "integration/engine/engine_scene.h"
#include "support/signed_webhook.h"

namespace joinpass {
namespace {

using testing::EngineScene;
using testing::kClientId;
using testing::kHank;
using testing::kJill;
using testing::NameOf;

constexpr char kSecret[] = "webhook-secret";
constexpr std::int64_t kNumber = 91234567890;

struct Scene : EngineScene {
  Scene() {
    AppSettings settings;
    settings.client_id = kClientId;
    settings.client_secret = Secret("example-secret");
    settings.webhook_secrets = {Secret(kSecret)};
    REQUIRE(engine->apps().Update(app_id, std::move(settings)).ok());
    REQUIRE(zoom->Subscribe(kClientId, kSecret).ok());
  }

  WebhookAnswer Receive(const fake_zoom::WebhookDelivery& delivery) {
    return engine->webhooks().Receive({.app_id = app_id,
                                       .headers = {{"x-zm-request-timestamp", delivery.timestamp},
                                                   {"x-zm-signature", delivery.signature}},
                                       .body = delivery.body});
  }

  // All that is due; gives what became of each: "meeting.created applied …".
  std::string Deliver() {
    std::string all;
    for (fake_zoom::WebhookDelivery& one : zoom->TakeWebhooks()) {
      const WebhookAnswer answer = Receive(one);
      absl::StrAppend(&all, answer.event, " ", std::string(WebhookOutcomeName(answer.outcome)),
                      " ");
      zoom->AnswerWebhook(std::move(one), answer.http_status);
    }
    return all;
  }

  std::string HostOf(std::string_view link) {
    const auto found = engine->directory().Resolve(*MeetingLink::Parse(link));
    return found.ok() ? found->candidates[0].credential_id : "";
  }

  void AddMeeting(const std::string& host, int type = 2) {
    fake_zoom::Meeting meeting;
    meeting.number = kNumber;
    meeting.host_id = host;
    meeting.type = type;
    meeting.start = zoom->Now() + absl::Hours(1);
    REQUIRE(zoom->AddMeeting(meeting).ok());
  }
};

TEST_SUITE("Webhooks") {
  TEST_CASE_FIXTURE(Scene, "keep the directory as it is at Zoom, without a sync") {
    const std::string jill = Connect(kJill);
    const std::string link = absl::StrCat(kNumber);
    AddMeeting(kJill);
    CHECK(HostOf(link).empty());
    CHECK(Deliver() == "meeting.created applied ");
    CHECK(HostOf(link) == jill);
    Advance(absl::Seconds(1));
    REQUIRE(zoom->ConvertMeeting(kNumber).ok());
    CHECK(Deliver() == "meeting.converted_to_webinar applied ");
    CHECK(engine->directory().Resolve(*MeetingLink::Parse(link))->candidates[0].rule ==
          MatchRule::kWebinar);
    Advance(absl::Seconds(1));
    REQUIRE(zoom->DeleteMeeting(kNumber).ok());
    CHECK(Deliver() == "webinar.deleted applied ");
    CHECK(HostOf(link).empty());
    Advance(absl::Seconds(1));
    REQUIRE(zoom->SetPmi(kJill, 4445556667).ok());
    CHECK(Deliver() ==
          "user.updated applied "
          // One that she had planned in her room.
          "meeting.deleted applied meeting.created applied ");
    CHECK(HostOf("4445556667") == jill);
    CHECK(HostOf(testing::kJillsRoom).empty());
    // Hank has not consented: Zoom does not tell.
    REQUIRE(zoom->SetPmi(kHank, 4445556668).ok());
    CHECK(Deliver().empty());
  }

  TEST_CASE_FIXTURE(Scene, "find the host of what no list shows") {
    const std::string jill = Connect(kJill);
    zoom->SetWebhookWay({.lost = 100});
    AddMeeting(kJill, 1);
    zoom->SetWebhookWay({});
    CHECK(Deliver().empty());
    REQUIRE(zoom->SetPresent(kJill, kNumber, true).ok());
    CHECK(Deliver() == "meeting.started applied ");
    CHECK(HostOf(absl::StrCat(kNumber)) == jill);
    CHECK(engine->directory()
              .Resolve(*MeetingLink::Parse(absl::StrCat(kNumber)))
              ->candidates[0]
              .rule == MatchRule::kInstant);
    Advance(absl::Seconds(1));
    REQUIRE(NameOf(Sync(jill)) == "ok");
    CHECK(HostOf(absl::StrCat(kNumber)) == jill);
    REQUIRE(zoom->SetPresent(kJill, kNumber, false).ok());
    CHECK(Deliver() == "meeting.ended ignored ");  // which is no news
    CHECK(HostOf(absl::StrCat(kNumber)) == jill);
  }

  TEST_CASE_FIXTURE(Scene, "come again until they are taken") {
    const std::string jill = Connect(kJill);
    AddMeeting(kJill);
    auto due = zoom->TakeWebhooks();
    REQUIRE(due.size() == 1);
    zoom->AnswerWebhook(std::move(due[0]), 503);
    CHECK(Deliver().empty());
    Advance(absl::Minutes(5));
    due = zoom->TakeWebhooks();
    REQUIRE(due.size() == 1);
    CHECK(Receive(due[0]).http_status == 204);
    zoom->AnswerWebhook(std::move(due[0]), 0);  // which got lost
    Advance(absl::Minutes(20));
    CHECK(Deliver() == "meeting.created duplicate ");
    Advance(absl::Hours(2));
    CHECK(Deliver().empty());
    CHECK(HostOf(absl::StrCat(kNumber)) == jill);
  }

  TEST_CASE_FIXTURE(Scene, "have a consent looked at that was taken back") {
    const std::string jill = Connect(kJill);
    REQUIRE(zoom->RevokeConsent(kClientId, kJill).ok());
    zoom->ResetCalls();
    CHECK(Deliver() == "app_deauthorized applied ");
    // In the background: Zoom is asked, refuses the token and then its refresh.
    zoom->AwaitCalls("token/refresh_token", 1);
    CHECK(NameOf(engine->Close(absl::Seconds(20))) == "ok");
    Reopen();
    const auto credential = engine->credentials().Get(jill);
    REQUIRE(credential.ok());
    CHECK(credential->health == Health::kReauthorizationRequired);
    CHECK(credential->cause == "revoked_or_expired");
  }

  TEST_CASE_FIXTURE(Scene, "believe nothing of a consent that is well") {
    const std::string jill = Connect(kJill);
    zoom->ResetCalls();
    // An old copy of what Zoom once said, in the hands of who knows the secret.
    const testing::SignedWebhook old(
        app_id, kSecret,
        absl::StrCat(R"({"event":"app_deauthorized","payload":{"account_id":"a","user_id":")",
                     engine->credentials().Get(jill)->user_id, R"(","client_id":")", kClientId,
                     R"("}})"),
        clock.Now());
    CHECK(engine->webhooks().Receive(old.Request()).outcome == WebhookOutcome::kApplied);
    zoom->AwaitCalls("users/me", 1);
    CHECK(NameOf(engine->Close(absl::Seconds(20))) == "ok");
    Reopen();
    CHECK(engine->credentials().Get(jill)->health == Health::kHealthy);
  }

  TEST_CASE_FIXTURE(Scene, "are not taken by an engine that is closed") {
    (void)Connect(kJill);
    REQUIRE(zoom->SetPmi(kJill, 4445556667).ok());
    REQUIRE(engine->Close(absl::Seconds(20)).ok());
    auto due = zoom->TakeWebhooks();
    REQUIRE_FALSE(due.empty());
    const WebhookAnswer answer = Receive(due[0]);
    CHECK(answer.http_status == 503);
    CHECK(NameOf(answer.why) == "cancelled");
  }

  TEST_CASE_FIXTURE(Scene, "leave what they did where every process sees it") {
    (void)Connect(kJill);
    AddMeeting(kJill);
    CHECK(Deliver() == "meeting.created applied ");
    (void)engine->webhooks().Receive({.app_id = app_id, .body = "{}"});
    Reopen();
    const auto status = engine->webhooks().GetStatus(app_id);
    REQUIRE(status.ok());
    CHECK(status->last_good_event == "meeting.created");
    CHECK(status->last_good_at > absl::InfinitePast());
    CHECK(status->last_bad_reason == "webhook_not_authentic");
    CHECK(status->last_bad_cause == "signature_missing");
    CHECK(NameOf(engine->webhooks().GetStatus("app_9")) == "app_unknown");
  }
}

}  // namespace
}  // namespace joinpass
