#include "zoom/api_answers.h"

#include <doctest/doctest.h>

#include <string>

#include "answers.h"

namespace joinpass::zoom {
namespace {

using testing::Answer;
using testing::InfoIn;

TEST_SUITE("ReadUserSettings") {
  TEST_CASE("has what Zoom says, and guesses nothing") {
    const auto read = [](const std::string& body) {
      const auto settings = ReadUserSettings(Answer(200, body));
      REQUIRE(settings.ok());
      return settings->local_recording;
    };
    CHECK(read(R"({"recording":{"local_recording":true,"x":1}})") == true);
    CHECK(read(R"({"recording":{"local_recording":false}})") == false);
    CHECK(read(R"({"local_recording":false})") == std::nullopt);
    CHECK(read(R"({"recording":{"local_recording":"false"}})") == std::nullopt);
    CHECK(read("{}") == std::nullopt);
    CHECK(ReasonOf(ReadUserSettings(Answer(200, "<html>")).status()) == Reason::kZoomUnavailable);
    CHECK(ReasonOf(ReadUserSettings(Answer(429, "{}")).status()) == Reason::kRateLimited);
  }
}

TEST_SUITE("ReadUser") {
  TEST_CASE("reads Zoom's example") {
    const auto user =
        ReadUser(Answer(200,
                        R"({"id":"zJKyaiAyTNC-MWjiWC18KQ","account_id":"q6gBJVO5TzexKYTb_I2rpg",
            "first_name":"Jill","email":"jchill@example.com","type":2,"pmi":3542471135,
            "use_pmi":false,"personal_meeting_url":"https://us04web.zoom.us/j/3542471135?pwd=x",
            "vanity_url":"https://us04web.zoom.us/my/Jill?pwd=x","login_types":[101],
            "status":"active","settings":{"id":"no"}})"));
    REQUIRE(user.ok());
    CHECK(user->id == "zJKyaiAyTNC-MWjiWC18KQ");
    CHECK(user->account_id == "q6gBJVO5TzexKYTb_I2rpg");
    CHECK(user->email == "jchill@example.com");
    CHECK(user->personal_meeting_id == 3542471135);
    CHECK(user->vanity_name == "jill");
    CHECK(user->active);
  }

  TEST_CASE("needs an id and nothing else") {
    const auto user = ReadUser(Answer(200, R"({"id":"u","pmi":null,"vanity_url":""})"));
    REQUIRE(user.ok());
    CHECK(user->personal_meeting_id == 0);
    CHECK(user->vanity_name.empty());
    CHECK(user->active);
    for (const char* body :
         {"{}", R"({"id":""})", R"({"id":7})", R"({"id":"a b"})", R"({"id":"a\u0000"})"}) {
      CAPTURE(body);
      CHECK(ReasonOf(ReadUser(Answer(200, body)).status()) == Reason::kAnswerInvalid);
    }
    CHECK(ReadUser(Answer(200, R"({"id":")" + std::string(128, 'u') + "\"}")).ok());
    CHECK_FALSE(ReadUser(Answer(200, R"({"id":")" + std::string(129, 'u') + "\"}")).ok());
  }

  TEST_CASE("knows who is not active") {
    CHECK_FALSE(ReadUser(Answer(200, R"({"id":"u","status":"pending"})"))->active);
    CHECK_FALSE(ReadUser(Answer(200, R"({"id":"u","status":"inactive"})"))->active);
  }

  TEST_CASE("leaves out what passes a bound") {
    const auto user = ReadUser(
        Answer(200, R"({"id":"u","account_id":"a b","pmi":-1,"email":")" + std::string(321, 'e') +
                        R"(","vanity_url":"https://zoom.us/my/)" + std::string(65, 'n') + "\"}"));
    REQUIRE(user.ok());
    CHECK(user->account_id.empty());
    CHECK(user->email.empty());
    CHECK(user->vanity_name.empty());
    CHECK(user->personal_meeting_id == 0);
  }
}

