#include "directory/host_finder.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "directory/resolver.h"
#include "support/engine_room.h"
#include "support/one_shot.h"

namespace joinpass::directory {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::ScriptedTransport;

constexpr char kAccountScopes[] =
    "user:read:list_users:admin meeting:read:list_meetings:admin meeting:read:meeting:admin "
    "meeting:read:local_recording_token:admin";

struct Scene : EngineRoom {
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  ServingConsents consents{records};
  HostFinder finder{context, calls, consents};

  // What Zoom knows: answers by the end of the path; else there is no such meeting.
  std::map<std::string, ScriptedTransport::Answer> zoom = {};

  Scene() {
    Connect(absl::Hours(9));
    store::AppRecord app;
    app.id = "app_2";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client-2";
    REQUIRE(records.CreateApp(app).ok());
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      const auto it = zoom.find(seen.target.substr(3));
      if (it != zoom.end()) return it->second;
      return JsonAnswer(404, R"({"code":3001,"message":"Meeting does not exist."})");
    };
  }

  void ConnectAccount(const std::string& id, const std::string& account,
                      const std::string& scopes = kAccountScopes) {
    store::CredentialRecord credential = Consent(id, "", absl::Hours(9), scopes);
    credential.app_id = "app_2";
    credential.app_kind = AppKind::kAccountManaged;
    credential.client_id = "client-2";
    credential.account_id = account;
    credential.email = id + "@acme.example";
    REQUIRE(records.PutConsented(credential).ok());
  }

  void Hosts(const std::string& path, const std::string& host, int type = 2) {
    zoom[path] =
        JsonAnswer(200, R"({"host_id":")" + host + R"(","type":)" + std::to_string(type) + "}");
  }

  absl::StatusOr<Resolution> Find(std::string_view link, std::vector<std::string> hints = {}) {
    return FinishInTime(
        finder.Find(*MeetingLink::Parse(link), std::move(hints), In(absl::Seconds(5))));
  }

  // "credential user rule, …"
  std::string Found(std::string_view link, std::vector<std::string> hints = {}) {
    const auto found = Find(link, std::move(hints));
    if (!found.ok()) return std::string(ReasonName(ReasonOf(found.status())));
    std::string text;
    for (const Candidate& one : found->candidates) {
      if (!text.empty()) text += ", ";
      text +=
          one.credential_id + " " + one.host_user_id + " " + std::string(MatchRuleName(one.rule));
    }
    return text;
  }
};

