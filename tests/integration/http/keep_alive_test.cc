// Which socket a request goes out on.

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "client_fixture.h"
#include "support/travel_clock.h"

namespace joinpass::http {
namespace {

using testing::Gate;
using testing::TlsServer;
using testing::TlsServerOptions;

// For how long, in milliseconds, each of our sockets to `port` bears that nobody acknowledges.
std::vector<unsigned> Patience(int port) {
  std::vector<unsigned> all;
  for (int fd = 0; fd < 1'024; ++fd) {
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != port) continue;
    unsigned milliseconds = 0;
    size = sizeof(milliseconds);
    REQUIRE(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, &size) == 0);
    if (milliseconds != 0 || all.empty()) all.push_back(milliseconds);
  }
  return all;
}

ClientOptions TwoSockets() {
  ClientOptions options;
  options.max_sockets = 2;
  return options;
}

std::string Body(const Answer& answer) {
  return answer.ok() ? std::string(base::View(answer->body)) : answer.status().ToString();
}

TEST_SUITE("The client") {
  TEST_CASE_FIXTURE(ClientFixture, "sends a request and gives the answer") {
    TlsServer server(Answers);
    const Answer answer = Send(Get(server.origin()));
    REQUIRE_MESSAGE(answer.ok(), answer.status().ToString());
    CHECK(answer->status == 200);
    CHECK(answer->Find("x-zm-trackingid") == "track");
    CHECK(Body(answer) == "0");
  }

  TEST_CASE_FIXTURE(ClientFixture, "sends a large body whole and reads a large answer") {
    const std::string large(300'000, 'x');
    TlsServer server([&](TlsServer::Connection& connection) {
      const std::string request = connection.ReadRequest();
      connection.Send(Ok(request.substr(request.find("\r\n\r\n") + 4)));
      connection.WaitForEnd();
    });
    const Answer answer = Send(Post(server.origin(), large));
    CHECK((Body(answer) == large));
  }

  TEST_CASE_FIXTURE(ClientFixture, "speaks plain HTTP to a loopback address") {
    TlsServerOptions plain;
    plain.layer = TlsServerOptions::Layer::kPlain;
    TlsServer server(Answers, plain);
    CHECK(Body(Send(Get(server.origin()))) == "0");
    CHECK(Body(Send(Get(server.origin()))) == "1");
    CHECK(server.accepted() == 1);
  }

  TEST_CASE_FIXTURE(ClientFixture, "asks again on the same socket") {
    TlsServer server(Answers);
    for (const char* body : {"0", "1", "2"}) CHECK(Body(Send(Get(server.origin()))) == body);
    CHECK(server.handshakes() == 1);
  }

  TEST_CASE_FIXTURE(ClientFixture, "needs no new handshake after Warm") {
    Gate gate;  // until all have come
    TlsServer server([&](TlsServer::Connection& connection) {
      if (connection.ReadRequest().empty()) return;
      gate.Wait();
      connection.Send(Ok("0"));
    });
    REQUIRE(Warm(server.named_origin(), 3).ok());
    REQUIRE(Warm(server.named_origin(), 2).ok());
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 3; ++i) answers.push_back(Begin(Get(server.named_origin())));
    while (server.requests().size() < 3) std::this_thread::yield();
    gate.Open();
    for (std::future<Answer>& answer : answers) CHECK(Body(answer.get()) == "0");
    CHECK(server.handshakes() == 3);
  }

  TEST_CASE("hands out no socket whose time went by while the machine slept") {
    const absl::Duration asleep = absl::Hours(1);
    const absl::Duration patience = asleep + kPatience;
    testing::TravelClock clock;
    TlsServer server(Answers);
    ClientFixture client({}, clock);  // The loop's timers have not seen the sleep yet.
    SUBCASE("to a request") {
      CHECK(Body(client.Send(Get(server.origin()), patience)) == "0");
      CHECK(Body(client.Send(Get(server.origin()), patience)) == "1");
      clock.Advance(asleep);
      CHECK(Body(client.Send(Get(server.origin()), patience)) == "0");
    }
    SUBCASE("and warms others") {
      CHECK(client.Warm(server.origin(), 1, patience).ok());
      CHECK(client.Warm(server.origin(), 1, patience).ok());
      clock.Advance(asleep);
      CHECK(client.Warm(server.origin(), 1, patience).ok());
    }
    CHECK(server.accepted() == 2);
  }

  TEST_CASE_FIXTURE(ClientFixture, "trusts no kept socket once one of them brought nothing") {
    Gate gate;
    TlsServer server([&](TlsServer::Connection& connection) {
      // Those that were warmed have lost their way.
      if (connection.index() < 3) return gate.Wait();
      Answers(connection);
    });
    REQUIRE(Warm(server.origin(), 3).ok());
    // One in haste closes no other.
    CHECK(ReasonOf(Send(Get(server.origin()), absl::Milliseconds(200)).status()) ==
          Reason::kDeadlineExceeded);
    CHECK(ReasonOf(Send(Get(server.origin()), absl::Seconds(2)).status()) ==
          Reason::kDeadlineExceeded);
    CHECK(server.accepted() == 3);
    CHECK(Send(Get(server.origin())).ok());
    CHECK(server.accepted() == 4);
    gate.Open();
  }

  TEST_CASE_FIXTURE(ClientFixture, "gives a kept socket up whose bytes nobody acknowledges") {
    Gate gate;
    TlsServer server([&](TlsServer::Connection& connection) {
      connection.ReadRequest();
      gate.Wait();
      connection.Send(Ok("late"));
      Answers(connection);
    });
    // A refresh token is worth more patience.
    Request once = Get(server.origin());
    once.send_once = true;
    auto under_way = Begin(once);
    while (server.requests().empty()) std::this_thread::yield();
    CHECK(Patience(server.port()) == std::vector<unsigned>{0});
    gate.Open();
    CHECK(under_way.get().ok());
    REQUIRE(Send(Get(server.origin())).ok());
    CHECK(Patience(server.port()) == std::vector<unsigned>{3'000});
  }

  TEST_CASE_FIXTURE(ClientFixture, "says why it could not warm a single socket") {
    const std::string origin = "https://127.0.0.1:" + std::to_string(testing::ClosedPort());
    CHECK(ReasonOf(Warm(origin, 2)) == Reason::kNetworkUnreachable);
    CHECK(ReasonOf(Warm(message::Origin(), 2)) == Reason::kInvalidArgument);
    TlsServer server(Answers);
    CHECK(ReasonOf(Warm(server.origin(), 2, absl::ZeroDuration())) == Reason::kDeadlineExceeded);
  }

  TEST_CASE("opens sockets up to its bound and lets the rest wait in order") {
    Gate gate;
    TlsServer server([&](TlsServer::Connection& connection) {
      for (;;) {
        const std::string request = connection.ReadRequest();
        if (request.empty()) return;
        gate.Wait();
        connection.Send(Ok(request.substr(0, request.find(" HTTP"))));
      }
    });
    ClientFixture client(TwoSockets());
    std::vector<std::future<Answer>> answers;
    for (const char* target : {"/0", "/1", "/2", "/3"}) {
      answers.push_back(client.Begin(Get(server.origin(), target)));
    }
    // One whose turn does not come in time never leaves.
    const Answer late = client.Send(Get(server.origin(), "/late"), absl::Milliseconds(50));
    CHECK(ReasonOf(late.status()) == Reason::kDeadlineExceeded);
    CHECK_FALSE(GetErrorInfo(late.status())->request_left);
    gate.Open();
    for (int i = 0; i < 4; ++i) {
      CHECK(Body(answers[static_cast<std::size_t>(i)].get()) == "GET /" + std::to_string(i));
    }
    CHECK(server.handshakes() == 2);
    CHECK(server.requests().size() == 4);
  }

  TEST_CASE_FIXTURE(ClientFixture, "sends once more what a stale socket did not take") {
    for (const auto end : {&TlsServer::Connection::Close, &TlsServer::Connection::Cut,
                           &TlsServer::Connection::Reset}) {
      TlsServer server([&](TlsServer::Connection& connection) {
        connection.ReadRequest();
        connection.Send(Ok("first"));
        if (!connection.ReadRequest().empty()) (connection.*end)();
      });
      CHECK(Body(Send(Get(server.origin()))) == "first");
      CHECK(Body(Send(Get(server.origin()))) == "first");
      CHECK(server.handshakes() == 2);
      CHECK(server.requests().size() == 3);
    }
  }

  TEST_CASE_FIXTURE(ClientFixture, "does not send again once a byte of the answer came") {
    TlsServer server([](TlsServer::Connection& connection) {
      connection.ReadRequest();
      connection.Send(Ok("first"));
      connection.ReadRequest();
      connection.Send("H");
      connection.Close();
    });
    CHECK(Body(Send(Get(server.origin()))) == "first");
    const Answer answer = Send(Get(server.origin()));
    CHECK(ReasonOf(answer.status()) == Reason::kNetworkUnreachable);
    CHECK(GetErrorInfo(answer.status())->request_left);
    CHECK(server.requests().size() == 2);
  }

  TEST_CASE_FIXTURE(ClientFixture, "does not repeat what failed on a new socket") {
    TlsServer server([](TlsServer::Connection& connection) { connection.ReadRequest(); });
    const Answer answer = Send(Get(server.origin()));
    CHECK(ReasonOf(answer.status()) == Reason::kNetworkUnreachable);
    CHECK(GetErrorInfo(answer.status())->request_left);
    CHECK(server.requests().size() == 1);
  }

  TEST_CASE_FIXTURE(ClientFixture, "says that a request left though its repetition did not") {
    std::unique_ptr<TlsServer> server;
    std::promise<void> asked;
    server = std::make_unique<TlsServer>([&](TlsServer::Connection& connection) {
      if (connection.index() > 0) return;
      connection.ReadRequest();
      connection.Send(Ok("first"));
      connection.ReadRequest();
      asked.set_value();
      connection.WaitForEnd();
    });
    CHECK(Body(Send(Get(server->origin()))) == "first");
    std::future<Answer> second = Begin(Get(server->origin()));
    asked.get_future().wait();
    server.reset();
    const Answer answer = second.get();
    CHECK(ReasonOf(answer.status()) == Reason::kNetworkUnreachable);
    CHECK(GetErrorInfo(answer.status())->request_left);
  }

  TEST_CASE_FIXTURE(ClientFixture, "sends what may be sent once on a socket of its own") {
    TlsServer server(Answers);
    CHECK(Body(Send(Get(server.origin()))) == "0");
    Request once = Post(server.origin(), "grant_type=refresh_token");
    once.send_once = true;
    CHECK(Body(Send(once)) == "0");
    CHECK(Body(Send(once)) == "0");
    CHECK(Body(Send(Get(server.origin()))) == "1");
    CHECK(server.handshakes() == 3);
  }

  TEST_CASE_FIXTURE(ClientFixture, "never repeats what may be sent once") {
    TlsServer server([](TlsServer::Connection& connection) {
      if (connection.ReadRequest().find("POST") == std::string::npos) {
        connection.Send(Ok("first"));
        connection.WaitForEnd();
      }
    });
    CHECK(Body(Send(Get(server.origin()))) == "first");
    Request once = Post(server.origin(), "grant_type=refresh_token");
    once.send_once = true;
    const Answer answer = Send(once);
    CHECK(ReasonOf(answer.status()) == Reason::kNetworkUnreachable);
    CHECK(GetErrorInfo(answer.status())->request_left);
    CHECK(server.requests().size() == 2);
  }

  TEST_CASE("takes the place of an idle socket for what may be sent once") {
    TlsServer server(Answers);
    ClientOptions options;
    options.max_sockets = 1;
    ClientFixture client(options);
    CHECK(Body(client.Send(Get(server.origin()))) == "0");
    Request once = Post(server.origin(), "x");
    once.send_once = true;
    CHECK(Body(client.Send(once)) == "0");
    CHECK(Body(client.Send(Get(server.origin()))) == "0");
    CHECK(server.handshakes() == 3);
  }

  TEST_CASE_FIXTURE(ClientFixture, "does not reuse a socket whose answer said close, or too much") {
    const std::string close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx";
    for (const std::string& text : {close, Ok("x") + "y"}) {
      TlsServer server([&](TlsServer::Connection& connection) {
        while (!connection.ReadRequest().empty()) connection.Send(text);
      });
      CHECK(Body(Send(Get(server.origin()))) == "x");
      CHECK(Body(Send(Get(server.origin()))) == "x");
      CHECK(server.handshakes() == 2);
    }
  }

  TEST_CASE("closes an idle socket properly when its time is over") {
    std::promise<void> ended;
    TlsServer server([&](TlsServer::Connection& connection) {
      Answers(connection);
      ended.set_value();
    });
    ClientOptions options;
    options.max_idle = absl::Milliseconds(20);
    ClientFixture client(options);
    CHECK(Body(client.Send(Get(server.origin()))) == "0");
    ended.get_future().wait();
    CHECK(server.closed_properly() == 1);
  }

  TEST_CASE_FIXTURE(ClientFixture, "resumes its TLS session on the next socket") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      CAPTURE(version);
      TlsServerOptions options;
      options.newest_tls = version;
      TlsServer server(Answers, options);
      Request once = Post(server.origin(), "x");
      once.send_once = true;
      for (int i = 0; i < 4; ++i) CHECK(Body(Send(once)) == "0");
      CHECK(server.handshakes() == 4);
      CHECK(server.resumptions() == 3);
    }
  }
}

}  // namespace
}  // namespace joinpass::http
