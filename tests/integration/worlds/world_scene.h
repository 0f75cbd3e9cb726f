// A world of Zoom's from a seed, and a directory that is to know it. The fake Zoom stands
// behind the transport itself, so that thousands of syncs take seconds; the store is a real
// one.

#ifndef JOINPASS_TESTS_INTEGRATION_WORLDS_WORLD_SCENE_H_
#define JOINPASS_TESTS_INTEGRATION_WORLDS_WORLD_SCENE_H_

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "directory/host_finder.h"
#include "directory/resolver.h"
#include "directory/sync.h"
#include "fake_zoom/state.h"
#include "support/engine_room.h"

namespace joinpass::directory {

inline constexpr int kUsers = 6;
inline constexpr std::size_t kMany = 60;  // meetings: from then on more go than come
inline constexpr char kScopes[] =
    "user:read:user:admin user:read:list_users:admin meeting:read:list_meetings:admin "
    "meeting:read:meeting:admin webinar:read:list_webinars:admin webinar:read:webinar:admin";

// Nothing here depends on a disk, and most of the time would be its.
inline const bool kInMemory = access("/dev/shm", W_OK) == 0 && setenv("TMPDIR", "/dev/shm", 1) == 0;

inline int Seeds() { return std::getenv("JOINPASS_TESTS_LONG") == nullptr ? 20 : 200; }

// Who hosts a meeting, and how it is found.
using Hosting = std::pair<std::string, store::MeetingKind>;
using Hostings = std::map<std::uint64_t, Hosting>;

struct WorldScene : testing::EngineRoom {
  std::mt19937_64 dice;
  fake_zoom::State zoom{fake_zoom::TokenRules()};
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  Sync sync{context, calls};
  ServingConsents consents{records};
  HostFinder finder{context, calls, consents};
  int jumps_left = 0;  // of the clock, that a sync may meet
  int page_size = 1;
  std::int64_t next = 0;  // number
  int synced = 0;

  // Instant meetings that we have been told of: whose, and when.
  struct Instant {
    std::string host;
    absl::Time at;
  };
  std::map<std::int64_t, Instant> instants;

  explicit WorldScene(std::uint64_t seed) : dice(seed) {
    MakeWorld();
    MakeConsent();
    transport.answer = [this](const testing::ScriptedTransport::Seen& seen) {
      return Answer(seen);
    };
  }

