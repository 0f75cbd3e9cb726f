// The sync of an account with many users.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "directory/resolver.h"
#include "directory/sync.h"
#include "support/engine_room.h"
#include "support/one_shot.h"
#include "unit/store/raw_sqlite.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;

// Users "u0", "u1", …, two a page, each with one meeting.
struct Scene : EngineRoom {
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  Sync sync{context, calls};
  std::vector<std::string> users = {"u0", "u1", "u2", "u3", "u4"};
  std::map<std::string, std::uint64_t> meetings = {{"u0", 81000000000},
                                                   {"u1", 81000000001},
                                                   {"u2", 81000000002},
                                                   {"u3", 81000000003},
                                                   {"u4", 81000000004}};
  std::map<std::string, ScriptedTransport::Answer> instead = {};  // by part of the target
  std::vector<SyncProgress> told = {};

  Scene() {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client";
    REQUIRE(records.CreateApp(app).ok());
    store::CredentialRecord account =
        Consent("cred_1", "", absl::Hours(99),
                "user:read:list_users:admin meeting:read:list_meetings:admin");
    account.app_kind = AppKind::kAccountManaged;
    REQUIRE(records.PutConsented(account).ok());
    transport.answer = [this](const ScriptedTransport::Seen& seen) { return Answer(seen.target); };
    context.listeners.on_sync_progress = [this](const SyncProgress& how) { told.push_back(how); };
  }

  ScriptedTransport::Answer Answer(const std::string& target) {
    for (const auto& [part, answer] : instead) {
      if (target.find(part) != std::string::npos) return answer;
    }
    if (target.find("/v2/users?") == 0) return Users(target);
    const std::string user = target.substr(10, 2);
    const auto it = meetings.find(user);
    const std::string list = it == meetings.end() ? ""
                                                  : R"({"id":)" + std::to_string(it->second) +
                                                        R"(,"host_id":")" + user + "\"}";
    return JsonAnswer(200, R"({"meetings":[)" + list + "]}");
  }

  ScriptedTransport::Answer Users(const std::string& target) {
    std::size_t at = 0;
    if (const std::size_t token = target.find("next_page_token=p"); token != std::string::npos) {
      at = static_cast<std::size_t>(std::stoi(target.substr(token + 17)));
    }
    std::string list;
    for (std::size_t i = at; i < std::min(at + 2, users.size()); ++i) {
      list += std::string(i == at ? "" : ",") + R"({"id":")" + users[i] + R"(","email":"U)" +
              std::to_string(i) + R"(@Acme.example","pmi":700000000)" + std::to_string(i) + "}";
    }
    const std::string next = at + 2 < users.size() ? "p" + std::to_string(at + 2) : "";
    return JsonAnswer(200, R"({"next_page_token":")" + next + R"(","total_records":)" +
                               std::to_string(users.size()) + R"(,"users":[)" + list + "]}");
  }

  absl::StatusOr<SyncReport> Run() { return FinishInTime(sync.Run("cred_1", In(absl::Hours(1)))); }
  std::string HostOf(std::uint64_t number) {
    const auto found = Resolve(records, *MeetingLink::Parse(std::to_string(number)), clock.Now());
    return found.ok() ? found->candidates[0].host_user_id : "nobody";
  }
  store::SyncRecord Last() { return records.FindSync("cred_1")->value_or(store::SyncRecord()); }
};

