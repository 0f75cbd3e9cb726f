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
  return {.app_id = "app_1", .kind = kind, .is_served = true, .account_id = "account-1"};
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
      REQUIRE(changes.meetings.size() == 1);
      const store::MeetingRecord& meeting = changes.meetings[0];
      CHECK(meeting.app_id == "app_1");
      CHECK(meeting.number == 98765432109);
      const store::MeetingHost host = {"user-1", "account-1", row.kind};
      CHECK(meeting.host == store::Learnt<store::MeetingHost>{host, kAt});
      CHECK(meeting.deleted ==
            (row.deleted ? store::Learnt<bool>{*row.deleted, kAt} : store::Learnt<bool>()));
    }
  }

  TEST_CASE("that a meeting runs is no news where it is known") {
    for (const What what : {What::kStarted, What::kEnded}) {
      WebhookScene scene = Served();
      scene.known = Known("user-1");
      CHECK(ChangesOf(OfMeeting(what), scene, kAt).IsEmpty());
      scene.known = Known("user-2");
      CHECK(ChangesOf(OfMeeting(what), scene, kAt).meetings.size() == 1);
      scene.known = Known("user-1", true);
      CHECK(ChangesOf(OfMeeting(what), scene, kAt).meetings.size() == 1);
    }
    WebhookScene scene = Served();
    scene.known = Known("user-1");
    CHECK(ChangesOf(OfMeeting(What::kIs), scene, kAt).meetings.size() == 1);
    CHECK(ChangesOf(OfMeeting(What::kGone), scene, kAt).meetings.size() == 1);
  }

  TEST_CASE("of a personal room says whose room it is") {
    for (const What what : {What::kIs, What::kMoved, What::kStarted}) {
      const auto changes = ChangesOf(OfMeeting(what, Kind::kPersonalRoom), Served(), kAt);
      CHECK(changes.meetings.empty());
      REQUIRE(changes.host);
      CHECK(changes.host->user_id == "user-1");
      CHECK(changes.host->account_id == store::Learnt<std::string>{"account-1", kAt});
      CHECK(changes.host->personal_meeting_id == store::Learnt<std::uint64_t>{98765432109, kAt});
      CHECK(changes.host->inactive.at == (what == What::kStarted ? kAt : absl::InfinitePast()));
    }
    // It does not go; and one that ends may have been his before only.
    for (const What what : {What::kGone, What::kEnded}) {
      CHECK(ChangesOf(OfMeeting(what, Kind::kPersonalRoom), Served(), kAt).IsEmpty());
    }
  }

  TEST_CASE("keeps nothing of who has not consented") {
    for (const What what : {What::kIs, What::kStarted, What::kEnded, What::kGone}) {
      CHECK(ChangesOf(OfMeeting(what), NotServed(), kAt).IsEmpty());
      CHECK(ChangesOf(OfMeeting(what, Kind::kPersonalRoom), NotServed(), kAt).IsEmpty());
    }
    CHECK(ChangesOf(OfMeeting(What::kMoved), NotServed(AppKind::kAccountManaged), kAt).IsEmpty());
    // It was another's, who has, and of whom may be told later.
    const auto handed_over = ChangesOf(OfMeeting(What::kMoved), NotServed(), kAt);
    REQUIRE(handed_over.meetings.size() == 1);
    CHECK(handed_over.meetings[0].host == store::Learnt<store::MeetingHost>());
    CHECK(handed_over.meetings[0].deleted == store::Learnt<bool>{true, kAt});
  }

  TEST_CASE("that does not say whose it was takes away what is known to be of the account") {
    struct Row {
      AppKind kind;
      const char* account;  // of the meeting that is known; null: it is not
      bool is_gone;
    };
    for (const Row& row :
         {Row{AppKind::kUserManaged, nullptr, false}, Row{AppKind::kUserManaged, "account-2", true},
          Row{AppKind::kAccountManaged, nullptr, false},
          Row{AppKind::kAccountManaged, "account-1", true},
          Row{AppKind::kAccountManaged, "account-2", false}}) {
      WebhookScene scene = Served(row.kind);
      if (row.account != nullptr) {
        scene.known = Known("user-1");
        scene.known->host.value.account_id = row.account;
      }
      const auto gone = ChangesOf(OfMeeting(What::kGone, Kind::kScheduled, ""), scene, kAt);
      CHECK_FALSE(gone.host);
      REQUIRE(gone.meetings.size() == (row.is_gone ? 1 : 0));
      if (!row.is_gone) continue;
      CHECK(gone.meetings[0].host == store::Learnt<store::MeetingHost>());  // stays his
      CHECK(gone.meetings[0].deleted == store::Learnt<bool>{true, kAt});
    }
  }

  TEST_CASE("of another account than the host's changes nothing, but that he came") {
    WebhookScene scene = Served(AppKind::kAccountManaged);
    scene.host = store::HostRecord{.user_id = "user-1", .account_id = {"account-2", kAt}};
    for (const What what : {What::kIs, What::kMoved, What::kStarted, What::kEnded, What::kGone}) {
      CHECK(ChangesOf(OfMeeting(what), scene, kAt).IsEmpty());
    }
    const auto of = [&](zoom::UserNews news) {
      news.user_id = "user-1";
      return ChangesOf({.account_id = "account-1", .news = news}, scene, kAt);
    };
    CHECK(of({.is_active = false}).IsEmpty());
    CHECK(of({.personal_meeting_id = 5}).IsEmpty());
    CHECK(of({.is_active = true}).host->account_id == store::Learnt<std::string>{"account-1", kAt});
    // A user's own consent is for his meetings, wherever they are.
    scene.kind = AppKind::kUserManaged;
    CHECK_FALSE(ChangesOf(OfMeeting(What::kIs), scene, kAt).IsEmpty());
  }

  TEST_CASE("that somebody has begun a meeting says that he is active") {
    WebhookScene scene = Served();
    scene.host = store::HostRecord{.user_id = "user-1", .inactive = {true, kAt}};
    for (const bool known : {false, true}) {
      if (known) scene.known = Known("user-1");
      const auto changes = ChangesOf(OfMeeting(What::kStarted), scene, kAt);
      REQUIRE(changes.host);
      CHECK(changes.host->inactive == store::Learnt<bool>{false, kAt});
      CHECK(changes.meetings.empty() == known);
      CHECK_FALSE(ChangesOf(OfMeeting(What::kIs), scene, kAt).host);
    }
  }

  TEST_CASE("of a user says what changed") {
    const auto changes = [](zoom::UserNews news) {
      news.user_id = "user-1";
      const zoom::WebhookEvent event = {.account_id = "account-1", .news = std::move(news)};
      CHECK(ChangesOf(event, NotServed(), kAt).IsEmpty());
      CHECK(ChangesOf(event, Served(), kAt).meetings.empty());
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
    // Of who is gone nothing else is kept.
    CHECK(changes({.email = "a@b.c", .is_active = false}).email.at == never);
  }

  TEST_CASE("says of what account he is only where his consent does") {
    WebhookScene scene = Served();
    scene.account_id = "";
    const zoom::WebhookEvent event = {.account_id = "account-2",
                                      .news = zoom::UserNews{.user_id = "user-1", .email = "a@b"}};
    CHECK(ChangesOf(event, scene, kAt).host->account_id == store::Learnt<std::string>());
  }

  TEST_CASE("of a user who leaves an account says nothing of his own consent") {
    const zoom::WebhookEvent left = {
        .news = zoom::UserNews{.user_id = "u", .is_active = false, .left_account = true}};
    CHECK(ChangesOf(left, Served(), kAt).IsEmpty());
    CHECK(ChangesOf(left, Served(AppKind::kAccountManaged), kAt).host->inactive.value);
  }

  TEST_CASE("of a new room takes what was planned in the old one away") {
    WebhookScene scene = Served();
    const auto of = [&](std::uint64_t number) {
      return ChangesOf({.news = zoom::UserNews{.user_id = "user-1", .personal_meeting_id = number}},
                       scene, kAt);
    };
    CHECK(of(5).meetings.empty());
    scene.host =
        store::HostRecord{.user_id = "user-1", .personal_meeting_id = {7, kAt - absl::Seconds(1)}};
    REQUIRE(of(5).meetings.size() == 1);
    CHECK(of(5).meetings[0].number == 7);
    CHECK(of(5).meetings[0].deleted == store::Learnt<bool>{true, kAt});
    CHECK(of(7).meetings.empty());
    scene.host->personal_meeting_id.at = kAt + absl::Seconds(1);  // it is the newer one
    CHECK(of(5).meetings.empty());
  }

  TEST_CASE("that says nothing of the directory changes nothing") {
    for (const auto& news : {decltype(zoom::WebhookEvent::news)(),
                             decltype(zoom::WebhookEvent::news)(zoom::Deauthorization{"u", "c"}),
                             decltype(zoom::WebhookEvent::news)(zoom::UrlChallenge{"t"})}) {
      CHECK(ChangesOf({.news = news}, Served(), kAt).IsEmpty());
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
