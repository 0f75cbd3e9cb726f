// One deadline covers every phase of a call.

#include <doctest/doctest.h>

#include "client_fixture.h"

namespace joinpass::http {
namespace {

using testing::BlackHole;
using testing::TlsServer;
using testing::TlsServerOptions;

constexpr absl::Duration kShort = absl::Milliseconds(120);

// Sends, and checks that the deadline was kept.
absl::Status TimeOut(ClientFixture& client, Request request, absl::Duration patience = kShort) {
  const SteadyTime start = SteadyNow();
  const Answer answer = client.Send(std::move(request), patience);
  const absl::Duration took = SteadyNow() - start;
  REQUIRE_FALSE(answer.ok());
  CHECK(ReasonOf(answer.status()) == Reason::kDeadlineExceeded);
  CHECK(took >= patience);
  CHECK(took < patience + absl::Milliseconds(300));
  return answer.status();
}

TEST_SUITE("A deadline") {
  TEST_CASE_FIXTURE(ClientFixture, "that passed before sends nothing") {
    TlsServer server(Answers);
    const Answer answer = Send(Get(server.origin()), absl::ZeroDuration());
    CHECK(ReasonOf(answer.status()) == Reason::kDeadlineExceeded);
    CHECK_FALSE(GetErrorInfo(answer.status())->request_left);
    CHECK(server.accepted() == 0);
  }

  TEST_CASE_FIXTURE(ClientFixture, "ends a connection that nobody answers") {
    BlackHole nobody;
    const absl::Status status =
        TimeOut(*this, Get("https://127.0.0.1:" + std::to_string(nobody.port())));
    CHECK(status.message() == "http: the deadline passed while connecting");
    CHECK_FALSE(GetErrorInfo(status)->request_left);
  }

  TEST_CASE_FIXTURE(ClientFixture, "ends a handshake with a server that says nothing") {
    TlsServerOptions options;
    options.mute = true;
    TlsServer server(Answers, options);
    const absl::Status status = TimeOut(*this, Get(server.origin()));
    CHECK(status.message() == "http: the deadline passed while in the TLS handshake");
    CHECK_FALSE(GetErrorInfo(status)->request_left);
  }

  TEST_CASE_FIXTURE(ClientFixture, "ends a request that is not read") {
    testing::Gate gate;
    TlsServerOptions options;
    options.receive_buffer = 4096;
    TlsServer server([&](TlsServer::Connection&) { gate.Wait(); }, options);
    const absl::Status status =
        TimeOut(*this, Post(server.origin(), std::string(4 << 20, 'x')), absl::Milliseconds(800));
    CHECK(status.message() == "http: the deadline passed while sending the request");
    CHECK(GetErrorInfo(status)->request_left);
    gate.Open();
  }

  TEST_CASE_FIXTURE(ClientFixture, "ends an answer that stalls after any byte, and its socket") {
    const std::string answer = Ok("{}");
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, answer.find("Content"),
                                   answer.size() - 3, answer.size() - 1}) {
      CAPTURE(size);
      std::promise<void> ended;
      TlsServer server([&](TlsServer::Connection& connection) {
        connection.ReadRequest();
        connection.Send(answer.substr(0, size));
        connection.WaitForEnd();
        ended.set_value();
      });
      const absl::Status status = TimeOut(*this, Get(server.origin()));
      CHECK(status.message() == "http: the deadline passed while reading the answer");
      CHECK(GetErrorInfo(status)->request_left);
      ended.get_future().wait();
    }
  }

  TEST_CASE_FIXTURE(ClientFixture, "is not put off by one byte at a time") {
    TlsServer server([](TlsServer::Connection& connection) {
      connection.ReadRequest();
      connection.SendSlowly(Ok(std::string(1000, 'x')), std::chrono::milliseconds(5));
    });
    CHECK(GetErrorInfo(TimeOut(*this, Get(server.origin())))->request_left);
  }

  TEST_CASE_FIXTURE(ClientFixture, "covers the redirects, too") {
    TlsServer server([](TlsServer::Connection& connection) {
      while (!connection.ReadRequest().empty()) {
        connection.SendSlowly("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
                              std::chrono::milliseconds(1));
      }
    });
    CHECK(GetErrorInfo(TimeOut(*this, Get(server.origin())))->request_left);
  }
}

}  // namespace
}  // namespace joinpass::http