TEST_SUITE("The sync of an account") {
  TEST_CASE_FIXTURE(Scene, "reads every user, and tells how it does") {
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->users == 5);
    CHECK(report->meetings == 5);
    CHECK(report->calls == 8);
    CHECK(HostOf(81000000004) == "u4");
    CHECK(HostOf(7000000003) == "u3");
    CHECK(records.FindHostsByEmail("u2@acme.example")->size() == 1);
    REQUIRE(told.size() == 2);
    CHECK(told[0].state == SyncState::kInProgress);
    CHECK(told[0].time_left == absl::InfiniteDuration());
    CHECK(told[1].state == SyncState::kCompleted);
    CHECK(told[1].users == 5);
    CHECK(told[1].users_in_all == 5);
    CHECK(told[1].completed_at == clock.Now());
    CHECK(Last().state == SyncState::kCompleted);
  }

  TEST_CASE_FIXTURE(Scene, "tells every few seconds how much is left") {
    transport.answer = [this](const ScriptedTransport::Seen& seen) {
      if (seen.target.find("/meetings") != std::string::npos) clock.Advance(absl::Seconds(3));
      return Answer(seen.target);
    };
    REQUIRE(Run().ok());
    REQUIRE(told.size() == 4);
    CHECK(told[1].users == 2);
    CHECK(told[1].users_in_all == 5);
    CHECK(told[1].time_left == absl::Seconds(9));
    CHECK(told[2].users == 4);
    CHECK(told[2].time_left == absl::Milliseconds(3000));
  }

  TEST_CASE_FIXTURE(Scene, "goes on from where one was cut short") {
    const bool failed = [] {
      SUBCASE("by an error") { return true; }
      SUBCASE("by the end of its process") { return false; }
      return true;
    }();
    instead["/users/u3/"] = JsonAnswer(429, R"({"code":429,"message":"Too many."})");
    const auto first = Run();
    REQUIRE_FALSE(first.ok());
    CHECK(Last().state == SyncState::kFailed);
    CHECK(Last().reason == "rate_limited");
    if (!failed) {
      store::SyncRecord cut = Last();
      cut.state = SyncState::kInProgress;
      REQUIRE(*records.PutSync(cut, Last()));
    }
    const absl::Time began = Last().began_at;
    instead.clear();
    meetings["u0"] = 81999999999;  // changed since; the next sync sees it
    clock.Advance(absl::Minutes(14));
    transport.seen.clear();
    const auto second = Run();
    REQUIRE(second.ok());
    CHECK(second->users == 5);
    CHECK(second->meetings == 5);
    CHECK(second->synced_at == began);
    CHECK(transport.Count("/meetings") == 2);
    CHECK(HostOf(81000000004) == "u4");
    CHECK(HostOf(81999999999) == "nobody");
    CHECK(Last().state == SyncState::kCompleted);

    // One that was completed is not gone on with.
    clock.Advance(absl::Seconds(1));
    REQUIRE(Run().ok());
    CHECK(HostOf(81999999999) == "u0");
    CHECK(HostOf(81000000000) == "nobody");
  }

  TEST_CASE_FIXTURE(Scene, "reads all again after a long pause") {
    instead["/users/u3/"] = JsonAnswer(429, R"({"code":429,"message":"Too many."})");
    REQUIRE_FALSE(Run().ok());
    instead.clear();
    clock.Advance(absl::Minutes(15));
    transport.seen.clear();
    REQUIRE(Run().ok());
    CHECK(transport.Count("/meetings") == 5);
  }

  TEST_CASE_FIXTURE(Scene, "outlasts the page tokens of the users") {
    int refused = 1;
    transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("next_page_token=p4") != std::string::npos && refused-- > 0) {
        return JsonAnswer(400,
                          R"({"code":300,"message":"The next page token is invalid or expired."})");
      }
      return Answer(seen.target);
    };
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->users == 5);
    CHECK(transport.Count("/meetings") == 5);  // nobody is read twice
    refused = 1000;
    CHECK(ReasonOf(Run().status()) == Reason::kRequestRefused);
    CHECK(refused > 990);
  }

  TEST_CASE_FIXTURE(Scene, "reads the others where one cannot be read, and says so") {
    REQUIRE(Run().ok());
    clock.Advance(absl::Hours(1));
    instead["/users/u1/"] = JsonAnswer(500, "");
    meetings["u4"] = 81999999999;
    users.pop_back();  // who has left is not forgotten by a sync that is not whole
    users.push_back("u5");
    meetings["u5"] = 81888888888;
    CHECK(ReasonOf(Run().status()) == Reason::kZoomUnavailable);
    CHECK(HostOf(81888888888) == "u5");
    CHECK(HostOf(81000000001) == "u1");
    CHECK(HostOf(81000000004) == "u4");
    // The next one begins anew, or nobody else would ever be read again.
    clock.Advance(absl::Minutes(1));
    meetings["u0"] = 81777777777;
    CHECK_FALSE(Run().ok());
    CHECK(HostOf(81777777777) == "u0");
    // Where everybody fails it stops.
    instead["/meetings"] = JsonAnswer(500, "");
    transport.seen.clear();
    CHECK_FALSE(Run().ok());
    CHECK(transport.Count("/meetings") >= 3);
    CHECK(transport.Count("/users/u3/meetings") == 0);
  }

  TEST_CASE_FIXTURE(Scene, "forgets nobody by a list that is not whole") {
    REQUIRE(Run().ok());
    clock.Advance(absl::Hours(1));
    const auto check = [this] {
      const auto report = Run();
      REQUIRE(report.ok());
      CHECK(report->removed == 0);
      CHECK(HostOf(81000000002) == "u2");
    };
    SUBCASE("one without users") {
      instead["/v2/users?"] = JsonAnswer(200, R"({"total_records":5,"users":[]})");
      check();
      instead["/v2/users?"] = JsonAnswer(200, R"({"users":[]})");
      check();
    }
    SUBCASE("one that ends too early") {
      instead["/v2/users?"] = JsonAnswer(200, R"({"total_records":5,"users":[{"id":"u0"}]})");
      check();
    }
    SUBCASE("one that loses somebody between two pages") {
      bool left = false;
      transport.answer = [&](const ScriptedTransport::Seen& seen) {
        if (seen.target.find("next_page_token=p2") != std::string::npos && !left) {
          left = true;
          users.erase(users.begin());
        }
        return Answer(seen.target);
      };
      REQUIRE(Run().ok());
      CHECK(HostOf(81000000002) == "u2");
      CHECK(HostOf(81000000003) == "u3");
      clock.Advance(absl::Hours(1));
      REQUIRE(Run().ok());
      CHECK(HostOf(81000000000) == "nobody");
    }
  }

  TEST_CASE_FIXTURE(Scene, "forgets nobody because the clock was set back meanwhile") {
    REQUIRE(Run().ok());
    clock.Advance(absl::Hours(24));
    bool set = false;
    transport.answer = [&](const ScriptedTransport::Seen& seen) {
      if (!std::exchange(set, true)) clock.SetBack(absl::Milliseconds(50));
      return Answer(seen.target);
    };
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->removed == 0);
    CHECK(HostOf(81000000004) == "u4");
  }

  TEST_CASE_FIXTURE(Scene, "knows what an assistant's list shows, whoever is read first") {
    SUBCASE("the assistant") { users = {"u0", "u1"}; }
    SUBCASE("the host") { users = {"u1", "u0"}; }
    instead["/u0/meetings"] =
        JsonAnswer(200, R"({"meetings":[{"id":82000000000,"host_id":"u1"}]})");
    transport.answer = [&](const ScriptedTransport::Seen& seen) {
      clock.Advance(absl::Milliseconds(10));
      return Answer(seen.target);
    };
    for (int times = 0; times < 2; ++times) {
      REQUIRE(Run().ok());
      CHECK(HostOf(82000000000) == "u1");
      clock.Advance(absl::Hours(1));
    }
    instead.clear();
    REQUIRE(Run().ok());
    CHECK(HostOf(82000000000) == "nobody");
  }

  TEST_CASE_FIXTURE(Scene, "leaves nothing behind of a credential that goes meanwhile") {
    transport.hold = true;
    const auto report = Begin(sync.Run("cred_1", In(absl::Hours(1))));
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    REQUIRE(*records.RemoveCredential(Stored()));
    transport.Release();
    loop.Run();
    REQUIRE(report->has_value());
    CHECK_FALSE((*report)->ok());
    store::RawSqlite raw(folder / "store/directory.db");
    for (const char* table : {"sync", "host", "meeting"}) {
      CAPTURE(table);
      CHECK(raw.Run(std::string("SELECT count(*) FROM ") + table) == "0");
    }
  }

  TEST_CASE_FIXTURE(Scene, "forgets who is no user of it any more") {
    REQUIRE(Run().ok());
    clock.Advance(absl::Seconds(1));
    users = {"u0", "u2", "u4"};
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->removed == 2);
    CHECK(HostOf(81000000001) == "nobody");
    CHECK(HostOf(7000000003) == "nobody");
    CHECK(HostOf(81000000002) == "u2");
    CHECK((*records.FindHost("app_1", "u1"))->inactive.value);
    clock.Advance(absl::Seconds(1));
    users = {"u0", "u1", "u2", "u4"};
    REQUIRE(Run().ok());
    CHECK(HostOf(81000000001) == "u1");
    CHECK_FALSE((*records.FindHost("app_1", "u1"))->inactive.value);
  }

  TEST_CASE_FIXTURE(Scene, "passes over whom it may not read, and forgets who may host nothing") {
    REQUIRE(Run().ok());
    clock.Advance(absl::Seconds(1));
    instead["/users/u1/"] = JsonAnswer(400, R"({"code":3161,"message":"Not allowed to host."})");
    instead["/users/u2/"] = JsonAnswer(400, R"({"code":200,"message":"No permission."})");
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(HostOf(81000000001) == "nobody");
    CHECK(HostOf(81000000002) == "u2");
    CHECK(HostOf(81000000004) == "u4");
  }

  TEST_CASE_FIXTURE(Scene, "writes no meeting again that is as it was") {
    REQUIRE(Run().ok());
    const auto rows = [this] {
      return store::RawSqlite(folder / "store/directory.db")
          .Run("SELECT group_concat(seq||host_at||deleted_at||hex(sealed)) FROM meeting");
    };
    const std::string before = rows();
    clock.Advance(absl::Hours(1));
    REQUIRE(Run().ok());
    CHECK(rows() == before);
    CHECK(FindMeetings(records, 81000000000)->at(0).learnt_at() == clock.Now());  // by the list
    const auto found = Resolve(records, *MeetingLink::Parse("81000000000"), clock.Now());
    CHECK(found->candidates[0].learnt_at == clock.Now());
  }

  TEST_CASE_FIXTURE(Scene, "takes no host from another account whose meeting a list shows") {
    store::CredentialRecord other = Consent("cred_2", "", absl::Hours(99));
    other.app_kind = AppKind::kAccountManaged;
    other.account_id = "account-2";
    REQUIRE(records.PutConsented(other).ok());
    store::HostRecord theirs;
    theirs.app_id = "app_1";
    theirs.user_id = "vv";
    theirs.account_id = {"account-2", clock.Now()};
    theirs.personal_meeting_id = {9990001111, clock.Now()};
    REQUIRE(records.PutHost(theirs).ok());
    store::MeetingRecord meeting;
    meeting.app_id = "app_1";
    meeting.number = 83000000000;
    meeting.host = {{"vv", "account-2"}, clock.Now()};
    meeting.deleted = {false, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
    instead["/u0/meetings"] =
        JsonAnswer(200, R"({"meetings":[{"id":82000000000,"host_id":"vv"}]})");
    const auto served_by = [&](const char* number) -> std::string {
      const auto found = Resolve(records, *MeetingLink::Parse(number), clock.Now());
      return found.ok() ? found->candidates[0].credential_id : "nobody";
    };
    for (int times = 0; times < 2; ++times) {
      clock.Advance(absl::Hours(1));
      REQUIRE(Run().ok());
      CHECK(served_by("9990001111") == "cred_2");
      CHECK(served_by("83000000000") == "cred_2");
      CHECK(served_by("82000000000") == "nobody");
    }
  }
}

}  // namespace
}  // namespace joinpass::directory
