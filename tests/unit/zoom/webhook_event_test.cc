#include "zoom/webhook_event.h"

#include <doctest/doctest.h>

#include <string>

#include "joinpass/reason.h"

namespace joinpass::zoom {
namespace {

using What = MeetingNews::What;
using Kind = HostedMeeting::Kind;

// An event with this `object`, and perhaps `more` of the payload.
std::string Body(const std::string& name, const std::string& object, const std::string& more = "") {
  return R"({"payload":{"account_id":"account-1","operator_id":"operator",)" + more +
         R"("object":)" + object + R"(},"event_ts":1626230691572,"event":")" + name + R"("})";
}

WebhookEvent Read(const std::string& body) {
  auto event = ReadWebhook(body);
  CAPTURE(body);
  REQUIRE(event.ok());
  return *std::move(event);
}

Cause WhyNot(const std::string& body) {
  const auto event = ReadWebhook(body);
  if (event.ok()) return Cause::kNone;
  CHECK(ReasonOf(event.status()) == Reason::kWebhookInvalid);
  return GetErrorInfo(event.status())->cause;
}

bool HasNoNews(const WebhookEvent& event) {
  return std::holds_alternative<std::monostate>(event.news);
}

TEST_SUITE("ReadWebhook") {
  TEST_CASE("knows who hosts the meeting, and not who made it") {
    const WebhookEvent event = Read(
        Body("meeting.created",
             R"({"uuid":"4444AAAiAAAAAiAiAiiAii==","id":1234567890,"host_id":"user-1","topic":"T",)"
             R"("type":8,"password":"secret","pmi":"ABc","occurrences":[{"occurrence_id":"A",)"
             R"("host_id":"no","id":5}],"settings":{"use_pmi":true,"host_id":"no"}})",
             R"("operation":"single",)"));
    CHECK(event.name == "meeting.created");
    CHECK(event.account_id == "account-1");
    CHECK(event.at == absl::FromUnixMillis(1626230691572));
    const auto& news = std::get<MeetingNews>(event.news);
    CHECK(news.what == What::kIs);
    CHECK(news.number == 1234567890);
    CHECK(news.meeting.host_id == "user-1");
    CHECK(news.meeting.kind == Kind::kScheduled);
  }

  TEST_CASE("reads what each event says of its meeting") {
    struct Row {
      const char* name;
      const char* type;
      What what;
      Kind kind;
    };
    for (const Row& row : {
             Row{"meeting.created", "2", What::kIs, Kind::kScheduled},
             Row{"meeting.created", "1", What::kIs, Kind::kInstant},
             Row{"meeting.created", "4", What::kIs, Kind::kPersonalRoom},
             Row{"meeting.updated", "8", What::kMoved, Kind::kScheduled},
             Row{"meeting.recovered", "2", What::kIs, Kind::kScheduled},
             Row{"meeting.started", "1", What::kStarted, Kind::kInstant},
             Row{"meeting.ended", "2", What::kEnded, Kind::kScheduled},
             Row{"meeting.deleted", "2", What::kGone, Kind::kScheduled},
             Row{"meeting.permanently_deleted", "2", What::kGone, Kind::kScheduled},
             Row{"webinar.created", "5", What::kIs, Kind::kWebinar},
             Row{"webinar.updated", "9", What::kMoved, Kind::kWebinar},
             Row{"webinar.recovered", "5", What::kIs, Kind::kWebinar},
             Row{"webinar.started", "5", What::kStarted, Kind::kWebinar},
             Row{"webinar.ended", "5", What::kEnded, Kind::kWebinar},
             Row{"webinar.deleted", "5", What::kGone, Kind::kWebinar},
             Row{"webinar.permanently_deleted", "5", What::kGone, Kind::kWebinar},
             Row{"meeting.converted_to_webinar", "5", What::kIs, Kind::kWebinar},
             Row{"webinar.converted_to_meeting", "2", What::kIs, Kind::kScheduled},
         }) {
      CAPTURE(row.name);
      CAPTURE(row.type);
      // An id is a string where a meeting starts or ends.
      for (const char* id : {"9007199254740993", "\"9007199254740993\""}) {
        const auto event =
            Read(Body(row.name, std::string(R"({"id":)") + id + R"(,"host_id":"user-1","type":)" +
                                    row.type + "}"));
        const auto& news = std::get<MeetingNews>(event.news);
        CHECK(news.what == row.what);
        CHECK(news.meeting.kind == row.kind);
        CHECK(news.number == 9007199254740993);
      }
    }
  }

  TEST_CASE("takes a series that loses one of its meetings for what it was") {
    struct Row {
      const char* more;
      const char* occurrences;
      bool is_gone;
    };
    for (const Row& row : {
             Row{R"("operation":"single",)", R"(,"occurrences":[{"occurrence_id":"A"}])", false},
             Row{"", R"(,"occurrences":[{"occurrence_id":"A"}])", false},
             Row{R"("operation":"all",)", R"(,"occurrences":[{"occurrence_id":"A"}])", true},
             Row{R"("operation":"single",)", "", true},
             Row{R"("operation":"single",)", R"(,"occurrences":[])", true},
             Row{R"("operation":"single",)", R"(,"occurrences":[ ])", true},
             Row{"", R"(,"occurrences":null)", true},
             Row{"", "", true},
         }) {
      CAPTURE(row.more);
      CAPTURE(row.occurrences);
      const WebhookEvent event = Read(Body(
          "meeting.deleted",
          std::string(R"({"id":1234567890,"host_id":"user-1")") + row.occurrences + "}", row.more));
      CHECK(HasNoNews(event) != row.is_gone);
    }
    // Who is gone need not be said whose it was.
    CHECK_FALSE(HasNoNews(Read(Body("meeting.deleted", R"({"id":1234567890})"))));
  }

  TEST_CASE("takes an update without a host for no news of him") {
    for (const char* name : {"meeting.updated", "webinar.updated"}) {
      CHECK(HasNoNews(Read(Body(name, R"({"id":1234567890,"topic":"New","old_object":{"id":1,)"
                                      R"("host_id":"user-2"}})"))));
    }
    for (const char* name : {"meeting.created", "meeting.started", "webinar.recovered"}) {
      CHECK(WhyNot(Body(name, R"({"id":1234567890})")) == Cause::kFieldMissing);
    }
  }

  TEST_CASE("reads of a user what changed, and nothing else") {
    const auto updated =
        Read(Body("user.updated", R"({"id":"user-1","pmi":6589310094,"vanity_name":"Jill"})",
                  R"("old_object":{"id":"user-2","pmi":1},)"));
    const auto& news = std::get<UserNews>(updated.news);
    CHECK(news.user_id == "user-1");
    CHECK(news.personal_meeting_id == 6589310094);
    CHECK(news.vanity_name == "jill");
    CHECK(news.email.empty());
    CHECK_FALSE(news.is_active.has_value());

    const auto renamed =
        Read(Body("user.updated", R"({"id":"user-1","email":"Jill@Example.com"})"));
    CHECK(std::get<UserNews>(renamed.news).email == "jill@example.com");
    CHECK_FALSE(std::get<UserNews>(renamed.news).personal_meeting_id.has_value());
    CHECK_FALSE(std::get<UserNews>(renamed.news).vanity_name.has_value());

    struct Row {
      const char* vanity;
      std::optional<std::string> name;
    };
    for (const Row& row : {Row{R"("")", ""}, Row{R"("https://acme.zoom.us/my/Jill?pwd=x")", "jill"},
                           Row{R"("https://acme.zoom.us/j/1")", {}}, Row{R"("a b")", {}},
                           Row{"null", {}}, Row{"7", {}}}) {
      CAPTURE(row.vanity);
      const auto event = Read(
          Body("user.updated", std::string(R"({"id":"user-1","vanity_name":)") + row.vanity + "}"));
      CHECK(std::get<UserNews>(event.news).vanity_name == row.name);
    }
  }

  TEST_CASE("reads who came and who went") {
    for (const char* name : {"user.created", "user.activated"}) {
      CHECK(std::get<UserNews>(Read(Body(name, R"({"id":"u"})")).news).is_active == true);
    }
    for (const char* name : {"user.deactivated", "user.disassociated", "user.deleted"}) {
      const auto news = std::get<UserNews>(Read(Body(name, R"({"id":"u"})")).news);
      CHECK(news.left_account == (std::string(name) == "user.disassociated"));
      CHECK(std::get<UserNews>(Read(Body(name, R"({"id":"u"})")).news).is_active == false);
      CHECK(WhyNot(Body(name, "{}")) == Cause::kFieldMissing);
    }
  }

  TEST_CASE("reads who took his consent back, though it says not when") {
    const auto event = Read(
        R"({"event":"app_deauthorized","payload":{"account_id":"account-1","user_id":"user-1",)"
        R"("signature":"x","deauthorization_time":"2020-06-17T13:52:28.632Z",)"
        R"("client_id":"client","event_ts":"2024-09-08 15:58:40"}})");
    const auto& news = std::get<Deauthorization>(event.news);
    CHECK(news.user_id == "user-1");
    CHECK(news.client_id == "client");
    CHECK(event.account_id == "account-1");
    CHECK(event.at == absl::InfinitePast());
    CHECK(WhyNot(R"({"event":"app_deauthorized","payload":{}})") == Cause::kFieldMissing);
  }

  TEST_CASE("reads the URL challenge as it came") {
    const auto event = Read(R"({"payload":{"plainToken":"v0:1:{}"},"event_ts":1654503849680,)"
                            R"("event":"endpoint.url_validation"})");
    CHECK(std::get<UrlChallenge>(event.news).plain_token == "v0:1:{}");
  }

  TEST_CASE("has no news in what is not for it") {
    for (const char* name : {"user.settings_updated", "meeting.participant_joined", "recording.x",
                             "meeting.created2", "Meeting.created"}) {
      const WebhookEvent event = Read(Body(name, "{}"));
      CHECK(event.name == name);
      CHECK(HasNoNews(event));
    }
  }

  TEST_CASE("takes a time that is none for unsaid") {
    for (const char* time : {"1626230691", "-1", "\"x\"", "null", "9223372036854775807", "1.5e12",
                             "99999999999999999999"}) {
      CAPTURE(time);
      CHECK(Read(std::string(R"({"event":"a.b","event_ts":)") + time + "}").at ==
            absl::InfinitePast());
    }
    CHECK(Read(R"({"event":"a.b","event_ts":"1626230691572"})").at ==
          absl::FromUnixMillis(1626230691572));
  }

  TEST_CASE("names what it cannot read") {
    std::string deep;
    for (int i = 0; i < 40; ++i) deep += R"({"a":)";
    for (const std::string& body :
         {std::string(), std::string("<html>"), std::string("[]"), std::string("null"),
          std::string(R"({"event":"meeting.created")"), std::string("{\"event\":\"\xff\"}"),
          std::string(R"({"event":"a"} x)"), deep}) {
      CAPTURE(body);
      CHECK(WhyNot(body) == Cause::kBodyBroken);
    }
    const std::string large(100'000, 'a');
    for (const std::string& body :
         {std::string("{}"), std::string(R"({"event":7})"), std::string(R"({"event":""})"),
          std::string(R"({"event":"a b"})"), R"({"event":")" + std::string(65, 'a') + R"("})",
          Body("meeting.created", "null"), Body("meeting.created", "[{\"id\":1}]"),
          Body("meeting.created", R"({"id":0,"host_id":"u"})"),
          Body("meeting.created", R"({"id":-5,"host_id":"u"})"),
          Body("meeting.created", R"({"id":9223372036854775808,"host_id":"u"})"),
          Body("meeting.created", R"({"id":"9223372036854775808","host_id":"u"})"),
          Body("meeting.created", R"({"id":"x","host_id":"u"})"),
          Body("meeting.created", R"({"id":1,"host_id":7})"),
          Body("meeting.created", R"({"id":1,"host_id":"a b"})"),
          Body("meeting.created", R"({"id":1,"host_id":")" + large + R"("})"),
          Body("user.updated", R"({"id":7,"pmi":1})"),
          std::string(R"({"event":"meeting.created","payload.object.id":1,)"
                      R"("payload":{"object.id":1,"object.host_id":"u"}})")}) {
      CAPTURE(body.substr(0, 200));
      CHECK(WhyNot(body) == Cause::kFieldMissing);
    }
  }
}

}  // namespace
}  // namespace joinpass::zoom
