#include <doctest/doctest.h>

#include <string>

#include "answers.h"
#include "zoom/token_calls.h"

namespace joinpass::zoom {
namespace {

using testing::InfoIn;

TEST_SUITE("ReadAuthorizationResponse") {
  TEST_CASE("reads a URL, or only its query") {
    for (const char* text : {"https://app.example/cb?code=c%2B1&state=s-1", "?state=s-1&code=c%2B1",
                             "code=c%2B1&state=s-1&x=y", "/cb?code=c%2B1&state=s-1#_=_",
                             "http://localhost:1/?a&b=&code=c%2B1&&state=s-1"}) {
      CAPTURE(text);
      const auto answer = ReadAuthorizationResponse(text);
      REQUIRE(answer.ok());
      CHECK(answer->state == "s-1");
      CHECK(answer->code.Reveal() == "c+1");
      CHECK(answer->error.empty());
      CHECK(CheckAuthorization(*answer).ok());
    }
  }

  TEST_CASE("gives the state of a refusal, too, so that it can be used up") {
    const auto answer =
        ReadAuthorizationResponse("https://app.example/cb?error=access_denied&state=s-1");
    REQUIRE(answer.ok());
    CHECK(answer->state == "s-1");
    CHECK(answer->code.empty());
    CHECK(answer->error == "access_denied");
    const absl::Status declined = CheckAuthorization(*answer);
    CHECK(ReasonOf(declined) == Reason::kConsentDeclined);
    CHECK(InfoIn(declined).server_text == "access_denied");
  }

  TEST_CASE("tells what the user said from what concerns the app, or Zoom itself") {
    struct Row {
      const char* error;
      Reason reason;
      const char* cause;
    };
    for (const Row& row : {
             Row{"access_denied", Reason::kConsentDeclined, ""},
             Row{"something_new", Reason::kConsentDeclined, ""},
             Row{"unauthorized_client", Reason::kAppCredentialsInvalid, "client_unauthorized"},
             Row{"invalid_client", Reason::kAppCredentialsInvalid, "client_unauthorized"},
             Row{"server_error", Reason::kZoomUnavailable, ""},
             Row{"temporarily_unavailable", Reason::kZoomUnavailable, ""},
         }) {
      CAPTURE(row.error);
      const auto answer = ReadAuthorizationResponse(std::string("?state=s&error=") + row.error);
      REQUIRE(answer.ok());
      CHECK(InfoIn(CheckAuthorization(*answer)).reason == row.reason);
      CHECK(CauseName(InfoIn(CheckAuthorization(*answer)).cause) == row.cause);
      CHECK(InfoIn(CheckAuthorization(*answer)).server_text == row.error);
    }
  }

  TEST_CASE("refuses what is not one answer to one question") {
    for (const char* text :
         {"", "?", "https://app.example/cb", "https://app.example/code=c&state=s", "?code=c",
          "?state=s", "?code=c&state=", "?code=&state=s", "?code=c&error=e&state=s",
          "?code=c&code=c&state=s", "?code=c&state=s&state=s", "?error=a&error=b&state=s",
          "?code=c&state=a%20b", "?code=c&state=a+b", "?code=c%0d&state=s", "?code=c&state=s%00",
          "?Code=c&State=s", "?code&state=s", "#code=c&state=s"}) {
      CAPTURE(text);
      const absl::Status status = ReadAuthorizationResponse(text).status();
      CHECK(ReasonOf(status) == Reason::kInvalidArgument);
      CHECK(status.message().find("redirect: ") == 0);
    }
  }

  TEST_CASE("keeps its bounds") {
    const std::string query = "?code=c&state=";
    CHECK(ReadAuthorizationResponse(query + std::string(1024, 's')).ok());
    CHECK_FALSE(ReadAuthorizationResponse(query + std::string(1025, 's')).ok());
    const std::string code = "?state=s&code=";
    CHECK(ReadAuthorizationResponse(code + std::string(4096, 'c')).ok());
    CHECK_FALSE(ReadAuthorizationResponse(code + std::string(4097, 'c')).ok());
    const std::string all = "?code=c&state=s&x=";
    CHECK(ReadAuthorizationResponse(all + std::string(8192 - all.size(), 'x')).ok());
    CHECK_FALSE(ReadAuthorizationResponse(all + std::string(8193 - all.size(), 'x')).ok());
    const auto answer = ReadAuthorizationResponse("?state=s&error=" + std::string(500, 'e'));
    REQUIRE(answer.ok());
    CHECK(answer->error.size() == 128);
  }
}

}  // namespace
}  // namespace joinpass::zoom
