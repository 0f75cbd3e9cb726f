#include "directory/sync.h"

#include <doctest/doctest.h>

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

struct Scene : EngineRoom {
  oauth::AccessTokens tokens{context};
  oauth::AuthorizedCalls calls{context, tokens};
  Sync sync{context, calls};

  // The pages of the list, as JSON arrays of meetings.
  std::vector<std::string> pages = {R"([{"id":11122233344,"host_id":"user-1"}])"};
  ScriptedTransport::Answer webinars =
      JsonAnswer(200, R"({"webinars":[{"id":22233344455,"host_id":"user-1"}]})");
  std::string user = R"({"id":"user-1","account_id":"account-1","pmi":1234567890,)"
                     R"("vanity_url":"https://acme.zoom.us/my/Jill"})";

  Scene() {
    transport.answer = [this](const ScriptedTransport::Seen& seen) { return Answer(seen.target); };
  }

  // The consent of an account whose list of users names "user-1" alone.
  void ConnectAccount() {
    Connect(absl::Hours(1));
    store::AppRecord app;
    app.id = "app_2";
    app.settings.kind = AppKind::kAccountManaged;
    app.settings.client_id = "client-2";
    REQUIRE(records.CreateApp(app).ok());
    REQUIRE(*records.BeginDisconnect("cred_1", clock.Now()));
    REQUIRE(*records.RemoveCredential(Stored()));
    store::CredentialRecord account = Consent("cred_1", "", absl::Hours(1),
                                              "user:read:user:admin user:read:list_users:admin "
                                              "meeting:read:list_meetings:admin");
    account.app_id = "app_2";
    account.app_kind = AppKind::kAccountManaged;
    account.client_id = "client-2";
    REQUIRE(records.PutConsented(account).ok());
  }

  ScriptedTransport::Answer Answer(const std::string& target) {
    if (target.find("/users?") != std::string::npos) {
      return JsonAnswer(200, R"({"users":[{"id":"user-1","pmi":1234567890}]})");
    }
    if (target.find("/webinars?") != std::string::npos) return webinars;
    if (target.find("/meetings") == std::string::npos) {
      return JsonAnswer(200, user);
    }
    std::size_t page = 0;
    if (const std::size_t at = target.find("next_page_token=p"); at != std::string::npos) {
      page = static_cast<std::size_t>(target[at + 17] - '0');
    }
    if (page >= pages.size()) {
      return JsonAnswer(400,
                        R"({"code":300,"message":"The next page token is invalid or expired."})");
    }
    const std::string next = page + 1 < pages.size() ? "p" + std::to_string(page + 1) : "";
    return JsonAnswer(200,
                      R"({"next_page_token":")" + next + R"(","meetings":)" + pages[page] + "}");
  }

  absl::StatusOr<SyncReport> Run() {
    return FinishInTime(sync.Run("cred_1", In(absl::Seconds(60))));
  }

  bool Knows(std::string_view link) {
    return Resolve(records, *MeetingLink::Parse(link), clock.Now()).ok();
  }
};

