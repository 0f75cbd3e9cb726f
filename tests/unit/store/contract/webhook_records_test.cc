#include <doctest/doctest.h>

#include "unit/store/contract/directory_fixture.h"

namespace joinpass::store {
namespace {

TEST_SUITE("Webhooks in the store") {
  TEST_CASE_FIXTURE(StoreFixture, "are known by app and body, for three hours") {
    const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
    CHECK_FALSE(Must(records.KnowsWebhook("app_1", "{}")));
    REQUIRE(records.NoteWebhook({"app_1", "{}", "meeting.created"}, now).ok());
    CHECK(Must(records.KnowsWebhook("app_1", "{}")));
    CHECK_FALSE(Must(records.KnowsWebhook("app_1", "{} ")));
    CHECK_FALSE(Must(records.KnowsWebhook("app_2", "{}")));
    REQUIRE(records.NoteWebhook({"app_1", "{}", "meeting.created"}, now).ok());
    REQUIRE(records.NoteWebhook({"app_1", "[]", "a"}, now + absl::Hours(3)).ok());
    CHECK(Must(records.KnowsWebhook("app_1", "{}")));
    REQUIRE(records.NoteWebhook({"app_1", "()", "a"}, now + absl::Hours(3) + absl::Milliseconds(1))
                .ok());
    CHECK_FALSE(Must(records.KnowsWebhook("app_1", "{}")));
    CHECK(Must(records.KnowsWebhook("app_1", "[]")));
    // By a clock that was ahead nothing is kept for longer.
    REQUIRE(records.NoteWebhook({"app_1", "<>", "a"}, now + absl::Hours(24 * 365)).ok());
    REQUIRE(records.NoteWebhook({"app_1", "!", "a"}, now + absl::Hours(4)).ok());
    CHECK_FALSE(Must(records.KnowsWebhook("app_1", "<>")));
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are there with what they told, or not at all") {
    const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
    const HostRecord ann = HostOf("app_1", "ann", 7'000'000'001, "ann", now);
    const MeetingRecord meeting = MeetingOf("app_1", kNumber, "ann", now);
    const Records::Webhook webhook = {"app_1", "{}", "meeting.created"};
    REQUIRE(records.PutByWebhook(webhook, ann, std::array{meeting}, now).ok());
    CHECK(Must(records.KnowsWebhook("app_1", "{}")));
    CHECK(Must(records.GetWebhookNotes("app_1")).good_event == "meeting.created");
    CHECK(Must(records.FindHost("app_1", "ann"))->vanity_name.value == "ann");
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
    // What tells nothing new came, too.
    REQUIRE(records.PutByWebhook({"app_1", "[]", "a"}, ann, std::array{meeting}, now).ok());
    CHECK(Must(records.KnowsWebhook("app_1", "[]")));

    WebhookNote note = {.app_id = "app_1", .event = "b", .body_key = "key", .now = now};
    const MeetingChange lonely = {.row = sealer.SealMeeting(MeetingOf("app_1", 7, "bob", now))};
    CHECK(Must(store.Change({.meetings = {lonely}, .webhook = note})) == Outcome::kMoved);
    CHECK_FALSE(Must(opened.store->webhooks().Knows({"key"})));
    CHECK(Must(records.GetWebhookNotes("app_1")).good_event == "a");
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "move a host, and tell of a meeting of his in one") {
    HostRecord ann = HostOf("app_1", "ann", kRoom, "ann", At(-60));
    Put(ann);
    Put(MeetingOf("app_1", kRoom, "ann", At(-60)));
    Put(MeetingOf("app_1", kNumber, "ann", At(-60)));
    ann.account_id = {"another account", At(0)};
    ann.personal_meeting_id = {kRoom + 1, At(0)};
    const Records::Webhook webhook = {"app_1", "{}", "user.updated"};
    const MeetingRecord left = Deleted(At(0), kRoom);
    REQUIRE(records.PutByWebhook(webhook, ann, std::array{left}, At(0)).ok());
    CHECK(Must(records.FindHost("app_1", "ann"))->account_id.value == "another account");
    CHECK(Stored(kRoom).deleted.value);
    CHECK(Must(FindMeetings(records, kNumber)).empty());  // of the account before
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "bring a host along of whom they say nothing else") {
    const HostRecord bob = {.app_id = "app_1", .user_id = "bob"};
    const Records::Webhook webhook = {"app_1", "{}", "meeting.started"};
    const MeetingRecord meeting = MeetingOf("app_1", kNumber, "bob", At(0));
    REQUIRE(records.PutByWebhook(webhook, bob, std::array{meeting}, At(0)).ok());
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
    CHECK(Must(records.FindHost("app_1", "bob"))->account_id.value == "account");
  }

  TEST_CASE_FIXTURE(StoreFixture, "leave the last good and the last bad one of each app") {
    const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
    CHECK(Must(records.GetWebhookNotes("app_1")).good_at == absl::InfinitePast());
    CHECK(Must(records.GetWebhookNotes("app_1")).bad_at == absl::InfinitePast());
    REQUIRE(records.NoteWebhook({"app_1", "{}", "meeting.created"}, now).ok());
    REQUIRE(records
                .NoteBadWebhook("app_1", Reason::kWebhookNotAuthentic, Cause::kSignatureWrong,
                                now + absl::Seconds(1))
                .ok());
    REQUIRE(records.NoteBadWebhook("app_2", Reason::kWebhookSecretMissing, Cause::kNone, now).ok());
    REQUIRE(records.NoteWebhook({"app_1", "", "user.updated"}, now + absl::Seconds(2)).ok());
    const WebhookNotes notes = Must(records.GetWebhookNotes("app_1"));
    CHECK(notes.good_at == now + absl::Seconds(2));
    CHECK(notes.good_event == "user.updated");
    CHECK(notes.bad_at == now + absl::Seconds(1));
    CHECK(notes.bad_reason == Reason::kWebhookNotAuthentic);
    CHECK(notes.bad_cause == Cause::kSignatureWrong);
    CHECK(Must(records.GetWebhookNotes("app_2")).good_at == absl::InfinitePast());
    CHECK_FALSE(Must(records.KnowsWebhook("app_1", "")));
  }

  TEST_CASE_FIXTURE(StoreFixture, "go with their app") {
    AppRecord app;
    app.id = "app_2";
    app.settings.client_id = "client-2";
    REQUIRE(records.CreateApp(app).ok());
    REQUIRE(records.NoteWebhook({"app_2", "{}", "a"}, absl::FromUnixSeconds(1'700'000'000)).ok());
    REQUIRE(records.RemoveApp("app_2").ok());
    CHECK(Must(records.GetWebhookNotes("app_2")).good_at == absl::InfinitePast());
  }
}

}  // namespace
}  // namespace joinpass::store
