// Through a proxy that makes tunnels, to a server that nobody but it can find.

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "client_fixture.h"
#include "support/connect_proxy.h"
#include "support/scripted_names.h"

namespace joinpass::http {
namespace {

using testing::ConnectProxy;
using testing::Flaw;
using testing::TlsServer;

ClientOptions Through(const std::string& proxy, const std::string& no_proxy = "") {
  ClientOptions options;
  options.proxies = *ProxyRules::Read(Secret(proxy), no_proxy);
  return options;
}

std::string Named(const TlsServer& server) {
  return "https://api.example:" + std::to_string(server.port());
}

// Whose name no resolver of this machine knows.
struct ProxyScene {
  TlsServer server{Answers, {.names = "DNS:api.example"}};
  ConnectProxy proxy;
};

TEST_SUITE("Through a proxy") {
  TEST_CASE_FIXTURE(ProxyScene, "a request goes on as without, on sockets that are kept") {
    ClientFixture client(Through(proxy.url("user:pass@")));
    for (const char* body : {"0", "1"}) {
      const Answer answer = client.Send(Get(Named(server)));
      REQUIRE(answer.ok());
      CHECK(base::View(answer->body) == body);
    }
    CHECK(server.handshakes() == 1);
    const std::string port = std::to_string(server.port());
    REQUIRE(proxy.heads().size() == 1);
    const std::string head = proxy.heads()[0];
    CHECK(head.find("CONNECT api.example:" + port + " HTTP/1.1\r\n") == 0);
    CHECK(head.find("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n") != std::string::npos);
    // What is Zoom's business alone goes inside.
    CHECK(head.find("canary") == std::string::npos);
    CHECK(server.requests()[0].find("Proxy-Authorization") == std::string::npos);
  }

  TEST_CASE_FIXTURE(ProxyScene, "a session is resumed, and sockets are warmed") {
    ClientFixture client(Through(proxy.url()));
    CHECK(client.Warm(Named(server), 2).ok());
    CHECK(proxy.heads().size() == 2);
    Request once = Get(Named(server));
    once.send_once = true;
    CHECK(client.Send(std::move(once)).ok());
    CHECK(proxy.heads().size() == 3);
    CHECK(server.resumptions() == 1);
  }

  TEST_CASE("the certificate is still the one of whom we ask") {
    TlsServer server(Answers, {.flaw = Flaw::kWrongName});
    ConnectProxy proxy;
    ClientFixture client(Through(proxy.url()));
    CHECK(ReasonOf(client.Send(Get(Named(server))).status()) == Reason::kTlsFailed);
    CHECK(server.application_bytes() == 0);
  }

  TEST_CASE_FIXTURE(ProxyScene, "goes nothing that is excepted, or on this machine") {
    testing::ScriptedNames names;
    names.Set("api.example", {"127.0.0.1"});
    ClientFixture excepted(Through(proxy.url(), "example"));
    CHECK(excepted.Send(Get(Named(server))).ok());
    TlsServer here(Answers);
    ClientFixture client(Through(proxy.url()));
    CHECK(client.Send(Get(here.origin())).ok());
    CHECK(proxy.heads().empty());
  }

  TEST_CASE_FIXTURE(ProxyScene, "a name that came over the network is looked up by us") {
    testing::ScriptedNames names;
    names.Set("api.example", {"127.0.0.1", "8.8.8.8"});
    ClientFixture client(Through(proxy.url()));
    Request foreign = Get(Named(server));
    foreign.public_address_only = true;
    CHECK(client.Send(foreign).ok());
    REQUIRE(proxy.heads().size() == 1);
    CHECK(proxy.heads()[0].find("CONNECT 8.8.8.8:") == 0);
    names.Set("api.example", {"127.0.0.1"});
    CHECK(ReasonOf(client.Send(foreign).status()) == Reason::kAddressNotAllowed);
    CHECK(proxy.heads().size() == 1);
  }

  TEST_CASE("that makes no way, an error says so, and nothing has left") {
    struct Row {
      std::string answer;
      Reason reason;
      int http_status;
    };
    const std::string long_header(64 * 1024, 'x');
    for (const Row& row : {
             Row{"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nabc",
                 Reason::kProxyRefused, 407},
             Row{"HTTP/1.1 403 Forbidden\r\n\r\n", Reason::kProxyRefused, 403},
             Row{"HTTP/1.0 503 No\r\n\r\n", Reason::kProxyRefused, 503},
             Row{"HTTP/1.1 302 Found\r\nLocation: https://evil.example\r\n\r\n",
                 Reason::kProxyRefused, 302},
             Row{"no HTTP\r\n\r\n", Reason::kAnswerInvalid, 0},
             Row{"HTTP/1.1 299 x\r\nX: " + long_header + "\r\n\r\n", Reason::kAnswerTooLarge, 0},
             Row{"", Reason::kNetworkUnreachable, 0},
         }) {
      CAPTURE(row.answer.substr(0, 80));
      ConnectProxy proxy(row.answer);
      ClientFixture client(Through(proxy.url()));
      const Answer answer = client.Send(Get("https://api.example"));
      REQUIRE_FALSE(answer.ok());
      const auto info = GetErrorInfo(answer.status());
      CHECK(info->reason == row.reason);
      CHECK(info->http_status == row.http_status);
      CHECK_FALSE(info->request_left);
      CHECK(ReasonOf(client.Warm("https://api.example", 1)) == row.reason);
    }
    ClientFixture nobody(Through("http://127.0.0.1:" + std::to_string(testing::ClosedPort())));
    const Answer answer = nobody.Send(Get("https://api.example"));
    CHECK(ReasonOf(answer.status()) == Reason::kNetworkUnreachable);
    CHECK(answer.status().message().find("proxy") != absl::string_view::npos);
  }

  TEST_CASE("an answer that has a length, or is interim, is none to the tunnel") {
    TlsServer server(Answers, {.names = "DNS:api.example"});
    for (const char* answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
      CAPTURE(answer);
      ConnectProxy proxy(answer);
      ClientFixture client(Through(proxy.url()));
      CHECK(client.Send(Get(Named(server))).ok());
    }
  }

  TEST_CASE("what stands behind its answer does not pass for the server's") {
    TlsServer server(Answers, {.names = "DNS:api.example"});
    ConnectProxy proxy(std::string(ConnectProxy::kEstablished) + "HTTP/1.1 200 OK\r\n\r\n");
    ClientFixture client(Through(proxy.url()));
    const Answer answer = client.Send(Get(Named(server)));
    // Dropped, or it spoils the handshake: as the bytes happen to come.
    if (answer.ok()) {
      CHECK(base::View(answer->body) == "0");
    } else {
      CHECK(ReasonOf(answer.status()) == Reason::kTlsFailed);
    }
  }

  TEST_CASE("the deadline counts for the proxy, too") {
    TlsServer mute(Answers, {.layer = testing::TlsServerOptions::Layer::kPlain, .mute = true});
    ClientFixture client(Through("http://127.0.0.1:" + std::to_string(mute.port())));
    const Answer answer = client.Send(Get("https://api.example"), absl::Milliseconds(200));
    CHECK(ReasonOf(answer.status()) == Reason::kDeadlineExceeded);
    CHECK_FALSE(GetErrorInfo(answer.status())->request_left);
  }
}

}  // namespace
}  // namespace joinpass::http