TEST_SUITE("ReadMeetingPage") {
  TEST_CASE("reads a page, each number once") {
    const auto page =
        ReadMeetingPage(Answer(200, R"({"next_page_token":"tok","page_size":300,"meetings":[
             {"uuid":"x==","id":97763643886,"host_id":"h1","topic":"t","join_url":"https://z"},
             {"id":"123456789","host_id":"h2"},
             {"id":97763643886,"host_id":"h1","occurrences":[{"id":1,"host_id":"no"}]}]})"));
    REQUIRE(page.ok());
    CHECK(page->next_page_token == "tok");
    REQUIRE(page->meetings.size() == 2);
    CHECK(page->meetings[0].number == 97763643886);
    CHECK(page->meetings[0].host_id == "h1");
    CHECK(page->meetings[1].number == 123456789);
    CHECK(page->meetings[1].host_id == "h2");
    CHECK(page->skipped == 0);
  }

  TEST_CASE("counts the entries that are of no use, and keeps the others") {
    const auto page = ReadMeetingPage(
        Answer(200, R"({"meetings":[{"id":1},{"host_id":"h"},{"id":0,"host_id":"h"},null,
                       {"id":9223372036854775808,"host_id":"h"},{"id":2,"host_id":"a b"},
                       {"id":9223372036854775807,"host_id":"h"}]})"));
    REQUIRE(page.ok());
    CHECK(page->skipped == 6);
    REQUIRE(page->meetings.size() == 1);
    CHECK(page->meetings[0].number == 9223372036854775807u);
  }

  TEST_CASE("knows the last page, whether its token is empty, null or absent") {
    for (const char* body : {R"({"meetings":[],"next_page_token":""})", R"({"meetings":[]})",
                             R"({"meetings":[],"next_page_token":null})"}) {
      CAPTURE(body);
      const auto page = ReadMeetingPage(Answer(200, body));
      REQUIRE(page.ok());
      CHECK(page->next_page_token.empty());
    }
  }

  TEST_CASE("does not take a page without a list for an empty one") {
    for (const std::string& body :
         {std::string("{}"), std::string(R"({"meetings":null})"),
          std::string(R"({"meetings":[{"id":1)"),
          std::string(R"({"meetings":[],"next_page_token":"a b"})"),
          R"({"meetings":[],"next_page_token":")" + std::string(4097, 't') + "\"}"}) {
      CAPTURE(body);
      CHECK(ReasonOf(ReadMeetingPage(Answer(200, body)).status()) == Reason::kAnswerInvalid);
    }
  }
}

TEST_SUITE("ReadMeeting and ReadWebinar") {
  TEST_CASE("read the host, and which kind of meeting it is") {
    using Kind = HostedMeeting::Kind;
    const std::pair<const char*, Kind> rows[] = {
        {R"("type":1)", Kind::kInstant},      {R"("type":2)", Kind::kScheduled},
        {R"("type":3)", Kind::kScheduled},    {R"("type":8)", Kind::kScheduled},
        {R"("type":10)", Kind::kScheduled},   {R"("type":"1")", Kind::kInstant},
        {R"("type":4)", Kind::kPersonalRoom}, {R"("type":null)", Kind::kScheduled},
        {R"("topic":"x")", Kind::kScheduled}};
    for (const auto& [type, kind] : rows) {
      CAPTURE(type);
      const std::string body = std::string(R"({"id":1,"host_id":"h",)") + type + "}";
      REQUIRE(ReadMeeting(Answer(200, body)).ok());
      CHECK(ReadMeeting(Answer(200, body))->host_id == "h");
      CHECK(ReadMeeting(Answer(200, body))->kind == kind);
      CHECK(ReadWebinar(Answer(200, body))->kind == Kind::kWebinar);
    }
  }

  TEST_CASE("refuse what names no host, and tell a webinar from nothing") {
    for (const char* body :
         {R"({})", R"({"host_id":""})", R"({"host_id":7})", R"({"settings":{"host_id":"h"}})"}) {
      CAPTURE(body);
      CHECK(ReasonOf(ReadMeeting(Answer(200, body)).status()) == Reason::kAnswerInvalid);
      CHECK(ReasonOf(ReadWebinar(Answer(200, body)).status()) == Reason::kAnswerInvalid);
    }
    CHECK(ReasonOf(
              ReadMeeting(Answer(400, R"({"code":3000,"message":"Cannot access webinar info."})"))
                  .status()) == Reason::kMeetingIsWebinar);
    CHECK(
        ReasonOf(ReadMeeting(Answer(404, R"({"code":3001,"message":"Meeting does not exist: 1."})"))
                     .status()) == Reason::kMeetingUnknown);
  }
}

