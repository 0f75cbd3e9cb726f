// Worlds from a seed, of which Zoom tells by webhooks. Where none is lost the directory is
// right without a sync, whatever their order; where some are, one sync makes it right.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "directory/webhook_receiver.h"
#include "fake_zoom/webhooks.h"
#include "integration/worlds/world_scene.h"

namespace joinpass::directory {
namespace {

constexpr int kChanges = 2'000;

struct Scene : WorldScene {
  fake_zoom::Webhooks webhooks;
  fake_zoom::EventStyle style;
  WebhookReceiver receiver{records, consents, clock, {.later = [](std::function<void()> work) {
                             work();
                             return true;
                           }}};
  std::map<WebhookOutcome, int> outcomes;
  std::set<std::int64_t> told_instants;  // that some event has named, or an answer
  bool may_be_stale = false;

  explicit Scene(std::uint64_t seed, fake_zoom::WebhookWay way) : WorldScene(seed) {
    store::AppRecord app = *records.GetApp("app_1");
    app.settings.webhook_secrets = {Secret("hook")};
    REQUIRE(records.UpdateApp(app, clock.Now()).ok());
    zoom.world.apps["client"].webhook_secret = "hook";
    style.without_old_object = Pick(2) == 0;
    style.old_object_inside = Pick(2) == 0;
    style.without_time_of_deletions = false;  // they would count as of when they are signed
    way.seed = seed;
    way.fresh_signature = Pick(2) == 0;
    webhooks.SetWay(way);
  }

  // Does it, and has Zoom tell of it.
  template <typename Change>
  void Tell(const Change& change) {
    const fake_zoom::World before = zoom.world;
    change();
    clock.Advance(absl::Milliseconds(1));  // no two things happen at once
    const auto happened = fake_zoom::WhatHappened(before, zoom.world, clock.Now(), style);
    for (const fake_zoom::Happening& one : happened) {
      webhooks.Add(zoom.world.apps["client"], one, clock.Now());
    }
    for (const auto& [number, meeting] : zoom.world.meetings) {
      if (meeting.type == 1) told_instants.insert(number);
    }
  }

  // Some are not taken, and of some the answer is lost: all come again.
  void Deliver() {
    for (fake_zoom::WebhookDelivery& one : webhooks.TakeDue(zoom.world, clock.Now())) {
      const int luck = one.tries < 2 ? Pick(100) : 100;
      if (luck < 5) {
        webhooks.Answered(std::move(one), 503, clock.Now());
        continue;
      }
      const WebhookAnswer answer =
          receiver.Receive({.app_id = "app_1",
                            .headers = {{"X-Zm-Request-Timestamp", one.timestamp},
                                        {"X-Zm-Signature", one.signature}},
                            .body = one.body});
      CAPTURE(one.body);
      INFO(answer.why.ToString());
      // With its first signature, while weeks went by.
      const auto why = GetErrorInfo(answer.why);
      const bool is_stale = why && why->cause == Cause::kTimestampTooOld;
      REQUIRE((answer.http_status == 204 || (is_stale && may_be_stale)));
      ++outcomes[answer.outcome];
      webhooks.Answered(std::move(one), luck < 15 ? 0 : 204, clock.Now());
    }
  }

  void DeliverAll() {
    while (!webhooks.IsEmpty()) {
      clock.Advance(absl::Minutes(1));
      Deliver();
    }
  }

  // --- changes of which all is told -------------------------------------------

  void TogglePresence() {
    const auto running = zoom.world.Running();
    if (!running.empty() && Pick(2) == 0) {
      zoom.world.SetPresent("guest", *running.begin(), false);
    } else if (!zoom.world.meetings.empty()) {
      const int at = Pick(static_cast<int>(zoom.world.meetings.size()));
      zoom.world.SetPresent("guest", std::next(zoom.world.meetings.begin(), at)->first, true);
    }
  }

  void ChangeUserWithEvent(fake_zoom::User& user) {
    switch (Pick(4)) {
      case 0:
        REQUIRE(zoom.world.SetPmi(user, NewPmi()));
        return;
      case 1:
        user.vanity = Pick(3) == 0 ? "" : absl::StrCat("room", Pick(4), "of", user.id);
        return;
      default:
        if (user.role != "owner") user.status = user.status == "active" ? "inactive" : "active";
    }
  }

