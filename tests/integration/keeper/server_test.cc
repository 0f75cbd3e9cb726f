#include "keeper/server.h"

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "integration/keeper/line.h"
#include "joinpass/reason.h"
#include "support/temp_folder.h"
#include "support/tls_server.h"

namespace joinpass::keeper {
namespace {

using testing::BodyOf;
using testing::Gate;
using testing::HeaderOf;
using testing::Line;
using testing::RequestText;
using testing::StatusOf;

// Says what it was asked: "GET /x [body]".
Response Echo(const Request& request) {
  if (request.path() == "/throw") throw std::runtime_error("no");
  if (request.path() == "/none") return {.status = 204};
  return {.content_type = "text/plain",
          .headers = {{"X-Named", std::string(request.Find("x-name"))}},
          .body = absl::StrCat(request.method, " ", request.target, " [", request.body, "]")};
}

std::unique_ptr<Server> Started(ServerOptions options = {}, Handler handler = Echo) {
  auto server = Server::Listen(std::move(options));
  INFO(server.status().ToString());
  REQUIRE(server.ok());
  REQUIRE((*server)->Serve(std::move(handler)).ok());
  return *std::move(server);
}

Reason WhyNot(ServerOptions options) {
  const auto server = Server::Listen(std::move(options));
  REQUIRE_FALSE(server.ok());
  return ReasonOf(server.status());
}

struct Pem {
  testing::TempFolder folder;
  std::string certificate = folder / "certificate.pem";
  std::string key = folder / "key.pem";

