#include <doctest/doctest.h>

#include "client_fixture.h"

namespace joinpass::http {
namespace {

using testing::TlsServer;

TEST_SUITE("The client") {
  TEST_CASE_FIXTURE(ClientFixture, "sends a request and gives the answer") {
    TlsServer server(Answers);
    const Answer answer = Send(Get(server.origin()));
    REQUIRE_MESSAGE(answer.ok(), answer.status().ToString());
    CHECK(answer->status == 200);
    CHECK(answer->Find("content-type") == "application/json");
    CHECK(base::View(answer->body) == "0");
  }

  TEST_CASE_FIXTURE(ClientFixture, "asks a second time on the same socket") {
    TlsServer server(Answers);
    for (const char* body : {"0", "1", "2"}) {
      const Answer answer = Send(Get(server.origin()));
      REQUIRE_MESSAGE(answer.ok(), answer.status().ToString());
      CHECK(base::View(answer->body) == body);
    }
    CHECK(server.handshakes() == 1);
  }

  TEST_CASE_FIXTURE(ClientFixture, "needs no new handshake after Warm") {
    TlsServer server(Answers);
    REQUIRE(Warm(server.named_origin(), 3).ok());
    CHECK(server.handshakes() == 3);
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 3; ++i) answers.push_back(Begin(Get(server.named_origin())));
    for (std::future<Answer>& answer : answers) CHECK(answer.get().ok());
    CHECK(server.handshakes() == 3);
  }
}

}  // namespace
}  // namespace joinpass::http