  int Pick(int many) { return std::uniform_int_distribution<int>(0, many - 1)(dice); }
  static std::string UserId(int i) { return absl::StrCat("user-", i); }
  static std::string Email(int i) { return absl::StrCat("user", i, "@acme.example"); }
  fake_zoom::User& AnyUser() { return *zoom.world.FindUser(UserId(Pick(kUsers))); }
  std::int64_t NewNumber() { return 80'000'000'000 + 7 * ++next; }
  std::int64_t NewPmi() { return 3'000'000'000 + 7 * ++next; }

  void MakeWorld() {
    zoom.world.accounts["acme"] = {.id = "acme", .name = "Acme", .number = 1};
    fake_zoom::App app;
    app.client_id = "client";
    app.client_secret = "client-secret";
    app.account_id = "acme";
    app.kind = fake_zoom::AppKind::kAccount;
    zoom.world.apps["client"] = app;
    for (int i = 0; i < kUsers; ++i) {
      fake_zoom::User user;
      user.id = UserId(i);
      user.account_id = "acme";
      user.email = Email(i);
      user.role = i == 0 ? "owner" : "member";
      user.webinar_plan = i % 2 == 0;
      user.pmi = i == 1 ? 0 : NewPmi();
      REQUIRE(zoom.world.AddUser(user));
    }
  }

  void MakeConsent() {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client";
    app.settings.client_secret = Secret("client-secret");
    REQUIRE(records.CreateApp(app).ok());
    fake_zoom::Code code;
    code.client_id = "client";
    code.user_id = UserId(0);
    code.account_id = "acme";
    code.scope = kScopes;
    const std::string issued = zoom.tokens.IssueCode(code, clock.Now());
    const auto pair = zoom.tokens.ExchangeCode(issued, clock.Now());
    store::CredentialRecord credential = Consent("cred_1", UserId(0), absl::Hours(1), kScopes);
    credential.app_kind = AppKind::kAccountManaged;
    credential.account_id = "acme";
    credential.tokens.access_token = Secret(pair.access_token);
    credential.tokens.refresh_token = Secret(pair.refresh_token);
    REQUIRE(records.PutConsented(credential).ok());
  }

  // Small pages, and now and then time goes by.
  testing::ScriptedTransport::Answer Answer(const testing::ScriptedTransport::Seen& seen) {
    clock.Advance(absl::Milliseconds(1 + Pick(50)));
    const bool next_page = seen.target.find("next_page_token") != std::string::npos;
    if (next_page && jumps_left > 0 && Pick(20) == 0) {
      --jumps_left;
      clock.Advance(absl::Minutes(16));  // page tokens do not outlast that
    }
    fake_zoom::Request request;
    request.method = seen.body.empty() ? "GET" : "POST";
    const std::string size = absl::StrCat("page_size=", page_size);
    REQUIRE(fake_zoom::ReadTarget(absl::StrReplaceAll(seen.target, {{"page_size=300", size}}),
                                  request));
    request.headers = {{"authorization", seen.authorization},
                       {"content-type", "application/x-www-form-urlencoded"}};
    request.body = seen.body;
    const fake_zoom::Response response = zoom.Handle(request, clock.Now()).response;
    message::Response answer;
    answer.status = response.status;
    answer.headers = {{"Content-Type", response.content_type}};
    answer.body = base::ToBuffer(response.body);
    return answer;
  }

  // --- what happens at Zoom ---------------------------------------------------

  void Schedule(fake_zoom::User& host) {
    fake_zoom::Meeting meeting;
    meeting.number = NewNumber();
    meeting.host_id = host.id;
    meeting.type = std::array{2, 2, 3, 8}[static_cast<std::size_t>(Pick(4))];
    meeting.occurrences = meeting.type == 8 ? 1 + Pick(9) : 1;
    meeting.start = clock.Now() + absl::Hours(Pick(100));
    meeting.created_at = clock.Now();
    meeting.is_webinar = host.webinar_plan && Pick(3) == 0;
    if (host.pmi != 0 && Pick(8) == 0) {
      meeting.number = host.pmi;
      meeting.use_pmi = true;
      meeting.is_webinar = false;
    }
    (void)zoom.world.AddMeeting(meeting);  // with the PMI there may be one already
  }

  // A bot is sent to an instant meeting; that it is his we are told when we ask.
  void BeginInstant(const fake_zoom::User& host) {
    fake_zoom::Meeting meeting;
    meeting.number = NewNumber();
    meeting.host_id = host.id;
    meeting.type = 1;
    meeting.created_at = clock.Now();
    REQUIRE(zoom.world.AddMeeting(meeting));
    Ask(meeting.number);
  }

  void Ask(std::int64_t number) {
    const MeetingLink link = *MeetingLink::Parse(absl::StrCat(number));
    const auto found = Finish(finder.Find(link, {}, In(absl::Hours(1))));
    const auto instant = zoom.world.meetings.find(number);
    if (!found.ok() || instant == zoom.world.meetings.end() || instant->second.type != 1) return;
    instants.try_emplace(number, Instant{instant->second.host_id, found->candidates[0].learnt_at});
  }

  void ChangeMeeting(std::int64_t number) {
    fake_zoom::Meeting meeting = zoom.world.meetings.at(number);
    const int kind = meeting.use_pmi || meeting.type == 1 ? 0 : Pick(3);
    REQUIRE(zoom.world.EraseMeeting(number));
    if (kind == 0 || zoom.world.meetings.size() > kMany) return;  // deleted, or over
    if (kind == 1) meeting.host_id = AnyUser().id;
    if (kind == 2) meeting.is_webinar = !meeting.is_webinar;
    REQUIRE(zoom.world.AddMeeting(meeting));
  }

  void ChangeUser(fake_zoom::User& user) {
    switch (Pick(5)) {
      case 0:
        REQUIRE(zoom.world.SetPmi(user, NewPmi()));
        return;
      case 1:
        user.vanity = Pick(3) == 0 ? "" : absl::StrCat("room", Pick(4), "of", user.id);
        return;
      case 2:
        user.webinar_plan = !user.webinar_plan;
        return;
      case 3:
        user.hosting_allowed = !user.hosting_allowed;
        return;
      default:
        if (user.role == "owner") return;  // whose consent it is
        user.status = user.status == "active" ? "inactive" : "active";
    }
  }

  void Change() {
    clock.Advance(absl::Seconds(Pick(600)));
    const int kind = Pick(100);
    const auto& meetings = zoom.world.meetings;
    if (kind < 35) {
      Schedule(AnyUser());
    } else if (kind < 40) {
      BeginInstant(AnyUser());
    } else if (kind < 75 && !meetings.empty()) {
      ChangeMeeting(std::next(meetings.begin(), Pick(static_cast<int>(meetings.size())))->first);
    } else if (kind < 80 && !meetings.empty()) {
      Ask(std::next(meetings.begin(), Pick(static_cast<int>(meetings.size())))->first);
    } else if (kind < 98) {
      ChangeUser(AnyUser());
    } else {
      clock.Advance(absl::Hours(Pick(24 * 20)));
    }
  }

  // --- what the directory is to say ------------------------------------------

  void AddListed(const fake_zoom::User& user, Hostings& listed) {
    for (const std::int64_t number : zoom.world.MeetingsOf(user.id)) {
      const fake_zoom::Meeting& meeting = zoom.world.meetings.at(number);
      if (meeting.type == 1 || fake_zoom::IsExpired(meeting, clock.Now())) continue;
      if (meeting.is_webinar ? !user.webinar_plan : !user.hosting_allowed) continue;
      listed[static_cast<std::uint64_t>(number)] = {user.id, meeting.is_webinar
                                                                 ? store::MeetingKind::kWebinar
                                                                 : store::MeetingKind::kScheduled};
    }
  }

  Hostings Listed() {
    Hostings listed;
    for (const auto& [id, user] : zoom.world.users) {
      if (user.status == "active") AddListed(user, listed);
    }
    return listed;
  }

  // What no list shows is kept for 48 hours, but not of somebody who left.
  void DropInstants(absl::Time began) {
    std::erase_if(instants, [&](const auto& one) {
      const auto& [number, instant] = one;
      return instant.at < began - absl::Hours(48) ||
             zoom.world.FindUser(instant.host)->status != "active";
    });
  }

  Hostings Known() {
    Hostings known;
    store::Records::MeetingList list;
    list.most = 100;
    for (bool more = true; more;) {
      const auto page = records.ListMeetings(list);
      REQUIRE(page.ok());
      for (const store::MeetingRecord& one : page->meetings) {
        CHECK(known.try_emplace(one.number, one.host.value.user_id, one.host.value.kind).second);
      }
      list.after = page->last;
      more = page->more;
    }
    return known;
  }

  void CheckUsers() {
    for (const auto& [id, user] : zoom.world.users) {
      CAPTURE(id);
      const auto host = records.FindHost("app_1", id);
      REQUIRE(host.ok());
      const bool is_active = host->has_value() && !(*host)->inactive.value;
      REQUIRE(is_active == (user.status == "active"));
      if (!is_active) continue;
      CHECK((*host)->personal_meeting_id.value == static_cast<std::uint64_t>(user.pmi));
      CHECK((*host)->vanity_name.value == user.vanity);
      CHECK((*host)->email.value == user.email);
    }
  }

  SyncReport SyncToItsEnd() {
    for (int tries = 0;; ++tries) {
      REQUIRE(tries < 5);
      jumps_left = tries < 3 ? 3 : 0;
      page_size = 1 + Pick(4);
      const auto report = Finish(sync.Run("cred_1", In(absl::Hours(9))));
      jumps_left = 0;
      transport.seen.clear();
      transport.requests.clear();
      ++synced;
      if (report.ok()) return *report;
      INFO(report.status().ToString());
      // Pages expired once too often, or a call had no time left to refresh its token.
      const Reason why = ReasonOf(report.status());
      REQUIRE((why == Reason::kRequestRefused || why == Reason::kRefreshBusy));
    }
  }

  void CheckOneSyncIsEnough() {
    const Hostings before = Listed();
    const SyncReport report = SyncToItsEnd();
    DropInstants(report.synced_at);
    const Hostings after = Listed();
    Hostings known = Known();
    for (const auto& [number, instant] : instants) {
      const auto it = known.find(static_cast<std::uint64_t>(number));
      REQUIRE(it != known.end());
      CHECK(it->second == Hosting(instant.host, store::MeetingKind::kInstant));
      known.erase(it);
    }
    // What ends while it is read may be seen or not.
    for (const auto& [number, hosting] : before) {
      CAPTURE(number);
      if (after.contains(number)) REQUIRE(known.contains(number));
      if (known.contains(number)) CHECK(known[number] == hosting);
      known.erase(number);
    }
    for (const auto& [number, hosting] : known) {
      CAPTURE(number);
      CAPTURE(hosting.first);
      FAIL_CHECK("it is known, and Zoom lists it not");
    }
    CheckUsers();
  }
};

}  // namespace joinpass::directory

#endif  // JOINPASS_TESTS_INTEGRATION_WORLDS_WORLD_SCENE_H_
