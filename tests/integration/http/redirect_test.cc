// Where a request may be sent on to.

#include <doctest/doctest.h>

#include "client_fixture.h"

namespace joinpass::http {
namespace {

using testing::TlsServer;

TlsServer::Script RedirectsTo(std::string location) {
  return [location = std::move(location)](TlsServer::Connection& connection) {
    while (!connection.ReadRequest().empty()) {
      connection.Send("HTTP/1.1 302 Found\r\nLocation: " + location +
                      "\r\nContent-Length: 0\r\n\r\n");
    }
  };
}

ClientOptions Allowing(const std::string& origin) {
  ClientOptions options;
  options.may_redirect_to = [allowed = testing::OriginOf(origin)](const message::Origin& other) {
    return other == allowed;
  };
  return options;
}

TEST_SUITE("A redirect over TLS") {
  TEST_CASE("leads to an allowed origin, with Authorization") {
    TlsServer target(Answers);
    TlsServer source(RedirectsTo(target.origin() + "/there?a=b"));
    ClientFixture client(Allowing(target.origin()));
    const Answer answer = client.Send(Get(source.origin()));
    REQUIRE_MESSAGE(answer.ok(), answer.status().ToString());
    CHECK(base::View(answer->body) == "0");
    REQUIRE(target.requests().size() == 1);
    const std::string request = target.requests()[0];
    CHECK(request.find("GET /there?a=b HTTP/1.1\r\n") == 0);
    CHECK(request.find("Authorization: Bearer canary-of-a-token\r\n") != std::string::npos);
    CHECK(request.find("Host: 127.0.0.1:" + std::to_string(target.port())) != std::string::npos);
  }

  TEST_CASE("leads nowhere else: the other origin sees no connection at all") {
    TlsServer other(Answers);
    TlsServer source(RedirectsTo(other.origin() + "/there"));
    ClientFixture client(Allowing(source.origin()));
    const Answer answer = client.Send(Get(source.origin()));
    CHECK(ReasonOf(answer.status()) == Reason::kRedirectRefused);
    CHECK(GetErrorInfo(answer.status())->request_left);
    CHECK(answer.status().ToString().find("there") == std::string::npos);
    other.Stop();
    CHECK(other.accepted() == 0);
  }

  TEST_CASE("of a POST is refused; of one who looks himself is an answer") {
    TlsServer other(Answers);
    TlsServer source(RedirectsTo(other.origin() + "/there"));
    ClientFixture client(Allowing(other.origin()));
    CHECK(ReasonOf(client.Send(Post(source.origin(), "x")).status()) == Reason::kRedirectRefused);
    Request request = Get(source.origin());
    request.follow_redirects = false;
    const Answer answer = client.Send(std::move(request));
    REQUIRE(answer.ok());
    CHECK(answer->status == 302);
    CHECK(answer->Find("location") == other.origin() + "/there");
    other.Stop();
    CHECK(other.accepted() == 0);
  }

  TEST_CASE("in a circle ends after three") {
    TlsServer server(RedirectsTo("/again"));
    ClientFixture client(Allowing(server.origin()));
    CHECK(ReasonOf(client.Send(Get(server.origin())).status()) == Reason::kRedirectRefused);
    CHECK(server.requests().size() == 4);
    CHECK(server.handshakes() == 1);
  }
}

}  // namespace
}  // namespace joinpass::http
