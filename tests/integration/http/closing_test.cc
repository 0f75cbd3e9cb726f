// How a client ends, and what it leaves behind.

#include <doctest/doctest.h>

#include <optional>

#include "client_fixture.h"
#include "support/freed_bytes.h"

namespace joinpass::http {
namespace {

using testing::BlackHole;
using testing::FreedBytes;
using testing::TlsServer;
using testing::TlsServerOptions;

TEST_SUITE("Closing the client") {
  TEST_CASE("ends every call under way with `cancelled`") {
    std::promise<void> asked;
    TlsServer silent([&](TlsServer::Connection& connection) {
      connection.ReadRequest();
      asked.set_value();
      connection.WaitForEnd();
    });
    TlsServerOptions options;
    options.mute = true;
    TlsServer mute(Answers, options);
    BlackHole nobody;
    ClientOptions one;
    one.max_sockets = 1;
    ClientFixture client(one);

    std::future<Answer> reading = client.Begin(Get(silent.origin()));
    asked.get_future().wait();
    std::vector<std::future<Answer>> unsent;
    unsent.push_back(client.Begin(Get(silent.origin())));  // Waits for its turn.
    unsent.push_back(client.Begin(Get(mute.origin())));
    unsent.push_back(client.Begin(Get("https://127.0.0.1:" + std::to_string(nobody.port()))));
    client.Close();

    const Answer answer = reading.get();
    CHECK(ReasonOf(answer.status()) == Reason::kCancelled);
    CHECK(GetErrorInfo(answer.status())->request_left);
    for (std::future<Answer>& call : unsent) {
      const Answer ended = call.get();
      CHECK(ReasonOf(ended.status()) == Reason::kCancelled);
      CHECK_FALSE(GetErrorInfo(ended.status())->request_left);
    }
    CHECK(ReasonOf(client.Send(Get(silent.origin())).status()) == Reason::kCancelled);
    CHECK(ReasonOf(client.Warm(silent.origin(), 1)) == Reason::kCancelled);
  }

  TEST_CASE("closes idle sockets properly") {
    std::promise<void> ended;
    TlsServer server([&](TlsServer::Connection& connection) {
      Answers(connection);
      ended.set_value();
    });
    ClientFixture client;
    CHECK(client.Send(Get(server.origin())).ok());
    client.Close();
    ended.get_future().wait();
    CHECK(server.closed_properly() == 1);
  }

  TEST_CASE("happens by itself when client and loop go, calls under way or not") {
    std::promise<void> asked;
    TlsServer server([&](TlsServer::Connection& connection) {
      connection.ReadRequest();
      asked.set_value();
      connection.WaitForEnd();
    });
    std::optional<ClientFixture> client(std::in_place);
    std::future<Answer> answer = client->Begin(Get(server.origin()));
    asked.get_future().wait();
    client.reset();
    CHECK(ReasonOf(answer.get().status()) == Reason::kCancelled);
  }

  TEST_CASE("is not needed to wipe what was secret" * doctest::skip(!FreedBytes::kCanLook)) {
    // Once with the whole answer, once with one that breaks off.
    for (const bool whole : {true, false}) {
      CAPTURE(whole);
      const std::string body = "{\"token\":\"canary-of-a-token-in-an-answer\"}";
      TlsServer server([&](TlsServer::Connection& connection) {
        connection.ReadRequest();
        connection.Send(whole ? Ok(body) : Ok(body).substr(0, Ok(body).size() - 1));
        connection.Close();
      });
      FreedBytes freed("canary-of-a-token");
      {
        ClientFixture client;
        client.loop().Post([&] { freed.WatchThisThread(); });
        Request request = Post(server.origin(), "refresh_token=canary-of-a-token");
        request.authorization = Secret("Bearer canary-of-a-token");
        freed.WatchThisThread();
        CHECK(client.Send(std::move(request)).ok() == whole);
      }
      CHECK(freed.hits() == 0);
      { const std::string seen = "this one is not wiped: canary-of-a-token"; }
      CHECK(freed.hits() == 1);
    }
  }
}

}  // namespace
}  // namespace joinpass::http