  void ChangeWithEvent() {
    clock.Advance(absl::Seconds(Pick(600)));
    const auto& meetings = zoom.world.meetings;
    const int kind = Pick(100);
    if (kind < 35) {
      Schedule(AnyUser());
    } else if (kind < 45) {
      fake_zoom::Meeting instant;
      instant.number = NewNumber();
      instant.host_id = AnyUser().id;
      instant.type = 1;
      REQUIRE(zoom.world.AddMeeting(instant));
    } else if (kind < 75 && !meetings.empty()) {
      ChangeMeeting(std::next(meetings.begin(), Pick(static_cast<int>(meetings.size())))->first);
    } else if (kind < 85) {
      TogglePresence();
    } else {
      ChangeUserWithEvent(AnyUser());
    }
  }

  // --- what the directory is to say -------------------------------------------

  void CheckAllIsKnown() {
    Hostings known = Known();
    for (const auto& [number, meeting] : zoom.world.meetings) {
      CAPTURE(number);
      if (zoom.world.FindUser(meeting.host_id)->status != "active") continue;
      const auto it = known.find(static_cast<std::uint64_t>(number));
      REQUIRE(it != known.end());
      CHECK(it->second.first == meeting.host_id);
      CHECK((it->second.second == store::MeetingKind::kWebinar) == meeting.is_webinar);
      known.erase(it);
    }
    CHECK(known.empty());
    for (const auto& [id, user] : zoom.world.users) {
      CAPTURE(id);
      const auto host = *records.FindHost("app_1", id);
      REQUIRE(host);
      CHECK(host->inactive.value == (user.status != "active"));
      CHECK(host->personal_meeting_id.value == static_cast<std::uint64_t>(user.pmi));
      CHECK(host->vanity_name.value == user.vanity);
    }
  }

  // What no list shows may still be known: that it is over was perhaps not told.
  void CheckOneSyncMakesItRight() {
    const Hostings before = Listed();
    (void)SyncToItsEnd();
    const Hostings after = Listed();
    const Hostings known = Known();
    for (const auto& [number, hosting] : after) {
      CAPTURE(number);
      if (!before.contains(number)) continue;
      REQUIRE(known.contains(number));
      CHECK(known.at(number) == hosting);
    }
    for (const auto& [number, hosting] : known) {
      CAPTURE(number);
      if (before.contains(number) || after.contains(number)) continue;
      CHECK(hosting.second == store::MeetingKind::kInstant);
      CHECK(told_instants.contains(static_cast<std::int64_t>(number)));
      CHECK(zoom.world.FindUser(hosting.first)->status == "active");
    }
    CheckUsers();
  }
};

TEST_SUITE("Worlds told of by webhooks") {
  TEST_CASE("are known without a sync if none is lost, in whatever order they come") {
    for (int seed = 1; seed <= Seeds(); ++seed) {
      CAPTURE(seed);
      Scene scene(static_cast<std::uint64_t>(seed),
                  {.doubled = 20, .longest_delay = absl::Minutes(30)});
      (void)scene.SyncToItsEnd();
      for (int changes = 0; changes < kChanges;) {
        for (int many = 1 + scene.Pick(80); many > 0; --many, ++changes) {
          scene.Tell([&scene] { scene.ChangeWithEvent(); });
          scene.Deliver();
        }
        scene.DeliverAll();
        scene.CheckAllIsKnown();
      }
      CHECK(scene.webhooks.given_up() == 0);
      CHECK(scene.outcomes[WebhookOutcome::kDuplicate] > kChanges / 10);
      CHECK(scene.outcomes[WebhookOutcome::kApplied] > kChanges / 2);
    }
  }

  TEST_CASE("are known after one sync if some are lost") {
    int lost = 0;
    for (int seed = 1; seed <= Seeds(); ++seed) {
      CAPTURE(seed);
      Scene scene(static_cast<std::uint64_t>(seed),
                  {.lost = 30, .doubled = 20, .longest_delay = absl::Minutes(30)});
      scene.may_be_stale = true;
      for (int changes = 0; changes < kChanges;) {
        for (int many = 1 + scene.Pick(80); many > 0; --many, ++changes) {
          scene.Tell([&scene] { scene.Change(); });
          scene.Deliver();
        }
        scene.DeliverAll();
        scene.CheckOneSyncMakesItRight();
      }
      lost += scene.webhooks.lost();
    }
    CHECK(lost > Seeds() * kChanges / 10);
  }
}

}  // namespace
}  // namespace joinpass::directory
