// A peer that speaks before it was asked: what it says answers nobody.

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>

#include "integration/http/client_fixture.h"

namespace joinpass::http {
namespace {

using testing::Gate;
using testing::TlsServer;
using testing::TlsServerOptions;

// A client whose next request goes out in the very turn of the loop in which the
// peer has spoken: nobody has had a turn to hear it.
struct DeafMoment {
  std::unique_ptr<IoLoop> loop = MakeIoLoop(base::SystemClock());
  std::unique_ptr<Client> client;

  DeafMoment() {
    ClientOptions options;
    options.ca_file = testing::TestCa::Get().file();
    client = *OpenClient(options, *loop, base::SystemClock());
  }

  Answer Ask(
      Request request, const std::function<void()>& before = [] {}) {
    std::promise<Answer> promise;
    loop->Post([&] {
      before();
      base::Start<Answer>(client->Send(request, SteadyNow() + kPatience),
                          [&](Answer answer) { promise.set_value(std::move(answer)); });
    });
    return promise.get_future().get();
  }
};

std::string Body(const Answer& answer) {
  return answer.ok() ? std::string(base::View(answer->body)) : answer.status().ToString();
}

// Answers one request, and says more when it is told to.
struct Talker {
  Gate gate;
  std::promise<void> said;
  std::string more;
  TlsServer server;

  Talker(std::string words, TlsServerOptions options)
      : more(std::move(words)),
        server([this](TlsServer::Connection& connection) { Talk(connection); }, options) {}

  void Talk(TlsServer::Connection& connection) {
    connection.ReadRequest();
    connection.Send(Ok("of connection " + std::to_string(connection.index())));
    if (connection.index() == 0) {
      gate.Wait();
      connection.Send(more);
      said.set_value();
    }
    connection.WaitForEnd();
  }

  void Speak() {
    gate.Open();
    said.get_future().wait();
  }
};

void CheckNobodyIsAnswered(const std::string& words, TlsServerOptions options) {
  Talker talker(words, options);
  DeafMoment moment;
  const std::string origin = talker.server.origin();
  CHECK(Body(moment.Ask(Get(origin))) == "of connection 0");
  CHECK(Body(moment.Ask(Get(origin), [&] { talker.Speak(); })) == "of connection 1");
  CHECK(talker.server.accepted() == 2);
  // The first socket was closed, and carried one request.
  CHECK(talker.server.requests().size() == 2);
}

TEST_SUITE("A peer that speaks before it is asked") {
  TEST_CASE("with a second answer behind the first") {
    CheckNobodyIsAnswered(Ok("somebody else's token"), {});
  }

  TEST_CASE("with a load balancer's time-out on an idle socket") {
    CheckNobodyIsAnswered(
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", {});
  }

  TEST_CASE("without TLS") {
    TlsServerOptions plain;
    plain.layer = TlsServerOptions::Layer::kPlain;
    CheckNobodyIsAnswered(Ok("somebody else's token"), plain);
  }

  TEST_CASE("with half an answer") { CheckNobodyIsAnswered("HTTP/1.1 2", {}); }
}

}  // namespace
}  // namespace joinpass::http