TEST_SUITE("Sync") {
  TEST_CASE_FIXTURE(Scene, "learns the PMI, the personal link and every page of meetings") {
    Connect(absl::Hours(1));
    pages = {R"([{"id":11122233344,"host_id":"user-1"},{"id":"11122233345","host_id":"user-1"}])",
             R"([])", R"([{"id":11122233346,"host_id":"user-1"}])"};
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->meetings == 3);
    CHECK(report->pages == 3);
    CHECK(report->calls == 4);
    CHECK(report->removed == 0);
    CHECK(report->has_personal_meeting_id);
    for (const char* link :
         {"11122233344", "11122233345", "11122233346", "1234567890", "https://zoom.us/my/jill"}) {
      CAPTURE(link);
      CHECK(Knows(link));
    }
  }

  TEST_CASE_FIXTURE(Scene, "finds whom it can read active, whatever was told before") {
    bool may_read_user = true;
    SUBCASE("with the scope to ask who he is") {}
    SUBCASE("and without") { may_read_user = false; }
    Connect(absl::Hours(1), may_read_user ? kAllScopes : "meeting:read:list_meetings");
    store::HostRecord host = {.app_id = "app_1", .user_id = "user-1"};
    host.inactive = {true, clock.Now()};
    REQUIRE(records.PutHost(host).ok());
    clock.Advance(absl::Seconds(1));
    (void)Run();
    CHECK(Knows("11122233344"));
    if (!may_read_user) return;
    clock.Advance(absl::Seconds(1));
    user.insert(1, R"("status":"inactive",)");
    (void)Run();
    CHECK_FALSE(Knows("11122233344"));
  }

  TEST_CASE_FIXTURE(Scene, "keeps an e-mail address that an answer leaves out") {
    Connect(absl::Hours(1));
    const std::string without = user;
    user.insert(1, R"("email":"jill@acme.example",)");
    REQUIRE(Run().ok());
    clock.Advance(absl::Seconds(1));
    user = without;
    REQUIRE(Run().ok());
    CHECK((*records.FindHost("app_1", "user-1"))->email.value == "jill@acme.example");
  }

  TEST_CASE_FIXTURE(Scene, "forgets what the list no longer names") {
    Connect(absl::Hours(1));
    REQUIRE(Run().ok());
    clock.Advance(absl::Seconds(1));
    pages = {R"([{"id":11122233399,"host_id":"user-1"}])"};
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->removed == 1);
    CHECK_FALSE(Knows("11122233344"));
    CHECK(Knows("11122233399"));
  }

  TEST_CASE_FIXTURE(Scene, "spares what was learnt after it began") {
    Connect(absl::Hours(1));
    transport.hold = true;
    const auto report = Begin(sync.Run("cred_1", In(absl::Seconds(60))));
    clock.Advance(absl::Seconds(1));
    store::MeetingRecord late;
    late.app_id = "app_1";
    late.number = 99988877766;
    late.host = {{"user-1", "account-1"}, clock.Now()};
    REQUIRE(records.PutMeetings({&late, 1}).ok());
    transport.Release();
    loop.Run();
    REQUIRE(report->has_value());
    REQUIRE((*report)->ok());
    CHECK(Knows("99988877766"));
  }

  TEST_CASE_FIXTURE(Scene, "forgets nothing that it just read because the clock was set back") {
    Connect(absl::Hours(9));
    transport.hold = true;
    const auto report = Begin(sync.Run("cred_1", In(absl::Seconds(60))));
    clock.SetBack(absl::Hours(1));
    transport.Release();
    loop.Run();
    REQUIRE(report->has_value());
    REQUIRE((*report)->ok());
    CHECK((**report)->removed == 0);
    CHECK(Knows("11122233344"));
  }

  TEST_CASE_FIXTURE(Scene, "knows webinars as such, and leaves them alone without their scope") {
    constexpr char kScopes[] =
        "user:read:user meeting:read:list_meetings webinar:read:list_webinars";
    Connect(absl::Hours(1), kScopes);
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->webinars == 1);
    CHECK(report->meetings == 1);
    CHECK(report->calls == 3);
    const auto rule = [this] {
      const auto found = Resolve(records, *MeetingLink::Parse("22233344455"), clock.Now());
      return found.ok() ? MatchRuleName(found->candidates[0].rule) : "";
    };
    CHECK(rule() == "webinar");

    // An error of the server's forgets nothing; a plan that went does.
    clock.Advance(absl::Seconds(1));
    webinars = JsonAnswer(500, "");
    CHECK_FALSE(Run().ok());
    CHECK(rule() == "webinar");
    webinars = JsonAnswer(400, R"({"code":200,"message":"Webinar plan is missing."})");
    const auto without_plan = Run();
    REQUIRE(without_plan.ok());
    CHECK(without_plan->webinars == 0);
    CHECK(without_plan->removed == 1);
    CHECK(rule().empty());

    // One that became a meeting is one.
    webinars = JsonAnswer(200, R"({"webinars":[{"id":22233344455,"host_id":"user-1"}]})");
    clock.Advance(absl::Seconds(1));
    REQUIRE(Run().ok());
    CHECK(rule() == "webinar");
    clock.Advance(absl::Seconds(1));
    webinars = JsonAnswer(200, R"({"webinars":[]})");
    pages = {R"([{"id":22233344455,"host_id":"user-1"}])"};
    REQUIRE(Run().ok());
    CHECK(rule() == "scheduled");
  }

  TEST_CASE_FIXTURE(Scene, "without the scope of webinars asks for none, and forgets none") {
    Connect(absl::Hours(1));
    store::MeetingRecord webinar;
    webinar.app_id = "app_1";
    webinar.number = 22233344455;
    webinar.host = {{"user-1", "account-1", store::MeetingKind::kWebinar}, clock.Now()};
    REQUIRE(records.PutMeetings({&webinar, 1}).ok());
    clock.Advance(absl::Seconds(1));
    REQUIRE(Run().ok());
    CHECK(transport.Count("/webinars") == 0);
    CHECK(Knows("22233344455"));
  }

  TEST_CASE_FIXTURE(Scene, "keeps an instant meeting, which no list shows, for two days") {
    Connect(absl::Hours(24 * 9));
    store::MeetingRecord instant;
    instant.app_id = "app_1";
    instant.number = 22233344455;
    instant.host = {{"user-1", "account-1", store::MeetingKind::kInstant}, clock.Now()};
    REQUIRE(records.PutMeetings({&instant, 1}).ok());
    clock.Advance(absl::Hours(48));
    REQUIRE(Run().ok());
    CHECK(Resolve(records, *MeetingLink::Parse("22233344455"), clock.Now())->candidates[0].rule ==
          MatchRule::kInstant);
    clock.Advance(absl::Seconds(1));
    REQUIRE(Run().ok());
    CHECK_FALSE(Knows("22233344455"));
  }

  TEST_CASE_FIXTURE(Scene, "mends what was learnt by a clock that was a year ahead") {
    Connect(absl::Hours(24 * 400));
    clock.Advance(absl::Hours(24 * 365));
    REQUIRE(Run().ok());
    clock.SetBack(absl::Hours(24 * 365));
    CHECK(Resolve(records, *MeetingLink::Parse("11122233344"), clock.Now())
              ->candidates[0]
              .learnt_at == absl::InfinitePast());
    pages = {R"([{"id":11122233355,"host_id":"user-1"}])"};
    user = R"({"id":"user-1","account_id":"account-1","pmi":2223334444})";
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->removed == 1);
    CHECK(Knows("11122233355"));
    CHECK(Knows("2223334444"));
    for (const char* gone : {"11122233344", "1234567890", "https://zoom.us/my/jill"}) {
      CAPTURE(gone);
      CHECK_FALSE(Knows(gone));
    }
  }

  TEST_CASE_FIXTURE(Scene, "of a user keeps nothing of others, who have not consented") {
    Connect(absl::Hours(1));
    pages = {R"([{"id":11122233344,"host_id":"user-1"},{"id":11122233355,"host_id":"user-2"}])"};
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->meetings == 1);
    CHECK(FindMeetings(records, 11122233355)->empty());
  }

  TEST_CASE_FIXTURE(Scene, "of an account knows whose it is that an assistant's list names") {
    ConnectAccount();
    pages = {R"([{"id":11122233344,"host_id":"user-1"},{"id":11122233355,"host_id":"user-2"}])"};
    const auto report = Run();
    REQUIRE(report.ok());
    CHECK(report->users == 1);
    CHECK(report->meetings == 2);
    const auto found = Resolve(records, *MeetingLink::Parse("11122233355"), clock.Now());
    REQUIRE(found.ok());
    CHECK(found->candidates[0].credential_id == "cred_1");
    CHECK(found->candidates[0].host_user_id == "user-2");
    // He was taken for gone, and hosts something after all.
    clock.Advance(absl::Seconds(1));
    REQUIRE(records.ForgetHost("app_2", "user-2", clock.Now()).ok());
    CHECK_FALSE(Knows("11122233355"));
    clock.Advance(absl::Seconds(1));
    REQUIRE(Run().ok());
    CHECK(Knows("11122233355"));
  }

  TEST_CASE_FIXTURE(Scene, "keeps what it read, and forgets nothing, when a page fails") {
    Connect(absl::Hours(1));
    REQUIRE(Run().ok());
    clock.Advance(absl::Seconds(1));
    pages = {R"([{"id":22233344455,"host_id":"user-1"}])", "not json"};
    CHECK_FALSE(Run().ok());
    CHECK(Knows("11122233344"));
    CHECK(Knows("22233344455"));
  }

  TEST_CASE_FIXTURE(Scene, "begins the list anew when its page token expired, and not for ever") {
    Connect(absl::Hours(1));
    int refused = 1;
    transport.answer = [&](const ScriptedTransport::Seen& seen) {
      if (seen.target.find("next_page_token=p1") != std::string::npos && refused-- > 0) {
        return Answer("/meetings?next_page_token=p9");
      }
      return Answer(seen.target);
    };
    pages = {"[]", R"([{"id":11122233344,"host_id":"user-1"}])"};
    REQUIRE(Run().ok());
    CHECK(Knows("11122233344"));
    refused = 1000;
    CHECK(ReasonOf(Run().status()) == Reason::kRequestRefused);
    CHECK(refused > 990);
  }

  TEST_CASE_FIXTURE(Scene, "does not follow a list that leads back to itself") {
    Connect(absl::Hours(1));
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/meetings") == std::string::npos) return Answer(seen.target);
      return JsonAnswer(200, R"({"next_page_token":"same","meetings":[]})");
    };
    CHECK(ReasonOf(Run().status()) == Reason::kAnswerInvalid);
    CHECK(transport.seen.size() == 3);
  }

  TEST_CASE_FIXTURE(Scene, "makes no call without its scope, does the rest, and says so") {
    Connect(absl::Hours(1), "user:read:user");
    CHECK(ReasonOf(Run().status()) == Reason::kScopeMissing);
    CHECK(transport.Count("/meetings") == 0);
    CHECK(Knows("1234567890"));

    store::CredentialRecord lists =
        Consent("cred_2", "user-1", absl::Hours(1), "meeting:read:list_meetings");
    REQUIRE(records.PutConsented(lists).ok());
    tokens.Forget("cred_1");
    CHECK(ReasonOf(Run().status()) == Reason::kScopeMissing);
    CHECK(Knows("11122233344"));
  }

  TEST_CASE_FIXTURE(Scene, "runs one after the other for one credential") {
    Connect(absl::Hours(1));
    transport.hold = true;
    const auto first = Begin(sync.Run("cred_1", In(absl::Seconds(60))));
    const auto hurried = Begin(sync.Run("cred_1", In(absl::Seconds(1))));
    loop.Advance(absl::Seconds(1));
    const auto second = Begin(sync.Run("cred_1", In(absl::Seconds(60))));
    CHECK(transport.seen.size() == 1);
    REQUIRE(hurried->has_value());
    CHECK(ReasonOf((*hurried)->status()) == Reason::kDeadlineExceeded);
    transport.Release();
    loop.Run();
    REQUIRE(second->has_value());
    CHECK((*first)->ok());
    CHECK((*second)->ok());
    CHECK(transport.seen.size() == 4);
  }
}

}  // namespace
}  // namespace joinpass::directory
