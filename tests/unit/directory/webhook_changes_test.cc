#include "directory/webhook_changes.h"

#include <doctest/doctest.h>

#include <string>

namespace joinpass::directory {
namespace {

using What = zoom::MeetingNews::What;
using Kind = zoom::HostedMeeting::Kind;
using store::MeetingKind;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const absl::Time kAt = kNow - absl::Seconds(2);

zoom::WebhookEvent OfMeeting(What what, Kind kind = Kind::kScheduled,
                             const std::string& host = "user-1") {
  return {.name = "a.b",
          .account_id = "account-1",
          .news = zoom::MeetingNews{.what = what, .number = 98765432109, .meeting = {host, kind}}};
}

WebhookScene Served(AppKind kind = AppKind::kUserManaged) {
  return {.app_id = "app_1", .kind = kind, .is_served = true};
}
WebhookScene NotServed(AppKind kind = AppKind::kUserManaged) {
  return {.app_id = "app_1", .kind = kind};
}

store::MeetingRecord Known(const std::string& host, bool deleted = false) {
  return {.app_id = "app_1",
          .number = 98765432109,
          .host = {{host, "account-1"}, kAt},
          .deleted = {deleted, kAt}};
}

TEST_SUITE("ChangesOf an event") {
  TEST_CASE("of a meeting says whose it is, of what kind, and whether it is there") {
    struct Row {
      What what;
      Kind said;
      MeetingKind kind;
      std::optional<bool> deleted;
    };
    for (const Row& row : {
             Row{What::kIs, Kind::kScheduled, MeetingKind::kScheduled, false},
             Row{What::kIs, Kind::kInstant, MeetingKind::kInstant, false},
             Row{What::kIs, Kind::kWebinar, MeetingKind::kWebinar, false},
             // No list has shown it.
             Row{What::kStarted, Kind::kScheduled, MeetingKind::kInstant, false},
             Row{What::kStarted, Kind::kWebinar, MeetingKind::kWebinar, false},
             Row{What::kEnded, Kind::kScheduled, MeetingKind::kInstant, {}},
             Row{What::kGone, Kind::kScheduled, MeetingKind::kScheduled, true},
             Row{What::kGone, Kind::kWebinar, MeetingKind::kWebinar, true},
         }) {
      CAPTURE(static_cast<int>(row.what));
      CAPTURE(static_cast<int>(row.said));
      const WebhookChanges changes = ChangesOf(OfMeeting(row.what, row.said), Served(), kAt);
      CHECK_FALSE(changes.host);
      REQUIRE(changes.meeting);
      CHECK(changes.meeting->app_id == "app_1");
      CHECK(changes.meeting->number == 98765432109);
      const store::MeetingHost host = {"user-1", "account-1", row.kind};
      CHECK(changes.meeting->host == store::Learnt<store::MeetingHost>{host, kAt});
      CHECK(changes.meeting->deleted ==
            (row.deleted ? store::Learnt<bool>{*row.deleted, kAt} : store::Learnt<bool>()));
    }
  }

  TEST_CASE("that a meeting runs is no news where it is known") {
    for (const What what : {What::kStarted, What::kEnded}) {
      WebhookScene scene = Served();
      scene.known = Known("user-1");
      CHECK_FALSE(ChangesOf(OfMeeting(what), scene, kAt).meeting);
      scene.known = Known("user-2");
      CHECK(ChangesOf(OfMeeting(what), scene, kAt).meeting);
      scene.known = Known("user-1", true);
      CHECK(ChangesOf(OfMeeting(what), scene, kAt).meeting);
    }
    WebhookScene scene = Served();
    scene.known = Known("user-1");
    CHECK(ChangesOf(OfMeeting(What::kIs), scene, kAt).meeting);
    CHECK(ChangesOf(OfMeeting(What::kGone), scene, kAt).meeting);
  }

  TEST_CASE("of a personal room says whose room it is") {
    for (const What what : {What::kIs, What::kStarted, What::kEnded}) {
      const auto changes = ChangesOf(OfMeeting(what, Kind::kPersonalRoom), Served(), kAt);
      CHECK_FALSE(changes.meeting);
      REQUIRE(changes.host);
      CHECK(changes.host->user_id == "user-1");
      CHECK(changes.host->account_id == store::Learnt<std::string>{"account-1", kAt});
      CHECK(changes.host->personal_meeting_id == store::Learnt<std::uint64_t>{98765432109, kAt});
      CHECK_FALSE(ChangesOf(OfMeeting(what, Kind::kPersonalRoom), NotServed(), kAt).host);
    }
    const auto gone = ChangesOf(OfMeeting(What::kGone, Kind::kPersonalRoom), Served(), kAt);
    CHECK_FALSE(gone.host);
    CHECK_FALSE(gone.meeting);
  }

  TEST_CASE("keeps nothing of who has not consented") {
    for (const What what : {What::kStarted, What::kEnded, What::kGone}) {
      CHECK_FALSE(ChangesOf(OfMeeting(what), NotServed(), kAt).meeting);
    }
    CHECK_FALSE(ChangesOf(OfMeeting(What::kIs), NotServed(AppKind::kAccountManaged), kAt).meeting);
    // It may have been another's, who has, and of whom is told later.
    const auto handed_over = ChangesOf(OfMeeting(What::kIs), NotServed(), kAt);
    REQUIRE(handed_over.meeting);
    CHECK(handed_over.meeting->host == store::Learnt<store::MeetingHost>());
    CHECK(handed_over.meeting->deleted == store::Learnt<bool>{true, kAt});
  }

  TEST_CASE("that does not say whose it was takes a meeting away all the same") {
    const auto gone =
        ChangesOf(OfMeeting(What::kGone, Kind::kScheduled, ""), NotServed(), kAt).meeting;
    REQUIRE(gone);
    CHECK(gone->host == store::Learnt<store::MeetingHost>());
    CHECK(gone->deleted == store::Learnt<bool>{true, kAt});
  }

  TEST_CASE("of a user says what changed") {
    const auto changes = [](zoom::UserNews news) {
      news.user_id = "user-1";
      const zoom::WebhookEvent event = {.account_id = "account-1", .news = std::move(news)};
      CHECK_FALSE(ChangesOf(event, NotServed(), kAt).host);
      CHECK_FALSE(ChangesOf(event, Served(), kAt).meeting);
      auto host = ChangesOf(event, Served(), kAt).host;
      REQUIRE(host);
      CHECK(host->account_id == store::Learnt<std::string>{"account-1", kAt});
      return *std::move(host);
    };
    const absl::Time never = absl::InfinitePast();
    const auto room = changes({.personal_meeting_id = 1234567890});
    CHECK(room.personal_meeting_id == store::Learnt<std::uint64_t>{1234567890, kAt});
    CHECK(room.vanity_name.at == never);
    CHECK(room.email.at == never);
    CHECK(room.inactive.at == never);
    CHECK(changes({.vanity_name = ""}).vanity_name == store::Learnt<std::string>{"", kAt});
    CHECK(changes({.email = "a@b.c"}).email == store::Learnt<std::string>{"a@b.c", kAt});
    CHECK(changes({.is_active = false}).inactive == store::Learnt<bool>{true, kAt});
    CHECK(changes({.is_active = true}).inactive == store::Learnt<bool>{false, kAt});
  }

  TEST_CASE("that says nothing of the directory changes nothing") {
    for (const auto& news : {decltype(zoom::WebhookEvent::news)(),
                             decltype(zoom::WebhookEvent::news)(zoom::Deauthorization{"u", "c"}),
                             decltype(zoom::WebhookEvent::news)(zoom::UrlChallenge{"t"})}) {
      const auto changes = ChangesOf({.news = news}, Served(), kAt);
      CHECK_FALSE(changes.host);
      CHECK_FALSE(changes.meeting);
    }
  }
}

TEST_SUITE("HappenedAt") {
  TEST_CASE("is what the event says, but not after it was signed") {
    struct Row {
      absl::Time said;
      absl::Time signed_at;
      absl::Time happened_at;
    };
    const absl::Duration millis = absl::Milliseconds(999);
    for (const Row& row : {
             Row{kNow - absl::Hours(1), kNow, kNow - absl::Hours(1)},
             Row{kNow + millis, kNow, kNow + millis},
             Row{kNow + absl::Seconds(1), kNow, kNow + millis},
             Row{absl::InfiniteFuture(), kNow, kNow + millis},
             Row{absl::InfinitePast(), kNow, kNow},
             Row{absl::InfinitePast(), kNow - absl::Hours(1), kNow - absl::Hours(1)},
             // Later than anything can have been learnt it would count as unknown.
             Row{kNow + absl::Hours(1), kNow + absl::Minutes(5), kNow + absl::Minutes(5)},
         }) {
      CHECK(HappenedAt(row.said, row.signed_at, kNow) == row.happened_at);
    }
  }

  TEST_CASE("is too old once what was said since may be forgotten") {
    CHECK_FALSE(IsTooOld(kNow - absl::Hours(47), kNow));
    CHECK(IsTooOld(kNow - absl::Hours(47) - absl::Milliseconds(1), kNow));
  }
}

}  // namespace
}  // namespace joinpass::directory