TEST_SUITE("ReadRecordingToken") {
  TEST_CASE("reads a token and how long it lives") {
    struct Row {
      const char* rest;
      int seconds;
    };
    for (const Row& row :
         {Row{R"(,"expire_in":120)", 120}, Row{R"(,"expire_in":"90")", 90},
          Row{R"(,"expire_in":1)", 1}, Row{R"(,"expire_in":3600)", 3600},
          Row{R"(,"expire_in":3601)", 120}, Row{R"(,"expire_in":0)", 120},
          Row{R"(,"expire_in":-5)", 120}, Row{R"(,"expires_in":5)", 120}, Row{"", 120}}) {
      CAPTURE(row.rest);
      const auto token =
          ReadRecordingToken(Answer(200, std::string(R"({"token":"2njt50mj")") + row.rest + "}"));
      REQUIRE(token.ok());
      CHECK(token->value.Reveal() == "2njt50mj");
      CHECK(token->lifetime == absl::Seconds(row.seconds));
    }
  }

  TEST_CASE("refuses an answer without a token, by its reason") {
    CHECK(ReasonOf(ReadRecordingToken(Answer(200, R"({"expire_in":120})")).status()) ==
          Reason::kAnswerInvalid);
    CHECK(ReasonOf(ReadRecordingToken(Answer(200, "<html>")).status()) == Reason::kZoomUnavailable);
    const absl::Status refused =
        ReadRecordingToken(Answer(404, R"({"code":3001,"message":"Meeting does not exist: 1."})"))
            .status();
    CHECK(ReasonOf(refused) == Reason::kMeetingUnknown);
    CHECK(refused.message() == "recording token: refused");
  }
}

TEST_SUITE("ReadZak and ReadOnBehalfToken") {
  TEST_CASE("read a token, and know how long it lives") {
    const auto zak = ReadZak(Answer(200, R"({"token":"eyJ.e30.sig"})"));
    REQUIRE(zak.ok());
    CHECK(zak->value.Reveal() == "eyJ.e30.sig");
    CHECK(zak->lifetime == absl::Minutes(5));
    const auto on_behalf = ReadOnBehalfToken(Answer(200, R"({"token":"eyJ.e30.sig"})"));
    REQUIRE(on_behalf.ok());
    CHECK(on_behalf->value.Reveal() == "eyJ.e30.sig");
    CHECK(on_behalf->lifetime == absl::Hours(2));
  }

  TEST_CASE("read no sentence") {
    for (const char* body :
         {R"({"token":"Token is no longer supported. Please use ZAK token instead."})",
          "Token is no longer supported. Please use ZAK token instead.",
          R"("Token is No Longer Supported.")", R"({"token":"a sentence"})", R"({"token":""})",
          "{}"}) {
      CAPTURE(body);
      CHECK(ReasonOf(ReadZak(Answer(200, body)).status()) == Reason::kAnswerInvalid);
    }
    CHECK(ReasonOf(
              ReadZak(Answer(400, R"({"code":1001,"message":"no longer supported"})")).status()) ==
          Reason::kUserUnknown);
  }
}

TEST_SUITE("No reader") {
  TEST_CASE("repeats a token in its error") {
    const std::string token = "eyJzdiI6IjAwMDAwMSIsImFsZyI6IkhTNTEyIn0";
    for (const int http : {200, 400, 401, 500}) {
      const auto answer = Answer(http, R"({"code":124,"message":"Bad )" + token +
                                           R"( given","token":"x )" + token + "\"}");
      for (const absl::Status& status :
           {ReadZak(answer).status(), ReadOnBehalfToken(answer).status(),
            ReadRecordingToken(answer).status(), ReadUser(answer).status()}) {
        REQUIRE_FALSE(status.ok());
        CHECK(status.ToString().find(token.substr(0, 12)) == std::string::npos);
        CHECK(InfoIn(status).request_left);
      }
    }
  }
}

}  // namespace
}  // namespace joinpass::zoom
