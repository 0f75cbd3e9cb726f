// Names that came over the network: whoever owns them may make them slow.

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <vector>

#include "client_fixture.h"
#include "support/scripted_names.h"

namespace joinpass::http {
namespace {

using testing::ScriptedNames;
using testing::TlsServer;

Request GetForeign(const std::string& origin) {
  Request request = Get(origin);
  request.public_address_only = true;
  return request;
}

TEST_SUITE("A name that came over the network") {
  TEST_CASE("holds up none of ours, however slow it is and its like are") {
    ScriptedNames names;
    TlsServer server(Answers, {.names = "DNS:api.example"});
    names.Set("api.example", {"127.0.0.1"});
    ClientFixture client;
    std::vector<std::future<Answer>> slow;
    for (int i = 0; i < 80; ++i) {
      const std::string name = "slow" + std::to_string(i) + ".example";
      names.Stall(name);
      slow.push_back(client.Begin(GetForeign("https://" + name)));
      // Two are asked for, each by a thread; only then do the others queue.
      if (i == 1) names.AwaitStalled(2);
    }
    const std::string ours = "https://api.example:" + std::to_string(server.port());
    CHECK(client.Send(Get(ours)).ok());
    CHECK(names.Stalled() == 2);
    // Those that nobody has room for are told so at once.
    int refused = 0;
    for (auto& one : slow) {
      if (one.wait_for(std::chrono::seconds(0)) == std::future_status::ready) ++refused;
    }
    CHECK(refused == 80 - 64 - 2);
    names.Answer();
    for (auto& one : slow) CHECK_FALSE(one.get().ok());
  }

  // A server of a name that is public, as far as anybody can see.
  struct PublicScene {
    ScriptedNames names;
    TlsServer server{Answers, {.names = "DNS:api.example"}};
    ClientFixture client;
    const std::string origin = "https://api.example:" + std::to_string(server.port());

    PublicScene() {
      names.Set("api.example", {"8.8.8.8"});
      names.BringHome("8.8.8.8");
    }
  };

  TEST_CASE_FIXTURE(PublicScene, "is asked for each time, and a name of ours is not") {
    CHECK(client.Send(GetForeign(origin)).ok());
    CHECK(client.Send(Get(origin)).ok());
    names.Set("api.example", {"127.0.0.1"});
    CHECK(ReasonOf(client.Send(GetForeign(origin)).status()) == Reason::kAddressNotAllowed);
    names.Set("api.example", {});
    CHECK_FALSE(client.Send(GetForeign(origin)).ok());
    CHECK(client.Send(Get(origin)).ok());
  }

  TEST_CASE_FIXTURE(PublicScene, "leaves no session to be resumed") {
    for (int i = 0; i < 3; ++i) CHECK(client.Send(GetForeign(origin)).ok());
    CHECK(server.handshakes() == 3);
    CHECK(server.resumptions() == 0);
  }
}

}  // namespace
}  // namespace joinpass::http