  Pem() {
    const auto identity = testing::TestCa::Get().Issue(testing::Flaw::kNone);
    std::ofstream(certificate) << fake_zoom::ToPem(*identity.certificate);
    std::ofstream(key) << fake_zoom::ToPem(*identity.key);
  }
};

TEST_SUITE("Server") {
  TEST_CASE("answers one request after the other on one connection") {
    const auto server = Started();
    Line line(server->port());
    const std::string first = line.Ask(RequestText("GET /a?b=c", "", "x-NAME: Jill\r\n"));
    CHECK(StatusOf(first) == 200);
    CHECK(BodyOf(first) == "GET /a?b=c []");
    CHECK(HeaderOf(first, "X-Named") == "Jill");
    CHECK(HeaderOf(first, "Connection") == "keep-alive");
    CHECK(BodyOf(line.Ask(RequestText("POST /p", "body"))) == "POST /p [body]");
    const std::string none = line.Ask(RequestText("GET /none"));
    CHECK(StatusOf(none) == 204);
    CHECK(HeaderOf(none, "Content-Length").empty());
    line.Send(RequestText("HEAD /a"));
    const std::string head = line.ReceiveHeader();
    CHECK(HeaderOf(head, "Content-Length") == "10");
    // Two at once, and then no more.
    line.Send(RequestText("GET /1") + RequestText("GET /2", "", "Connection: close\r\n"));
    CHECK(BodyOf(line.Receive()) == "GET /1 []");
    const std::string last = line.Receive();
    CHECK(BodyOf(last) == "GET /2 []");
    CHECK(HeaderOf(last, "Connection") == "close");
    CHECK(line.ReceiveAll().empty());
  }

  TEST_CASE("has those wait who come before it serves, and serves once") {
    const auto server = *Server::Listen({});
    Line early(server->port());
    early.Send(RequestText("GET /early"));
    REQUIRE(server->Serve(Echo).ok());
    CHECK(BodyOf(early.Receive()) == "GET /early []");
    CHECK(ReasonOf(server->Serve(Echo)) == Reason::kInvalidArgument);
    CHECK(Server::Listen({}).ok());  // and goes again, unused
  }

  TEST_CASE("takes a body byte by byte, or in chunks") {
    const auto server = Started();
    Line line(server->port());
    for (const char c : RequestText("POST /p", "body")) line.Send({&c, 1});
    CHECK(BodyOf(line.Receive()) == "POST /p [body]");
    CHECK(BodyOf(line.Ask("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n")) == "POST /c [body]");
  }

  TEST_CASE("refuses what passes a bound, and says so while more is sent") {
    ServerOptions options;
    options.largest_body = 1'000;
    options.largest_header = 2'000;
    const auto server = Started(options);
    CHECK(StatusOf(Line(server->port()).Ask(RequestText("POST /p", std::string(1'000, 'b')))) ==
          200);
    struct Row {
      const char* what;
      std::string request;
      int status;
    };
    for (const Row& row :
         {Row{"a large body", RequestText("POST /p", std::string(1'001, 'b')), 413},
          Row{"a body without end",
              "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                  std::string(2'000, 'b') + "\r\n",
              413},
          Row{"a huge body", RequestText("POST /p", std::string(500'000, 'b')), 413},
          Row{"a large header", RequestText("GET /p", "", "x: " + std::string(2'000, 'h') + "\r\n"),
              431},
          Row{"a long line", "GET /" + std::string(3'000, 'l') + " HTTP/1.1\r\n\r\n", 431},
          Row{"no HTTP", "hello there, how are you\r\n\r\n", 400},
          Row{"no path", "GET http://other/ HTTP/1.1\r\n\r\n", 400},
          Row{"two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
              400},
          Row{"a length and chunks",
              "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
          Row{"a fold", "GET / HTTP/1.1\r\nA: b\r\nC D: e\r\n\r\n", 400}}) {
      CAPTURE(row.what);
      Line line(server->port());
      line.Send(row.request);
      const std::string refusal = line.Receive();
      CHECK(StatusOf(refusal) == row.status);
      CHECK(HeaderOf(refusal, "Connection") == "close");
    }
  }

  TEST_CASE("answers 500 for a handler that throws, and goes on") {
    const auto server = Started();
    Line line(server->port());
    CHECK(StatusOf(line.Ask(RequestText("GET /throw"))) == 500);
    CHECK(StatusOf(line.Ask(RequestText("GET /a"))) == 200);
  }

  TEST_CASE("drops whoever is slow, and whoever says nothing") {
    ServerOptions options;
    options.longest_transfer = absl::Milliseconds(50);
    options.longest_idle = absl::Milliseconds(50);
    const auto server = Started(options);
    CHECK(Line(server->port()).ReceiveAll().empty());
    Line slow(server->port());
    slow.Send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nbo");
    CHECK(slow.ReceiveAll().empty());
    Line idle(server->port());
    CHECK(StatusOf(idle.Ask(RequestText("GET /a"))) == 200);
    CHECK(idle.ReceiveAll().empty());
  }

  TEST_CASE("waits for a handler for as long as it takes") {
    Gate gate;
    ServerOptions options;
    options.longest_transfer = absl::Milliseconds(20);
    const Handler handler = [&](const Request& request) {
      if (request.target == "/slow") gate.Wait();
      return Response{.content_type = "text/plain", .body = "done"};
    };
    const auto server = Started(options, handler);
    Line line(server->port());
    line.Send(RequestText("GET /slow"));
    // By when the time of a transfer is over.
    CHECK(Line(server->port()).ReceiveAll().empty());
    gate.Open();
    CHECK(BodyOf(line.Receive()) == "done");
  }

  TEST_CASE("has those wait who are more than it takes") {
    ServerOptions options;
    options.most_connections = 2;
    const auto server = Started(options);
    auto first = std::make_unique<Line>(server->port());
    Line second(server->port());
    CHECK(StatusOf(first->Ask(RequestText("GET /1"))) == 200);
    CHECK(StatusOf(second.Ask(RequestText("GET /2"))) == 200);
    Line third(server->port());
    third.Send(RequestText("GET /3"));
    CHECK(StatusOf(second.Ask(RequestText("GET /2"))) == 200);
    first.reset();
    CHECK(BodyOf(third.Receive()) == "GET /3 []");
  }

  TEST_CASE("answers what has come before it stops, and takes nothing new") {
    Gate begun;
    Gate gate;
    ServerOptions options;
    const Handler handler = [&](const Request& request) {
      if (request.target == "/slow") begun.Open(), gate.Wait();
      return Response{.content_type = "text/plain", .body = "done"};
    };
    const auto server = Started(options, handler);
    Line idle(server->port());
    CHECK(StatusOf(idle.Ask(RequestText("GET /a"))) == 200);
    Line line(server->port());
    line.Send(RequestText("GET /slow"));
    begun.Wait();
    absl::Status stopped;
    std::thread stopper([&] { stopped = server->Stop(absl::Seconds(60)); });
    CHECK(idle.ReceiveAll().empty());
    gate.Open();
    const std::string answer = line.Receive();
    CHECK(BodyOf(answer) == "done");
    CHECK(HeaderOf(answer, "Connection") == "close");
    stopper.join();
    CHECK(stopped.ok());
    CHECK(server->Stop(absl::ZeroDuration()).ok());
  }

  TEST_CASE("drops what is not answered in time when it stops") {
    Gate begun;
    Gate gate;
    std::atomic<int> handled = 0;
    ServerOptions options;
    options.workers = 1;
    const Handler handler = [&](const Request&) {
      ++handled;
      begun.Open();
      gate.Wait();
      return Response{.status = 204};
    };
    const auto server = Started(options, handler);
    Line line(server->port());
    line.Send(RequestText("GET /slow"));
    begun.Wait();
    Line queued(server->port());
    queued.Send(RequestText("GET /next"));
    const absl::Status stopped = server->Stop(absl::Milliseconds(10));
    REQUIRE_FALSE(stopped.ok());
    CHECK(ReasonOf(stopped) == Reason::kDeadlineExceeded);
    CHECK(line.ReceiveAll().empty());
    gate.Open();
    CHECK(queued.ReceiveAll().empty());
    CHECK(handled == 1);
  }

  TEST_CASE("speaks TLS with a certificate, and with nobody else") {
    const Pem pem;
    ServerOptions options;
    options.certificate_file = pem.certificate;
    options.key_file = pem.key;
    options.longest_transfer = absl::Milliseconds(500);
    const auto server = Started(options);
    Line line(server->port(), Line::Kind::kTls);
    REQUIRE(line.is_open());
    CHECK(BodyOf(line.Ask(RequestText("POST /p", "body"))) == "POST /p [body]");
    CHECK(BodyOf(line.Ask(RequestText("GET /a", "", "Connection: close\r\n"))) == "GET /a []");
    CHECK(line.ReceiveAll().empty());
    CHECK(StatusOf(Line(server->port()).Ask(RequestText("GET /a"))) == 0);
    CHECK(Line(server->port()).ReceiveAll().empty());  // who begins no handshake
  }

  TEST_CASE("names what it cannot begin with") {
    const Pem pem;
    const auto other = testing::TestCa::Get().Issue(testing::Flaw::kNone);
    std::ofstream(pem.folder / "other.pem") << fake_zoom::ToPem(*other.key);
    const auto server = Started();
    for (const ServerOptions& options :
         {ServerOptions{.address = "localhost"}, ServerOptions{.address = ""},
          ServerOptions{.address = "0.0.0.0"}, ServerOptions{.port = -1},
          ServerOptions{.port = 65536}, ServerOptions{.port = server->port()},
          ServerOptions{.certificate_file = pem.folder / "none", .key_file = pem.key},
          ServerOptions{.certificate_file = pem.certificate, .key_file = pem.folder / "other.pem"},
          ServerOptions{.certificate_file = pem.certificate}}) {
      CAPTURE(options.address);
      CHECK(WhyNot(options) == Reason::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace joinpass::keeper
