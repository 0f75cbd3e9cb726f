// What comes from the other side is not trusted.

#include <doctest/doctest.h>

#include <optional>

#include "client_fixture.h"

namespace joinpass::http {
namespace {

using testing::TlsServer;

// Plays `text` after a request, and ends as told.
TlsServer::Script Plays(std::string text, void (TlsServer::Connection::*end)()) {
  return [text = std::move(text), end](TlsServer::Connection& connection) {
    connection.ReadRequest();
    connection.Send(text);
    (connection.*end)();
    if (end != &TlsServer::Connection::Reset) connection.WaitForEnd();
  };
}

std::string Head(const std::string& headers) { return "HTTP/1.1 200 OK\r\n" + headers + "\r\n"; }

TEST_SUITE("An answer over TLS") {
  TEST_CASE_FIXTURE(ClientFixture, "that breaks off after any byte is an error, and not repeated") {
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{\"\"}";
    for (const auto end : {&TlsServer::Connection::Reset, &TlsServer::Connection::Cut,
                           &TlsServer::Connection::Close}) {
      for (std::size_t size = 0; size < answer.size(); ++size) {
        CAPTURE(size);
        TlsServer server(Plays(answer.substr(0, size), end));
        const Answer got = Send(Get(server.origin()));
        REQUIRE_FALSE(got.ok());
        CHECK(ReasonOf(got.status()) == Reason::kNetworkUnreachable);
        CHECK(GetErrorInfo(got.status())->request_left);
        server.Stop();
        CHECK(server.requests().size() == 1);
      }
    }
  }

  TEST_CASE_FIXTURE(ClientFixture, "is given as far as it came to whoever takes it so") {
    const std::string head = Head("Content-Length: 6\r\n");
    const std::string chunked = Head("Transfer-Encoding: chunked\r\n");
    struct Row {
      std::string text;
      const char* body;  // null: an error
    };
    for (const auto end : {&TlsServer::Connection::Reset, &TlsServer::Connection::Cut,
                           &TlsServer::Connection::Close}) {
      const bool is_reset = end == &TlsServer::Connection::Reset;
      for (const Row& row : {
               Row{head + "abc", "abc"},
               Row{head, ""},
               Row{chunked + "3\r\nabc\r\n", "abc"},
               Row{chunked + "6\r\nabc", "abc"},
               Row{head.substr(0, head.size() - 1), nullptr},
               Row{"HTTP/1.1 100 Continue\r\n\r\n", nullptr},
               Row{"", nullptr},
           }) {
        CAPTURE(is_reset);
        CAPTURE(row.text);
        TlsServer server(Plays(row.text, end));
        Request request = Get(server.origin());
        request.send_once = true;
        CHECK_FALSE(Send(request).ok());
        request.take_partial = true;
        const Answer answer = Send(request);
        // What is on the way at a reset may be lost with it.
        if (is_reset && !answer.ok()) continue;
        REQUIRE(answer.ok() == (row.body != nullptr));
        if (!answer.ok()) continue;
        CHECK_FALSE(answer->whole);
        CHECK(answer->status == 200);
        if (!is_reset) CHECK(base::View(answer->body) == row.body);
      }
    }
  }

  TEST_CASE_FIXTURE(ClientFixture,
                    "that stands still is given as far as it came, at the deadline") {
    TlsServer server([&](TlsServer::Connection& connection) {
      connection.ReadRequest();
      connection.Send(Head("Content-Length: 6\r\n") + "abc");
      connection.WaitForEnd();
    });
    Request request = Get(server.origin());
    request.take_partial = true;
    const Answer answer = Send(request, absl::Milliseconds(500));
    REQUIRE(answer.ok());
    CHECK_FALSE(answer->whole);
    CHECK(base::View(answer->body) == "abc");
  }

  TEST_CASE_FIXTURE(ClientFixture, "without a length must end with close_notify") {
    {
      TlsServer server(Plays(Head("") + "{}", &TlsServer::Connection::Close));
      const Answer answer = Send(Get(server.origin()));
      REQUIRE(answer.ok());
      CHECK(base::View(answer->body) == "{}");
    }
    TlsServer server(Plays(Head("") + "{}", &TlsServer::Connection::Cut));
    const Answer answer = Send(Get(server.origin()));
    CHECK(ReasonOf(answer.status()) == Reason::kNetworkUnreachable);
    CHECK(GetErrorInfo(answer.status())->request_left);
  }

  TEST_CASE_FIXTURE(ClientFixture, "is refused by its bounds and its form") {
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const std::string line(1 << 20, 'x');
    std::string headers;
    for (int i = 0; i < 100'000; ++i) headers += "X: y\r\n";
    struct Row {
      std::string text;
      Reason reason;
    };
    const std::vector<Row> rows = {
        {Head("Content-Length: 1073741824\r\n"), Reason::kAnswerTooLarge},
        {Head("Content-Length: 1025\r\n"), Reason::kAnswerTooLarge},
        {Head(chunked) + "40000000\r\nx", Reason::kAnswerTooLarge},
        {Head("") + std::string(1025, 'x'), Reason::kAnswerTooLarge},
        {Head(chunked) + "1;" + line, Reason::kAnswerTooLarge},
        {"HTTP/1.1 200 OK\r\nX: " + line, Reason::kAnswerTooLarge},
        {"HTTP/1.1 200 OK\r\n" + headers, Reason::kAnswerTooLarge},
        {Head("Content-Length: 2\r\n" + chunked) + "{}", Reason::kAnswerInvalid},
        {Head("Content-Length: 2\r\nContent-Length: 3\r\n") + "{}", Reason::kAnswerInvalid},
        {Head("Content-Length: -2\r\n"), Reason::kAnswerInvalid},
        {"SSH-2.0-OpenSSH_9.2p1\r\n\r\n", Reason::kAnswerInvalid},
        {"HTTP/1.1 101 Switching\r\n\r\n", Reason::kAnswerInvalid},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text.substr(0, 80));
      // Whoever waits for the end never sees it before the client left.
      TlsServer server([&](TlsServer::Connection& connection) {
        connection.ReadRequest();
        connection.Send(row.text);
        connection.WaitForEnd();
      });
      Request request = Get(server.origin());
      request.max_answer = 1024;
      const Answer answer = Send(std::move(request));
      REQUIRE_FALSE(answer.ok());
      CHECK(ReasonOf(answer.status()) == row.reason);
      CHECK(GetErrorInfo(answer.status())->request_left);
    }
  }

  TEST_CASE_FIXTURE(ClientFixture, "never ends: a storm of interim ones is refused") {
    TlsServer server([](TlsServer::Connection& connection) {
      connection.ReadRequest();
      while (connection.Send("HTTP/1.1 100 Continue\r\n\r\n")) {
      }
    });
    CHECK(ReasonOf(Send(Get(server.origin())).status()) == Reason::kAnswerTooLarge);
  }

  TEST_CASE_FIXTURE(ClientFixture, "never ends: a body without end is refused at its bound") {
    TlsServer server([](TlsServer::Connection& connection) {
      connection.ReadRequest();
      connection.Send(Head("Transfer-Encoding: chunked\r\n"));
      while (connection.Send("1000\r\n" + std::string(4096, 'x') + "\r\n")) {
      }
    });
    CHECK(ReasonOf(Send(Get(server.origin())).status()) == Reason::kAnswerTooLarge);
  }

  TEST_CASE_FIXTURE(ClientFixture, "is not awaited for a request that cannot be written") {
    TlsServer server(Answers);
    Request request = Get(server.origin());
    request.authorization = Secret("Bearer a\r\nX: canary");
    const Answer answer = Send(request);
    CHECK(ReasonOf(answer.status()) == Reason::kInvalidArgument);
    CHECK_FALSE(GetErrorInfo(answer.status())->request_left);
    CHECK(answer.status().ToString().find("canary") == std::string::npos);
    CHECK(server.accepted() == 0);
  }
}

}  // namespace
}  // namespace joinpass::http