TEST_SUITE("HostFinder") {
  TEST_CASE_FIXTURE(Scene, "asks an account's consent once, and keeps what it says") {
    ConnectAccount("cred_acme", "acme");
    Hosts("/meetings/11122233344", "user-7");
    CHECK(Found("11122233344") == "cred_acme user-7 scheduled");
    CHECK(Found("11122233344") == "cred_acme user-7 scheduled");
    CHECK(transport.seen.size() == 1);
    CHECK(Resolve(records, *MeetingLink::Parse("11122233344"), clock.Now())
              ->candidates[0]
              .learnt_at == clock.Now());
  }

  TEST_CASE_FIXTURE(Scene, "finds whom Zoom names active, whatever was told before") {
    ConnectAccount("cred_acme", "acme");
    store::HostRecord host = {.app_id = "app_2", .user_id = "user-7"};
    host.inactive = {true, clock.Now()};
    REQUIRE(records.PutHost(host).ok());
    clock.Advance(absl::Seconds(1));
    Hosts("/meetings/11122233344", "user-7");
    CHECK(Found("11122233344") == "cred_acme user-7 scheduled");
  }

  TEST_CASE_FIXTURE(Scene, "knows each kind of meeting") {
    ConnectAccount("cred_acme", "acme",
                   std::string(kAccountScopes) + " webinar:read:webinar:admin");
    Hosts("/meetings/11122233341", "user-7", 1);
    Hosts("/meetings/11122233348", "user-7", 8);
    Hosts("/meetings/1112223334", "user-7", 4);
    zoom["/meetings/11122233345"] =
        JsonAnswer(400, R"({"code":3000,"message":"Cannot access webinar info."})");
    Hosts("/webinars/11122233345", "user-7", 5);
    CHECK(Found("11122233341") == "cred_acme user-7 instant");
    CHECK(Found("11122233348") == "cred_acme user-7 scheduled");
    CHECK(Found("11122233345") == "cred_acme user-7 webinar");
    CHECK(Found("1112223334") == "cred_acme user-7 personal_meeting_id");
    // Whose room it is, is a fact of his, and no meeting's.
    CHECK(FindMeetings(records, 1112223334)->empty());
  }

  TEST_CASE_FIXTURE(Scene, "does not ask again for a minute what Zoom does not know") {
    ConnectAccount("cred_acme", "acme");
    const auto found = Find("11122233344");
    CHECK(ReasonOf(found.status()) == Reason::kHostNotConnected);
    CHECK(std::string(found.status().message()).find("Zoom was asked") != std::string::npos);
    Hosts("/meetings/11122233344", "user-7");
    clock.Advance(absl::Seconds(59));
    CHECK(Found("11122233344") == "host_not_connected");
    CHECK(transport.seen.size() == 1);
    clock.Advance(absl::Seconds(1));
    CHECK(Found("11122233344") == "cred_acme user-7 scheduled");
    CHECK(transport.seen.size() == 2);
  }

  TEST_CASE_FIXTURE(Scene, "remembers no trouble, and tells it") {
    ConnectAccount("cred_acme", "acme");
    zoom["/meetings/11122233344"] = JsonAnswer(500, "");
    CHECK(Found("11122233344") == "zoom_unavailable");
    Hosts("/meetings/11122233344", "user-7");
    CHECK(Found("11122233344") == "cred_acme user-7 scheduled");
  }

  TEST_CASE_FIXTURE(Scene, "many who ask the same make one request") {
    ConnectAccount("cred_acme", "acme");
    Hosts("/meetings/11122233344", "user-7");
    transport.hold = true;
    const MeetingLink link = *MeetingLink::Parse("11122233344");
    std::vector<std::shared_ptr<std::optional<absl::StatusOr<Resolution>>>> asked;
    for (int i = 0; i < 5; ++i) asked.push_back(Begin(finder.Find(link, {}, In(absl::Seconds(5)))));
    const auto hurried = Begin(finder.Find(link, {}, In(absl::Seconds(1))));
    CHECK(transport.seen.size() == 1);
    loop.Advance(absl::Seconds(1));
    REQUIRE(hurried->has_value());
    CHECK(ReasonOf((*hurried)->status()) == Reason::kDeadlineExceeded);
    transport.Release();
    loop.Run();
    for (const auto& one : asked) {
      REQUIRE(one->has_value());
      CHECK((*one)->ok());
    }
    CHECK(transport.seen.size() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "tells a number to few accounts, or to those hinted at") {
    for (const char* id : {"cred_a", "cred_b", "cred_c", "cred_d"}) ConnectAccount(id, id);
    ConnectAccount("cred_x", "cred_x", "meeting:read:list_meetings:admin");  // may not say
    CHECK(Found("11122233344") == "host_not_connected");
    CHECK(transport.seen.size() == 4);
    ConnectAccount("cred_e", "cred_e");
    CHECK(Found("11122233355") == "host_not_connected");
    CHECK(transport.seen.size() == 4);
    Hosts("/meetings/11122233366", "user-7");
    CHECK(Found("11122233366", {"cred_e"}) == "cred_e user-7 scheduled");
    CHECK(transport.seen.size() == 5);
    Hosts("/meetings/11122233377", "user-8");
    CHECK(Found("11122233377", {"CRED_B@acme.example"}) == "cred_b user-8 scheduled");
    // Whom another account has is not given to this one.
    Hosts("/meetings/11122233388", "user-8");
    CHECK(Found("11122233388", {"cred_c"}) == "cred_c  hint");
    CHECK(records.FindHost("app_2", "user-8")->value().account_id.value == "cred_b");
  }

  TEST_CASE_FIXTURE(Scene, "asks a user's consent if it is hinted at, and not else") {
    Hosts("/meetings/11122233344", "user-1");
    CHECK(Found("11122233344") == "host_not_connected");
    CHECK(transport.seen.empty());
    SUBCASE("by credential") {
      CHECK(Found("11122233344", {"cred_1"}) == "cred_1 user-1 scheduled");
    }
    SUBCASE("by user") { CHECK(Found("11122233344", {"user-1"}) == "cred_1 user-1 scheduled"); }
    CHECK(transport.seen.size() == 1);
    CHECK(Found("11122233344") == "cred_1 user-1 scheduled");
  }

  TEST_CASE_FIXTURE(Scene, "those hinted at are the last candidates, whatever Zoom says") {
    CHECK(Found("11122233344", {"nobody", "user-1"}) == "cred_1 user-1 hint");
    CHECK(Found("11122233344", {"nobody"}) == "host_not_connected");
    // Of others than him who consented nothing is kept.
    Hosts("/meetings/11122233355", "user-2");
    CHECK(Found("11122233355", {"user-1"}) == "cred_1 user-1 hint");
    CHECK(FindMeetings(records, 11122233355)->empty());
    // What is known stands before it, and costs no request.
    REQUIRE(records.PutConsented(Consent("cred_2", "user-2", absl::Hours(1))).ok());
    store::MeetingRecord meeting;
    meeting.app_id = "app_1";
    meeting.number = 11122233366;
    meeting.host = {{"user-2", "account-1"}, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
    transport.seen.clear();
    CHECK(Found("11122233366", {"user-1"}) == "cred_2 user-2 scheduled, cred_1 user-1 hint");
    CHECK(transport.seen.empty());
  }

  TEST_CASE_FIXTURE(Scene, "an account that is hinted at is a candidate for any of its users") {
    ConnectAccount("cred_acme", "acme", "meeting:read:local_recording_token:admin");
    CHECK(Found("11122233344", {"cred_acme"}) == "cred_acme  hint");
    CHECK(transport.seen.empty());
    // Once it is known who hosts it, that it may be anybody's says nothing more.
    store::MeetingRecord meeting;
    meeting.app_id = "app_2";
    meeting.number = 11122233344;
    meeting.host = {{"user-7", "acme"}, clock.Now()};
    REQUIRE(records.PutMeetings({&meeting, 1}).ok());
    CHECK(Found("11122233344", {"cred_acme"}) == "cred_acme user-7 scheduled");
  }

  TEST_CASE_FIXTURE(Scene, "of a personal link asks those hinted at for theirs") {
    zoom["/users/me"] = JsonAnswer(
        200, R"({"id":"user-1","pmi":1234567890,"vanity_url":"https://acme.zoom.us/my/jill"})");
    CHECK(Found("https://acme.zoom.us/my/jill") == "host_not_connected");
    CHECK(Found("https://acme.zoom.us/my/jill", {"user-1"}) == "cred_1 user-1 vanity_name");
    CHECK(transport.seen.size() == 1);
    // Somebody who is known by another name is not the one, and is asked once.
    for (int times = 0; times < 5; ++times) {
      CHECK(Found("https://acme.zoom.us/my/jack", {"user-1"}) == "host_not_connected");
    }
    CHECK(transport.seen.size() == 2);
    // Nor is one who has none.
    clock.Advance(absl::Minutes(1));
    zoom["/users/me"] = JsonAnswer(200, R"({"id":"user-1","pmi":1234567890})");
    CHECK(Found("https://acme.zoom.us/my/jack", {"user-1"}) == "host_not_connected");
    CHECK(Found("1234567890") == "cred_1 user-1 personal_meeting_id");
    // Who is not active hosts nothing.
    clock.Advance(absl::Minutes(1));
    zoom["/users/me"] = JsonAnswer(200, R"({"id":"user-1","pmi":1234567890,"status":"inactive"})");
    CHECK(Found("https://acme.zoom.us/my/jack", {"user-1"}) == "host_not_connected");
    CHECK(Found("1234567890") == "host_not_connected");
  }

  TEST_CASE_FIXTURE(Scene, "keeps nothing of a credential that goes meanwhile") {
    Hosts("/meetings/11122233344", "user-1");
    transport.hold = true;
    const MeetingLink link = *MeetingLink::Parse("11122233344");
    const auto found = Begin(finder.Find(link, {"user-1"}, In(absl::Seconds(5))));
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    REQUIRE(*records.RemoveCredential(Stored()));
    transport.Release();
    loop.Run();
    REQUIRE(found->has_value());
    CHECK_FALSE((*found)->ok());
    CHECK_FALSE(*records.FindHost("app_1", "user-1"));
    CHECK(FindMeetings(records, 11122233344)->empty());
  }

  TEST_CASE_FIXTURE(Scene, "takes an address for whoever had it and whoever has it now") {
    store::HostRecord host;
    host.app_id = "app_1";
    host.user_id = "user-1";
    host.email = {"bob@acme.example", clock.Now()};
    REQUIRE(records.PutHost(host).ok());
    store::CredentialRecord bob = Consent("cred_2", "user-2", absl::Hours(1));
    bob.email = "bob@acme.example";
    REQUIRE(records.PutConsented(bob).ok());
    CHECK(Found("11122233344", {"Bob@acme.example"}) == "cred_1 user-1 hint, cred_2 user-2 hint");
  }

  TEST_CASE("checks the hints") {
    CHECK(CheckHints(std::vector<std::string>(16, "user")).ok());
    CHECK(ReasonOf(CheckHints(std::vector<std::string>(17, "user"))) == Reason::kInvalidArgument);
    CHECK(ReasonOf(CheckHints({""})) == Reason::kInvalidArgument);
    CHECK(CheckHints({std::string(320, 'x')}).ok());
    CHECK(ReasonOf(CheckHints({std::string(321, 'x')})) == Reason::kInvalidArgument);
  }
}

}  // namespace
}  // namespace joinpass::directory
